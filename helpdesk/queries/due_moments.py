"""What is planned to happen to tickets."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpdesk.models import DueMoment


def how_many(session: Session, kinds: Collection[str], refs: Collection[int]) -> int:
    """Moments of these kinds that belong to these."""
    return session.scalar(select(func.count()).select_from(DueMoment).where(*of(kinds, refs))) or 0


def next_of(session: Session, kinds: Collection[str], refs: Collection[int], last: int, most: int) -> list[tuple[int, int, int]]:
    """(number, ticket, ref) of those after the number `last`, in order."""
    found = select(DueMoment.id, DueMoment.ticket_id, DueMoment.ref).where(*of(kinds, refs), DueMoment.id > last)
    return [(number, ticket_id, ref) for number, ticket_id, ref in session.execute(found.order_by(DueMoment.id).limit(most))]


def of(kinds: Collection[str], refs: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    """The condition."""
    return DueMoment.kind.in_(kinds), DueMoment.ref.in_(refs)
