"""What happened to tickets, as their events say."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.models import Event, Message
from helpdesk.queries import together

HAPPENED = "happened"
"""Under this name it is kept of tickets that are held; whoever writes an event of one adds it."""
Happened = tuple[str, datetime, dict[str, Any], int | None, bool | None]
"""Kind, moment, data, the agent who did it, and whether the event's message was written by a program."""
ROWS = (
    select(Event.ticket_id, Event.kind, Event.at, Event.data, Event.agent_id, Message.automatic)
    .outerjoin(Message, Message.id == Event.message_id)
    .where(Event.ticket_id.in_(bindparam("numbers", expanding=True)), Event.kind.in_(bindparam("kinds", expanding=True))).order_by(Event.id)
)  # fmt: skip
"""Built once: it is asked after nearly everything that happens."""


def happened_to(session: Session, number: int, kinds: Collection[str]) -> list[Happened]:
    """Everything so far of these kinds, in order; always the same kinds in one transaction."""

    def read(session: Session, numbers: set[int]) -> dict[int, list[Happened]]:
        found: dict[int, list[Happened]] = {each: [] for each in numbers}
        for ticket_id, *happened in session.execute(ROWS, {"numbers": numbers, "kinds": kinds}):
            found[ticket_id].append(tuple(happened))
        return found

    return [each for each in together.of_ticket(session, number, HAPPENED, read) if each[0] in kinds]
