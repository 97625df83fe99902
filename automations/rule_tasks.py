"""Slow work on rules, step by step: a simulation, and taking back what a rule did."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from automations.simulate import Simulated, simulate
from helpdesk.actions.undo_rule import undo, undoable
from helpdesk.extensions import db
from helpdesk.long_tasks import Steps, Task
from helpdesk.models import Agent
from helpdesk.queries.people import viewer_of

SIMULATION_TITLE, UNDO_TITLE = _l("Simulating a rule"), _l("Taking back what a rule did")


def run_simulation(task: Task) -> Steps:
    """`asked` is {"kind", "rule_id", "definition", "days"}; the result is automations.simulate.Simulated as an object."""
    asked, found = task.asked, Simulated()
    for done, total, found in simulate(db.session(), asked["kind"], asked["rule_id"], asked["definition"], asked["days"]):  # noqa: B007
        yield done, total
    return asdict(found)


def run_undo(task: Task) -> Steps:
    """`asked` is {"rule_id", "since"}; the result {"runs": taken back, "changed": how many of them changed something}."""
    asked, done, changed = task.asked, 0, 0
    agent = db.session.get_one(Agent, task.agent_id)
    viewer = viewer_of(agent)
    wanted = list(db.session.scalars(undoable(asked["rule_id"], datetime.fromisoformat(asked["since"]))))
    for run_id in wanted:
        changed += undo(viewer, run_id)
        done += 1
        yield done, len(wanted)
    found: dict[str, Any] = {"runs": done, "changed": changed}
    return found
