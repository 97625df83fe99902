"""The undo window: taking an answer back, and letting it go when the window is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import SYSTEM, by_agent, held_ticket, record
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.crash import crash_point
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Attachment, Draft, Event, Message, Ticket
from helpdesk.models.event import STOPPING
from helpdesk.policy import Viewer
from helpdesk.queries.due import replies_to_release

BATCH = 20
SETTLED_ANEW = {"message_received", "status_changed", "ticket_snoozed", "ticket_woken", "reply_written"}
"""After one of these the state of the ticket is no longer what the answer made of it."""


def cancel_reply(viewer: Viewer, message_id: int) -> Message:
    """Takes back an answer of one's own that has not left; text and files are a draft again, the ticket is as it was.

    Invalid when it has left already.
    """
    with transaction() as session:
        message = session.get(Message, message_id)
        if message is None or message.agent_id != viewer.agent_id or message.kind != "outgoing":
            raise NotFound
        ticket = held_ticket(session, message.ticket_id, viewer)
        session.refresh(message, with_for_update=True)
        if message.cancelled_at is not None:
            return message
        if message.released_at is not None:
            raise Invalid("already_left")
        message.cancel(clock.now())
        written = session.scalars(select(Event).where(Event.message_id == message.id, Event.kind == "reply_written")).one()
        since = session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.id > written.id).order_by(Event.id)).all()
        restore(session, viewer, ticket, message, written.data, [event for event in since if event.message_id != message.id])
        record(session, ticket, "reply_cancelled", by_agent(viewer.agent_id), message=message)
        give_back(session, message, viewer, seen_until(viewer, since, ticket.last_event_id))
    return message


def restore(session: Session, viewer: Viewer, ticket: Ticket, message: Message, before: dict[str, Any], since: list[Event]) -> None:
    """The ticket as it was, but for what came after the answer (`since`): that stays."""
    happened, me = {event.kind for event in since}, by_agent(viewer.agent_id)
    if not happened & SETTLED_ANEW:
        if ticket.status != before["status_before"]:
            moved = {"from": ticket.status, "to": before["status_before"]}
            ticket.set_status(before["status_before"])
            record(session, ticket, "status_changed", me, moved, message=message)
        if before["snoozed_until"] and datetime.fromisoformat(before["snoozed_until"]) > clock.now():
            ticket.snooze(datetime.fromisoformat(before["snoozed_until"]))
            record(session, ticket, "ticket_snoozed", me, {"until": before["snoozed_until"]}, message=message)
    if "reply_written" not in happened and ticket.status not in ("solved", "closed"):
        ticket.waiting_since = min(ticket.waiting_since, datetime.fromisoformat(before["waiting_since"]))
        ticket.undelivered = ticket.undelivered or before.get("undelivered")
    if not happened & {"message_received", "reply_written"}:
        ticket.snippet, ticket.last_at = before["snippet"], datetime.fromisoformat(before["last_at"])


def seen_until(viewer: Viewer, since: Sequence[Event], last: int) -> int:
    """The newest event the author has seen: his own are no news to him, the first of anybody else's is."""
    news = [event.id for event in since if event.kind in STOPPING and event.agent_id != viewer.agent_id]
    return news[0] - 1 if news else last


def give_back(session: Session, message: Message, viewer: Viewer, seen_event_id: int) -> None:
    """The text returns to the composer, in front of what was begun since."""
    draft = session.scalar(select(Draft).where(
        Draft.ticket_id == message.ticket_id, Draft.agent_id == viewer.agent_id, Draft.kind == "reply"))
    if draft is None:
        draft = Draft(ticket_id=message.ticket_id, agent_id=viewer.agent_id, kind="reply", body="", updated_at=clock.now())
        session.add(draft)
    draft.body = "\n\n".join(part for part in (message.text, draft.body) if part)
    draft.to = ", ".join(person["address"] for person in message.to)
    draft.cc = ", ".join(person["address"] for person in message.cc)
    draft.seen_event_id, draft.updated_at, draft.idempotency_key = seen_event_id, clock.now(), ""
    session.flush()
    for attachment in session.scalars(select(Attachment).where(Attachment.message_id == message.id)):
        attachment.message_id, attachment.draft_id = None, draft.id


def release_due() -> None:
    """Lets go what may leave now. From here on channels, rules and reports know of it."""
    while release_batch() == BATCH:
        pass


def release_batch() -> int:
    """One transaction of at most BATCH messages; returns how many it looked at."""
    with transaction() as session:
        due = session.execute(replies_to_release(BATCH)).all()
        for message_id, ticket_id in sorted(due, key=lambda row: row.ticket_id):
            ticket = held_ticket(session, ticket_id)
            message = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
            if message.release_at is None or message.released_at is not None:
                continue
            message.released_at = clock.now()
            record(session, ticket, "reply_released", SYSTEM, message=message)
        if due:
            nudge(session, "outbox")
            crash_point("release.before_commit")
    if due:
        crash_point("release.after_commit")
    return len(due)
