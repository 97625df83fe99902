"""Starter packs: what is inside each, how it is installed, switched on, brought up to date and taken away. For admins."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from automations.conditions import choices
from automations.packs import reader as files
from automations.sla import public_holidays
from automations.web import pack_words as words
from helpdesk import clock
from helpdesk.actions import holidays
from helpdesk.actions import packs as acts
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Desk, Pack
from helpdesk.queries import packs, roster
from helpdesk.starter import Piece, Starter
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.reader import reader

blueprint = Blueprint("packs", __name__, template_folder="../templates")
ONE = "/packs/<key>"
EDITORS = {
    "type": "/ticket-types/{}", "reply": "/canned/{}", "macro": "/macros/{}", "trigger": "/rules/{}", "timed": "/rules/{}",
    "policy": "/sla/policies/{}",
}  # fmt: skip
"""Kind of piece -> where it is edited once it is there."""
REFUSALS = ("too_many_rules", "too_many_policies")


@blueprint.get("/packs")
@allow("admin")
def index() -> str:
    """All of them."""
    there = packs.all_packs(db.session())
    rows = [{"pack": one, "here": there.get(one.key), "counts": words.counts(one)} for one in files.packs()]
    return render_template("packs/list.html", rows=rows)


@blueprint.get(ONE)
@allow("admin")
def show(key: str) -> Response:
    """Everything in one, before and after it is installed."""
    return page(files.pack(key))


@blueprint.post(f"{ONE}/installation")
@allow("admin")
def install(key: str) -> Response:
    """`team-ROLE`: the desk's team for each role, or none. The same address brings an older version up to date."""
    starter, fields = files.pack(key), Fields(request.form)
    known = [str(number) for number, _name in choices.teams()]
    chosen = {one.key: fields.choice(f"team-{one.key}", known) if f"team-{one.key}" in request.form else "" for one in starter.teams}
    try:
        fields.check()
        teams = {role: int(number) if number else None for role, number in chosen.items()}
        done = acts.install(viewer(), starter, teams, holidays_for(starter))
    except Invalid as refusal:
        return page(starter, chosen, {field: refused(sentence) for field, sentence in problems_of(refusal).items()}, 422)
    roster.forget()
    flash(_("Installed. Rules and promises stay switched off until you switch them on.") if done.places else _("It was installed already."))
    return redirect(url_for("packs.show", key=key), 303)


@blueprint.post(f"{ONE}/switch")
@allow("admin")
def switch(key: str) -> Response:
    """Everything of it that is off."""
    number = acts.switch_on(viewer(), files.pack(key).key)
    flash(ngettext("%(num)s rule or promise is on now.", "%(num)s rules and promises are on now.", number))
    return redirect(url_for("packs.show", key=key), 303)


@blueprint.post(f"{ONE}/removal")
@allow("admin")
def remove(key: str) -> Response:
    """What was not changed and is not needed goes."""
    kept = len(acts.remove(files.pack(key).key).places.get("kept", []))
    roster.forget()
    stayed = ngettext("%(num)s part of it stayed.", "%(num)s parts of it stayed.", kept) if kept else _("Nothing of it stayed.")
    flash(f"{_('The pack is taken away.')} {stayed}")
    return redirect(url_for("packs.show", key=key), 303)


def holidays_for(starter: Starter) -> list[holidays.Known]:
    """The public holidays of this year and the next, where the pack brings business hours."""
    if starter.hours is None:
        return []
    year = clock.now().year
    return [one for each in (year, year + 1) for one in public_holidays.of_year(starter.hours.holidays, each)]


def refused(sentence: str) -> str:
    """A refusal that is a word among programs, as a sentence."""
    return _("There is no room for so many rules. Take some away first.") if sentence in REFUSALS else sentence


def page(starter: Starter, teams: dict[str, str] | None = None, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page of one. `teams`: role -> what was chosen in the form that comes back."""
    session = db.session()
    here, desk = packs.all_packs(session).get(starter.key), db.session.get(Desk, 1)
    language = here.made["language"] if here else desk.language if desk else "ar"
    fates = packs.difference(session, here, starter, language)
    newer = here is not None and here.version < starter.version
    stay = packs.staying(session, here, packs.standings(session, here)) if here else {}
    return make_response(render_template(
        "packs/show.html", pack=starter, here=here, newer=newer, counts=words.counts(starter), problems=problems or {},
        off=len(packs.switched_off(session, here)) if here else 0, shelves=sections(starter, here, language, fates),
        teams=roles(starter, here, teams or {}), team_choices=choices.teams(), tags=[*starter.words(language).items()][: len(starter.tags)],
        stays=[(name_of(starter, place), words.reason_words()[why]) for place, why in stay.items() if not place.startswith("holiday:")],
        hours=None if here or packs.has_hours(session) else starter.hours), status)


def roles(starter: Starter, here: Pack | None, typed: dict[str, str]) -> list[dict[str, Any]]:
    """Each role with the team that it is, was chosen to be, or by its name may be."""
    made, names = here.made["teams"] if here else {}, dict(choices.teams())
    return [{"key": one.key, "name": one.shown_name(reader().language), "value": str(made.get(one.key) or typed.get(one.key, "")),
             "team": names.get(str(made.get(one.key) or ""), "") if made.get(one.key) else ""} for one in starter.teams]  # fmt: skip


def name_of(starter: Starter, place: str) -> str:
    """A piece's name in the reader's language."""
    if place == "calendar:hours" and starter.hours:
        return starter.hours.shown_name(reader().language)
    found = next((piece for piece in starter.pieces if piece.place == place), None)
    return found.shown_name(reader().language) if found else place


def sections(starter: Starter, here: Pack | None, language: str, fates: dict[str, str]) -> list[dict[str, Any]]:
    """What is inside, by kind."""
    teams = here.made["teams"] if here else None
    say = words.speaker(starter, teams)
    says: dict[str, Callable[[Piece], list[Markup]]] = {
        "trigger": lambda piece: [words.sentence(say, starter, piece, language, teams)],
        "macro": lambda piece: [words.sentence(say, starter, piece, language, teams)],
        "policy": lambda piece: words.promises(say, starter, piece, language),
        "reply": lambda piece: words.letter(piece.body[reader().language]),
        "type": lambda _piece: [],
    }
    says["timed"] = says["trigger"]
    titles = (
        ("rules", _("Rules"), ("trigger", "timed")), ("macros", _("Macros"), ("macro",)), ("promises", _("Promises"), ("policy",)),
        ("replies", _("Canned replies"), ("reply",)), ("types", _("Ticket types"), ("type",)),
    )  # fmt: skip
    return [
        {"key": key, "title": title, "lines": [line(piece, here, fates, starter.version, says[piece.kind](piece)) for piece in
                                               starter.of(*kinds)]}
        for key, title, kinds in titles
    ]  # fmt: skip


def line(piece: Piece, here: Pack | None, fates: dict[str, str], version: int, says: list[Markup]) -> dict[str, Any]:
    """One piece: its name, what it says, what became of it or would, and where it is edited."""
    found = packs.standing(db.session(), here, piece.place) if here and here.made["pieces"].get(piece.place, [0, ""])[1] else None
    row, fate = found.row if found else None, fates[piece.place]
    note = words.fate_words(version).get(fate, "") if here or fate == "found" else ""
    address = EDITORS[piece.kind].format(row.id) if row is not None else ""
    switched = row.active if row is not None and piece.kind in ("trigger", "timed", "policy") else None
    return {"name": piece.shown_name(reader().language), "says": says, "note": note, "address": address, "on": switched}

