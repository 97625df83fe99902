"""What is due: cheap questions for the timetable, answered by partial indexes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import ConnectionCheck, Delivery, DueMoment, Message, OAuthGrant, PendingEvent, RawMessage, Ticket

PATIENCE, MOST_CONNECTIONS = timedelta(seconds=5), 2
"""A server that is silent for so long after a mail's final dot is left to it: the inbox may open one connection beside that."""


def any_row(statement: Select[*tuple[Any, ...]]) -> bool:
    """Whether the statement has a row; leaves no transaction behind."""
    try:
        return db.session.execute(statement.limit(1)).first() is not None
    finally:
        db.session.remove()


def replies_to_release(most: int) -> Select[int, int]:
    """(message id, ticket id) of answers whose undo window is over, oldest first."""
    return (
        select(Message.id, Message.ticket_id)
        .where(Message.release_at <= clock.now(), Message.release_at.is_not(None), Message.released_at.is_(None))
        .order_by(Message.release_at)
        .limit(most)
    )


def release_is_due() -> bool:
    """Some undo window is over."""
    return any_row(replies_to_release(1))


def moment_is_due() -> bool:
    """Something that was planned is due."""
    return any_row(select(DueMoment.id).where(DueMoment.due_at <= clock.now()))


def is_due(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Of a pending event: its time has come, or it was never tried; a clock that ran ahead and was put right keeps nobody waiting."""
    return or_(PendingEvent.next_at <= now, PendingEvent.attempts == 0)


def outbox_is_due() -> bool:
    """A subscriber has something to hear."""
    return any_row(select(PendingEvent.id).where(PendingEvent.parked_at.is_(None), is_due(clock.now())))


def mail_is_due() -> bool:
    """Something arrived and is not parsed."""
    return any_row(select(RawMessage.id).where(RawMessage.state == "received"))


def deliveries_due() -> Select[int]:
    """Ids of what has to leave, and of what somebody died over, oldest first; nothing of an inbox that is being served."""
    now = clock.now()
    held = select(Delivery.inbox_id).where(Delivery.state == "sending", Delivery.lease_until > now)
    talking = or_(Delivery.data_started_at.is_(None), Delivery.data_started_at > now - PATIENCE)
    waited_for = held.group_by(Delivery.inbox_id).having(func.count() >= MOST_CONNECTIONS)
    return (
        select(Delivery.id)
        .where(Delivery.state.in_(("pending", "retry", "sending")), Delivery.next_at <= now)
        .where(Delivery.inbox_id.not_in(held.where(talking)), Delivery.inbox_id.not_in(waited_for))
        .order_by(Delivery.next_at, Delivery.id)
    )


def delivery_is_due() -> bool:
    """Something has to leave, or somebody died while sending it."""
    return any_row(deliveries_due())


def snooze_is_over() -> bool:
    """A ticket has rested long enough."""
    return any_row(select(Ticket.id).where(Ticket.snoozed_until <= clock.now()))


def connection_check_is_due() -> bool:
    """Somebody asked for a test that is not done."""
    return any_row(select(ConnectionCheck.inbox_id).where(ConnectionCheck.done_at.is_(None)))


def consent_is_due() -> bool:
    """Somebody came back from a provider with a code."""
    return any_row(select(OAuthGrant.id).where(OAuthGrant.code != ""))
