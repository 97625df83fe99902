"""Slow work on a rule, asked for by somebody who waits for it."""

from datetime import datetime
from typing import Any

from helpdesk.actions.long_tasks import begin
from helpdesk.actions.transaction import transaction
from helpdesk.policy import Viewer

SIMULATION, UNDO = "simulation", "undo_rule"
MOST_DAYS = (1, 7, 30)


def ask_simulation(viewer: Viewer, rule_id: int, kind: str, definition: dict[str, Any], days: int) -> int:
    """What the definition would have done to the last days; the number of the task. The definition was found free of problems."""
    with transaction() as session:
        return begin(session, SIMULATION, {"rule_id": rule_id, "kind": kind, "definition": definition, "days": days}, viewer.agent_id)


def ask_undo(viewer: Viewer, rule_id: int, since: datetime) -> int:
    """Takes back what the rule did since then; the number of the task."""
    with transaction() as session:
        return begin(session, UNDO, {"rule_id": rule_id, "since": since.isoformat()}, viewer.agent_id)
