"""How many messages tickets have, of each kind."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.models import Message

COUNTS = "messages"
"""Under this name they are kept of tickets that are held."""


def counts_of(session: Session, numbers: set[int]) -> dict[int, dict[str, int]]:
    """Ticket -> kind -> how many; answers that were taken back do not count."""
    found: dict[int, dict[str, int]] = {number: {} for number in numbers}
    left, of = (Message.ticket_id.in_(numbers), Message.cancelled_at.is_(None)), (Message.ticket_id, Message.kind)
    for number, kind, count in session.execute(select(*of, func.count()).where(*left).group_by(*of)):
        found[number][kind] = count
    return found
