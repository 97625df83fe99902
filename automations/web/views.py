"""Saved views: the list and its order, and the editor of one, in which it reads as a sentence."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from automations.conditions import check
from automations.conditions.choices import Choices, orders, queues
from automations.conditions.say import Say, listed
from automations.web import rule_form
from automations.web.rule_page import focus_of
from automations.web.rule_shown import Blank, shown
from automations.web.rules import swapped
from helpdesk.actions import saved_views
from helpdesk.actions.saved_views import ViewChange
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, id_in, ids_in, problems_of
from helpdesk.models import SavedView
from helpdesk.models.ticket import QUEUES
from helpdesk.models.view import ORDERS
from helpdesk.queries import roster
from helpdesk.queries import saved_views as known
from helpdesk.queries.saved_lists import CAP, Number, Wanted, may_sort, number_of, wanted
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.owners import in_words, key_of, owner_in
from helpdesk.visit.reader import reader

blueprint = Blueprint("views", __name__, template_folder="../templates")
ONE = "/views/<int:view_id>"
NEW: dict[str, Any] = {"name": "", "name_ar": "", "owner": "me", "sort": "newest", "queues": ("open",), "revision": 0}


@dataclass(frozen=True)
class Form:
    """What stands in the form: names, owner, queues, order and revision as they were typed, and the conditions that it says."""

    values: dict[str, Any]
    conditions: dict[str, Any]


@blueprint.get("/views")
@allow("agent")
def index() -> str:
    """All that the reader sees, in his order."""
    asked, say, language = viewer(), Say(), reader().language
    views = known.saved_views(asked)
    rows = [
        {"view": view, "name": view.shown_name(language), "says": said(say, view), "owner": in_words(view.agent_id, view.team_id),
         "mine": known.may_edit(asked, view.agent_id), "broken": bool(check.problems(view.conditions, of_view=True))}
        for view in views
    ]  # fmt: skip
    return render_template("views/list.html", rows=rows)


@blueprint.get("/views/new")
@allow("agent")
def new() -> Response:
    """The form of a new one."""
    return page(None, Form(NEW, {"all": [dict(rule_form.FIRST_OF_VIEW)]}))


@blueprint.post("/views/draft")
@allow("agent")
def draft() -> str:
    """The view as it stands in the form: with its problems in place, and how many tickets it shows; nothing is saved."""
    form = typed()
    return render_template("views/_builder.html", **built_of(form, problems_in(form)), focus=focus_of(request.form.get("step", "")))


@blueprint.post("/views")
@allow("agent")
def create() -> Response:
    """A new view."""
    return store(None)


@blueprint.get(ONE)
@allow("agent")
def show(view_id: int) -> Response:
    """One view; who may not change it reads it."""
    view = known.saved_view(viewer(), view_id)
    values = {name: getattr(view, name) for name in ("name", "name_ar", "sort", "queues", "revision")}
    values["owner"] = key_of(view.agent_id, view.team_id)
    form = Form(values, view.conditions)
    return page(view, form, problems_in(form))


@blueprint.post(ONE)
@allow("agent")
def save(view_id: int) -> Response:
    """Everything of one."""
    return store(known.saved_view(viewer(), view_id))


@blueprint.post(f"{ONE}/removal")
@allow("agent")
def remove(view_id: int) -> Response:
    """Thrown away; the next page offers to bring it back."""
    name = known.saved_view(viewer(), view_id).shown_name(reader().language)
    saved_views.delete(viewer(), view_id)
    flash(_("The view “%(name)s” is gone; its tickets are where they were.", name=name), url_for("views.bring_back", view_id=view_id))
    return redirect(url_for("views.index"), 303)


@blueprint.post(f"{ONE}/return")
@allow("agent")
def bring_back(view_id: int) -> Response:
    """Undoes the removal."""
    saved_views.bring_back(viewer(), view_id)
    flash(_("It is back."))
    return redirect(url_for("views.index"), 303)


@blueprint.post("/views/order")
@allow("agent")
def order() -> Response:
    """`ids`: the whole order after a drag; or `up` or `down`: a view that changes places with its neighbour. The reader's alone."""
    numbers = [view.id for view in known.saved_views(viewer())]
    moved = id_in(request.form.get("up") or request.form.get("down"))
    dragged = [number for number in ids_in(request.form.get("ids", "").split(",")) if number in numbers]
    saved_views.put_in_order(viewer(), dragged or swapped(numbers, moved, -1 if "up" in request.form else 1))
    if request.headers.get("HX-Request"):
        return make_response("", 204)
    return redirect(url_for("views.index", _anchor=f"rule-{moved}"), 303)


def typed() -> Form:
    """The form as it was sent."""
    values: dict[str, Any] = {name: request.form.get(name, "") for name in ("name", "name_ar", "owner", "sort")}
    chosen = tuple(queue for queue in QUEUES if queue in request.form.getlist("queues"))
    values |= {"queues": chosen, "revision": id_in(request.form.get("revision")) or 0}
    return Form(values, rule_form.read(request.form, "view")["if"])


def problems_in(form: Form) -> dict[str, str]:
    """{place: sentence} of what the sentence of a view asks."""
    found = check.problems(form.conditions, of_view=True)
    if not form.values["queues"]:
        found["queues"] = _("Choose where to look.")
    elif not may_sort(tuple(form.values["queues"]), form.values["sort"]):
        found["sort"] = _("Only open tickets can be put in this order. Look among open ones alone, or choose the newest first.")
    return found


def store(view: SavedView | None) -> Response:
    """What was typed, into that view or a new one; a step of the editor comes back with the form."""
    fields, form = Fields(request.form), typed()
    problems, (name, name_ar) = problems_in(form), fields.names()
    if "step" in request.form:
        return page(view, form, problems, step=request.form["step"])
    try:
        agent_id, team_id = owner_in(form.values["owner"])
        change = ViewChange(name, name_ar, form.values["queues"], form.conditions, form.values["sort"], agent_id, team_id)
        if problems := problems | fields.problems:
            return page(view, form, problems, 422)
        kept = saved_views.edit(viewer(), view.id, change, form.values["revision"]) if view else saved_views.create(viewer(), change)
    except Invalid as refusal:
        if view is not None and refusal.sentence == "view_changed":
            return page(view, changed_since(view, form), {"": refused(view)}, 409)
        return page(view, form, problems | problems_of(refusal), 422)
    flash(_("Saved."))
    return redirect(url_for("tickets.index", view=f"v{kept.id}"), 303)


def changed_since(view: SavedView, form: Form) -> Form:
    """The same form, which from now on knows of the other's version: saved again, it is put over that."""
    return Form(form.values | {"revision": known.saved_view(viewer(), view.id).revision}, form.conditions)


def refused(view: SavedView) -> str:
    """Who was quicker."""
    name = roster.names().agent(view.changed_by, reader().language)
    return _("%(name)s changed this view while you had it open. What you wrote stands here; save again to put it over that.", name=name)


def said(say: Say, view: SavedView) -> Markup:
    """What a view shows, as a sentence."""
    named, in_order, conditions = dict(queues()), dict(orders()), say.conditions(view.conditions)
    where = listed([say.named(queues)(queue) for queue in view.queues if queue in named])
    if not conditions:
        return escape(_("Among: %(where)s. %(order)s.")) % {"where": where, "order": in_order[view.sort]}
    values = {"where": where, "conditions": conditions, "order": in_order[view.sort]}
    return escape(_("Among: %(where)s; %(conditions)s. %(order)s.")) % values


def owners() -> Choices:
    """For whom the reader may write."""
    names, asked = roster.names(), viewer()
    if not asked.sees_all:
        return [("me", _("only me"))]
    named = [(f"team:{number}", _("the team %(team)s", team=names.team(number, reader().language))) for number in names.teams]
    return [("me", _("only me")), *named, ("all", _("everybody"))]


def built_of(form: Form, problems: dict[str, str]) -> dict[str, Any]:
    """For views/_builder.html: built (web.rule_shown.Shown), where (the queues), sort, orders, number, cap."""
    definition = {"on": [], "if": form.conditions, "then": [], "stop": False}
    named, chosen = queues(), tuple(form.values["queues"])
    text = listed([Say().named(queues)(queue) for queue in chosen]) if chosen else ""
    sort = form.values["sort"] if form.values["sort"] in ORDERS else "newest"
    return {
        "built": shown("view", definition, problems), "where": Blank("choices", text, named, chosen), "sort": sort, "orders": orders(),
        "number": counted(form, sort, problems), "cap": CAP,
    }  # fmt: skip


def counted(form: Form, sort: str, problems: dict[str, str]) -> Number | None:
    """How many tickets the reader sees in it now; None while something is wrong."""
    if any(place.startswith(("if", "queues", "sort")) for place in problems):
        return None
    view = SavedView(queues=list(form.values["queues"]), sort=sort, conditions=form.conditions)
    asked: Wanted = wanted(view)
    return number_of(viewer(), asked)


def page(view: SavedView | None, form: Form, problems: dict[str, str] | None = None, status: int = 200, *, step: str = "") -> Response:
    """The editor, or what the view says for whoever may not change it."""
    problems = problems or {}
    if view is not None and not known.may_edit(viewer(), view.agent_id):
        whose = in_words(view.agent_id, view.team_id)
        return make_response(render_template("views/read.html", view=view, says=said(Say(), view), owner=whose), status)
    return make_response(render_template(
        "views/show.html", view=view, values=form.values, problems=problems, owners=owners(), focus=focus_of(step),
        **built_of(form, problems)), status)
