"""A ticket's events as a history of what matters to promises. The events alone: so everything can be worked out again."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from automations.sla.clocks import STAGE, Happened, Manual
from helpdesk.queries.happened import happened_to

KINDS = (
    "ticket_opened", "message_received", "screening_undone", "reply_released", "status_changed", "ticket_moved", "sla_set", "sla_met",
    "sla_moved",
)  # fmt: skip


def history_of(session: Session, ticket_id: int) -> list[Happened]:
    """Everything so far, in order."""
    return [each for row in happened_to(session, ticket_id, KINDS) for each in read(*row)]


def read(kind: str, at: datetime, data: dict[str, Any], agent_id: int | None, automatic: bool | None) -> list[Happened]:
    """What one event means. A program's mail is no message, unless somebody says that a person wrote it and nobody has answered it; what
    the desk writes by itself, the confirmation above all, is no answer."""
    if kind == "ticket_opened":
        return [Happened(at, "opened")]
    if kind == "message_received":
        return [] if data.get("robot") else [Happened(at, "message")]
    if kind == "screening_undone":
        since = data.get("waits_since")
        return [Happened(datetime.fromisoformat(since), "message")] if since else []
    if kind == "reply_released":
        return [] if automatic else [Happened(at, "answer")]
    if kind == "status_changed":
        return [Happened(at, "woken" if data.get("why") == "customer_wrote" else "status", data["to"])]
    if kind == "ticket_moved":
        return [Happened(at, "place", data["to"])]
    if "manual" in data:
        due = data["manual"]
        manual = Manual(datetime.fromisoformat(due), data["reason"], agent_id) if due else None
        return [Happened(at, "manual", data["target"], manual)]
    return stages(kind, data)


def stages(kind: str, data: dict[str, Any]) -> list[Happened]:
    """Stages begin and end when their conditions held; the desk's own events keep that moment."""
    told = [one for one in data.get("targets", ()) if one["target"].startswith(STAGE)]
    if kind == "sla_set":
        return [Happened(datetime.fromisoformat(one["started_at"]), "begun", one["target"].removeprefix(STAGE)) for one in told]
    if kind != "sla_met":
        return []
    return [Happened(datetime.fromisoformat(one["ended_at"]), "ended", one["target"].removeprefix(STAGE)) for one in told]
