"""What screening said of a mail is on record, and a person may take it back: the mail becomes a ticket, or a person's message."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import by_agent, held_ticket, record
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.actions.whole import want
from helpdesk.errors import Invalid, NotFound
from helpdesk.incoming import Incoming, Mark
from helpdesk.models import Message, RawMessage, Screening, Ticket
from helpdesk.policy import Viewer, sees_inbox

KEPT_OUT = ("held", "quarantined", "screened")
MARKED_AS_ROBOT = ("auto_reply", "absence")


def note(session: Session, raw_message_id: int | None, marks: list[Mark], at: datetime) -> None:
    """The marks of a message that came in, in the transaction that writes it."""
    if raw_message_id is not None:
        rows = ({"step": one.step, "detail": one.detail} for one in marks)
        session.add_all(Screening(raw_message_id=raw_message_id, verdict="marked", at=at, **row) for row in rows)


def hold(session: Session, raw: RawMessage, incoming: Incoming, at: datetime) -> None:
    """A robot's mail that belongs to no ticket waits for a person; part of the caller's transaction."""
    if raw.state != "received":
        return
    mark = next((one for one in incoming.marks if one.step in MARKED_AS_ROBOT), Mark("auto_reply", {}))
    shown = {
        "name": incoming.sender.name[:200], "from": incoming.sender.address[:254], "subject": incoming.subject[:500],
        "excerpt": " ".join((incoming.reply_text or incoming.text)[:4000].split())[:400],
    }  # fmt: skip
    raw.state, raw.reason, raw.lease_until = "held", mark.step, None
    session.add(Screening(raw_message_id=raw.id, step=mark.step, verdict="held", detail={**mark.detail, **shown}, at=at))


def release(viewer: Viewer, raw_id: int, *, as_it_is: bool = False) -> bool:
    """Back to the line as a mail that somebody wants: its second way past the steps ends in a ticket. One of which only a part is here is
    fetched whole first, unless a ticket is to be made of what is here. Whether it is in the line."""
    with transaction() as session:
        raw = kept_out(session, viewer, raw_id)
        for row in live_rows(session, raw_id):
            row.undone_at, row.undone_by = clock.now(), viewer.agent_id
        if raw.partial and not as_it_is:
            want(session, raw)
            return False
        raw.state, raw.reason, raw.attempts, raw.lease_until = "received", "", 0, None
        nudge(session, "mail")
    return True


def leave(viewer: Viewer, raw_id: int) -> None:
    """Looked at, and left out: it waits for nobody any more. It stays listed among what was screened."""
    with transaction() as session:
        raw = kept_out(session, viewer, raw_id)
        for row in live_rows(session, raw_id):
            row.verdict, row.detail = "screened", {**row.detail, "left_by": str(viewer.agent_id)}
        raw.state = "screened"


def kept_out(session: Session, viewer: Viewer, raw_id: int) -> RawMessage:
    """The raw message, locked; NotFound for an inbox that the viewer does not see, Invalid when it is dealt with already."""
    raw = session.get(RawMessage, raw_id, with_for_update=True, populate_existing=True)
    if raw is None or not sees_inbox(viewer, raw.inbox_id):
        raise NotFound
    if raw.state not in KEPT_OUT:
        raise Invalid("not_held")
    return raw


def live_rows(session: Session, raw_id: int) -> list[Screening]:
    """What was said of it and not taken back."""
    found = select(Screening).where(Screening.raw_message_id == raw_id, Screening.undone_at.is_(None)).order_by(Screening.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def treat_as_person(viewer: Viewer, message_id: int) -> Message:
    """What was taken for a robot's message is a person's: its marks are taken back, the ticket wakes and counts as waiting, unless
    somebody has answered since."""
    with transaction() as session:
        message = session.get(Message, message_id)
        if message is None or message.kind != "incoming":
            raise NotFound
        ticket = held_ticket(session, message.ticket_id, viewer)
        marks = [row for row in live_rows(session, message.raw_message_id or 0) if row.verdict == "marked" and row.step != "partial"]
        if not marks and not message.auto_reply:
            raise Invalid("not_marked")
        for row in marks:
            row.undone_at, row.undone_by = clock.now(), viewer.agent_id
        counted, message.auto_reply = message.auto_reply == "", ""
        told: dict[str, Any] = {"steps": [row.step for row in marks]}
        if not counted and not answered_since(session, message):
            wait(session, viewer, ticket, message)
            told["waits_since"] = message.created_at.isoformat()
        record(session, ticket, "screening_undone", by_agent(viewer.agent_id), told, message=message)
    return message


def answered_since(session: Session, message: Message) -> bool:
    """Whether one of us wrote to the customer after that message."""
    later = select(Message.id).where(
        Message.ticket_id == message.ticket_id, Message.id > message.id, Message.kind == "outgoing", Message.cancelled_at.is_(None),
        ~Message.automatic)  # fmt: skip
    return session.scalar(later.limit(1)) is not None


def wait(session: Session, viewer: Viewer, ticket: Ticket, message: Message) -> None:
    """The ticket as a person's message would have left it."""
    me = by_agent(viewer.agent_id)
    if ticket.snoozed_until is not None:
        ticket.wake()
        record(session, ticket, "ticket_woken", me, message=message)
    if ticket.status != "open":
        before = ticket.status
        ticket.set_status("open")
        record(session, ticket, "status_changed", me, {"from": before, "to": "open"}, message=message)
    ticket.waiting_since = min(ticket.waiting_since, message.created_at)
