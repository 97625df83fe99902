"""Starter packs are installed, brought to a newer version, switched on and taken away: each in one transaction, whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import calendars, holidays, rules
from helpdesk.actions.pack_pieces import Bench, let_go, prepared, take_away, write_hours
from helpdesk.actions.stamps import change_stamp
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.fields import Problems
from helpdesk.models import Desk, Holiday, Pack, Team
from helpdesk.policy import Viewer
from helpdesk.queries import packs
from helpdesk.queries.packs import Standing, content, print_of, standing
from helpdesk.starter import Piece, Starter

Made = dict[str, Any]


@dataclass
class Outcome:
    """Places of the pieces by what became of them: "new", "changed", "same", "kept" (changed by hand, so left alone), "found" (was here
    before, so used as it is), "gone" (somebody threw it away), "removed"."""

    places: dict[str, list[str]] = field(default_factory=dict)

    def note(self, what: str, place: str) -> None:
        """One piece more."""
        self.places.setdefault(what, []).append(place)


def install(viewer: Viewer, starter: Starter, teams: Mapping[str, int | None], known: Sequence[holidays.Known] = ()) -> Outcome:
    """Writes the pack: rules and policies switched off, everything else for use at once. Installed already in this version, it changes
    nothing; in an older one, what nobody changed by hand becomes what the new version says. `teams` says which team each role is, if any;
    `known` are the public holidays that come with the hours of a desk that has none."""
    desk = db.session.get(Desk, 1)
    language, zone = (desk.language, desk.time_zone) if desk else ("ar", "Asia/Riyadh")
    folder = (starter.name, starter.name_ar)
    texts = prepared(starter, folder)
    outcome = Outcome()
    with transaction() as session:
        pack = session.get(Pack, starter.key, with_for_update=True, populate_existing=True)
        if pack is not None and pack.version >= starter.version:
            return outcome
        made = pack.made if pack is not None else begun(session, viewer, starter, language)
        pack = session.get_one(Pack, starter.key)
        still = {role: number for role, number in made["teams"].items() if number is None or session.get(Team, number) is not None}
        chosen = chosen_teams(session, starter, dict(teams) | still)
        spoken = made["language"]
        names = starter.words(spoken) | {f"team:{key}": str(number) for key, number in chosen.items() if number is not None}
        bench = Bench(session, viewer, starter.key, folder, texts, names)
        pieces = write_all(bench, starter, pack, outcome)
        if not made["pieces"]:
            pieces |= hours_of(session, starter, zone, known, outcome)
        pack.version, pack.at, pack.agent_id = starter.version, clock.now(), viewer.agent_id
        pack.made = {"language": spoken, "teams": chosen, "pieces": pieces}
    return outcome


def begun(session: Session, viewer: Viewer, starter: Starter, language: str) -> Made:
    """The row of a pack that is new here; who comes second at the same moment is refused."""
    made: Made = {"language": language, "teams": {}, "pieces": {}}
    session.add(Pack(key=starter.key, version=0, agent_id=viewer.agent_id, at=clock.now(), made=made))
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid(_("Somebody else is installing this pack right now.")) from error
    return made


def chosen_teams(session: Session, starter: Starter, teams: Mapping[str, int | None]) -> dict[str, int | None]:
    """Role -> team; Problems, at the field of the role, for a team that is not there."""
    chosen = {one.key: teams.get(one.key) for one in starter.teams}
    gone = [key for key, number in chosen.items() if number is not None and session.get(Team, number) is None]
    if gone:
        raise Problems({f"team-{key}": _("That team is not here any more.") for key in gone})
    return chosen


def write_all(bench: Bench, starter: Starter, pack: Pack, outcome: Outcome) -> Made:
    """Every piece in its order; what the newer version does not have any more goes, unless it stays for a reason."""
    made: Made = {}
    for piece in starter.pieces:
        made[piece.place] = place_of(bench, piece, pack, outcome)
        bench.names[piece.place] = str(made[piece.place][0])
    old = [standing(bench.session, pack, place) for place, (_number, written) in pack.made["pieces"].items() if written]
    for one in old:
        if one.kind in ("calendar", "holiday"):
            made[one.place] = pack.made["pieces"][one.place]
    take_away_all(bench.session, pack, [one for one in old if one.place not in made], outcome)
    return made


def place_of(bench: Bench, piece: Piece, pack: Pack, outcome: Outcome) -> list[Any]:
    """[id, print] of a piece that is written now, or was before."""
    what = packs.fate(bench.session, pack, piece, bench.folder, bench.names)
    before = pack.made["pieces"].get(piece.place)
    if what in ("new", "changed"):
        row = bench.write(piece, standing(bench.session, pack, piece.place).row if before else None)
        outcome.note(what, piece.place)
        return [row.id, print_of(content(bench.session, piece.kind, row))]
    outcome.note(what, piece.place)
    if before is not None:
        return list(before)
    found = packs.type_named(bench.session, (piece.name, piece.name_ar))
    assert found is not None
    found.active = True
    return [found.id, ""]


def hours_of(session: Session, starter: Starter, zone: str, known: Sequence[holidays.Known], outcome: Outcome) -> Made:
    """Business hours and holidays, where the desk has no hours yet."""
    if starter.hours is None or packs.has_hours(session):
        return {}
    calendar = write_hours(session, starter, zone)
    assert calendar is not None
    holidays.add_known(session, known, starter.key)
    rows = {"calendar:hours": calendar}
    rows |= {f"holiday:{one.key}": one for one in session.query(Holiday).filter(Holiday.pack == starter.key).order_by(Holiday.id)}
    for place in rows:
        outcome.note("new", place)
    return {place: [row.id, print_of(content(session, place.partition(":")[0], row))] for place, row in rows.items()}


def switch_on(viewer: Viewer, key: str) -> int:
    """All its rules and policies that are off; how many they were."""
    with transaction() as session:
        rows = packs.switched_off(session, held(session, key))
        for row in rows:
            row.active = True
            if hasattr(row, "switched_off"):
                row.switched_off = ""
                rules.plan_anew(session, row, viewer.agent_id)
        change_stamp(session)
        return len(rows)


def remove(key: str) -> Outcome:
    """Takes away what nobody changed and nothing needs. What stays is the desk's own from now on; types that tickets carry and policies
    that promised something are switched off."""
    outcome = Outcome()
    with transaction() as session:
        pack = held(session, key)
        take_away_all(session, pack, packs.standings(session, pack), outcome)
        session.delete(pack)
    return outcome


def take_away_all(session: Session, pack: Pack, found: list[Standing], outcome: Outcome) -> None:
    """These pieces, last written first, but for those that stay."""
    stay = packs.staying(session, pack, found)
    for one in reversed(found):
        if one.place in stay:
            let_go(one, stay[one.place])
            outcome.note("kept", one.place)
        elif one.row is not None:
            take_away(session, one)
            outcome.note("removed", one.place)
    change_stamp(session)
    if any(one.kind == "calendar" and one.place not in stay for one in found):
        calendars.changed(session, None)


def held(session: Session, key: str) -> Pack:
    """The installed pack, locked; NotFound."""
    pack = session.get(Pack, key, with_for_update=True, populate_existing=True)
    if pack is None:
        raise NotFound
    return pack
