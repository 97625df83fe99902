"""What a rule said before, what it would have done, what it did to a ticket; restore and taking back."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.conditions.say import Say
from automations.differences import differences
from automations.web import rule_form, rule_page
from automations.web.rule_words import change_words
from automations.web.rules import ONE, problems_of
from helpdesk.actions import rule_tasks
from helpdesk.actions import rules as acts
from helpdesk.actions.undo_rule import undo_since
from helpdesk.fields import id_in
from helpdesk.queries import rules as asked
from helpdesk.queries.ticket import find_ticket
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.reader import counted as ngettext
from helpdesk.visit.reader import reader

blueprint = Blueprint("rule_history", __name__, template_folder="../templates")
AT_ONCE = 50
"""So many runs are taken back while somebody waits; more become a slow task."""


@blueprint.get(f"{ONE}/versions")
@allow("supervisor")
def versions(rule_id: int) -> Response:
    """All versions, and the difference between two of them: `one` and `other`, by default the newest and the one before."""
    rule = asked.rule(viewer(), rule_id)
    shown = rule_page.shown_versions(rule)
    numbers = [each["version"].number for each in shown]
    one, other = chosen("one", numbers, -1), chosen("other", numbers, 0)
    say, old, new = Say(), asked.version(rule, one).definition, asked.version(rule, other).definition
    changes = [change_words(say, each) for each in differences(old, new)]
    return make_response(render_template(
        "rules/versions.html", rule=rule, name=rule.shown_name(reader().language), versions=shown, one=one, other=other, numbers=numbers,
        changes=changes, before=say.rule(rule.kind, old), after=say.rule(rule.kind, new)))


def chosen(name: str, numbers: list[int], by: int) -> int:
    """The number of a version that was asked for, else the newest or the one before; `numbers` has the newest first."""
    asked_for = id_in(request.args.get(name))
    return asked_for if asked_for in numbers else numbers[min(-by, len(numbers) - 1)]


@blueprint.post(f"{ONE}/versions/<int:version>/restoration")
@allow("supervisor")
def restore(rule_id: int, version: int) -> Response:
    """An older version once more, where what it names is still there."""
    rule = asked.rule(viewer(), rule_id)
    if problems := problems_of(rule.kind, asked.version(rule, version).definition):
        flash(_("Version %(number)s cannot be restored as it is: %(words)s", number=version, words=next(iter(problems.values()))), "error")
    else:
        acts.restore(viewer(), rule.id, version)
        flash(_("Version %(number)s is in force again.", number=version))
    return redirect(url_for("rules.edit", rule_id=rule.id))


@blueprint.get(f"{ONE}/undo")
@allow("supervisor")
def undo(rule_id: int) -> Response:
    """Since when, and how much that is."""
    rule = asked.rule(viewer(), rule_id)
    since = moment(request.args.get("since", ""))
    wrong = _("Write a day and a time.") if "since" in request.args and since is None else ""
    return make_response(render_template(
        "rules/undo.html", rule=rule, name=rule.shown_name(reader().language), since=local(since or rule_page.in_force(rule).at),
        found=asked.undoable(rule, since) if since else None, problem=wrong))


@blueprint.post(f"{ONE}/undo")
@allow("supervisor")
def take_back(rule_id: int) -> Response:
    """Takes back; much of it as slow work."""
    rule, since = asked.rule(viewer(), rule_id), moment(request.form.get("since", ""))
    if since is None:
        return redirect(url_for("rule_history.undo", rule_id=rule.id, since=""))
    if asked.undoable(rule, since)[0] > AT_ONCE:
        rule_tasks.ask_undo(viewer(), rule.id, since)
        flash(_("Taking back has begun. It goes on while you do something else."))
    else:
        count = undo_since(viewer(), rule.id, since)
        flash(ngettext("%(num)s run was taken back.", "%(num)s runs were taken back.", count))
    return redirect(url_for("rules.edit", rule_id=rule.id, _anchor="log"))


def moment(text: str) -> datetime | None:
    """A local time of the form "2026-11-22T10:30" in the reader's zone; None for anything else."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=reader().zone) if len(text) == len("2026-11-22T10:30") else None
    except ValueError:
        return None


def local(at: datetime) -> str:
    """A moment as such a form shows it."""
    return at.astimezone(reader().zone).strftime("%Y-%m-%dT%H:%M")


@blueprint.post(f"{ONE}/simulation")
@allow("supervisor")
def simulate(rule_id: int) -> Response:
    """Begins a simulation of the rule as it stands in the form; nothing is saved."""
    rule = asked.rule(viewer(), rule_id)
    definition, days = rule_form.read(request.form, rule.kind), request.form.get("days", "7")
    if problems := problems_of(rule.kind, definition):
        return rule_page.page(rule, rule.kind, definition, request.form, problems, 422)
    task = rule_tasks.ask_simulation(viewer(), rule.id, rule.kind, definition, int(days) if days in ("1", "7", "30") else 7)
    if request.headers.get("HX-Request"):
        begun = rule_page.of_simulation(asked.simulation(rule, task))
        return make_response(render_template("rules/_simulation.html", rule=rule, **begun))
    return redirect(url_for("rule_history.simulated", rule_id=rule.id, simulation_id=task))


@blueprint.get(f"{ONE}/simulation/<int:simulation_id>")
@allow("supervisor")
def simulated(rule_id: int, simulation_id: int) -> Response:
    """How far it is; then every ticket that would have changed."""
    rule = asked.rule(viewer(), rule_id)
    task = asked.simulation(rule, simulation_id)
    if request.headers.get("HX-Request"):
        return make_response(render_template("rules/_simulation.html", rule=rule, **rule_page.of_simulation(task)))
    return make_response(render_template(
        "rules/simulation.html", rule=rule, name=rule.shown_name(reader().language), task=task, rows=simulated_rows(task.result),
        sentence=Say().rule(rule.kind, task.asked["definition"])))


def simulated_rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Each run that would have been, in words."""
    say = Say()
    return [
        {"ticket": run["ticket"], "subject": run["subject"], "at": datetime.fromisoformat(run["at"]),
         "seen": rule_page.seen_words(say, run["seen"]), "did": rule_page.did_words(say, run["did"])}
        for run in result.get("runs", [])
    ]  # fmt: skip


@blueprint.get("/tickets/<int:number>/rules")
@allow("agent")
def of_ticket(number: int) -> Response:
    """What rules did to one ticket."""
    who = viewer()
    runs = asked.runs_of_ticket(who, number, rule_page.older_than())
    return make_response(render_template(
        "rules/ticket.html", ticket=find_ticket(who, number), runs=rule_page.shown_runs(runs), before=runs.before, sees_rules=who.sees_all))
