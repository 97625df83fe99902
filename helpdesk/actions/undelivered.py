"""An answer that did not arrive: whoever wrote it is told, and the ticket comes back to where somebody looks."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.notices import notify
from helpdesk.actions.record import SYSTEM, Actor, record
from helpdesk.models import Agent, Delivery, Event, Message, Ticket

ANSWERS = {"failed": "answer_failed", "bounced": "answer_bounced", "uncertain": "answer_uncertain", "sent": "answer_partly"}
"""How an answer ended, and the notice of it; sent is one that some of its recipients did not get."""
UNSETTLED = ("failed", "bounced", "uncertain")
TOLD = ("delivery_failed", "delivery_bounced", "delivery_uncertain")
DONE = ("pending", "solved", "closed")
BY_DESK = Actor(SYSTEM.kind, why="undelivered")
MOST_WORDS = 200


def miss(session: Session, ticket: Ticket, message: Message, state: str, words: str) -> None:
    """An answer ended so, told once. What the desk wrote by itself concerns nobody; of what is uncertain a person decides."""
    if message.automatic:
        return
    if state != "sent":
        ticket.miss(state)
    if state in ("failed", "bounced"):
        bring_back(session, ticket, message)
    told = {"kind": ANSWERS[state], "message_id": message.id, "words": words[:MOST_WORDS]}
    notify(session, reader_of(session, ticket, message), ticket.id, told)


def bring_back(session: Session, ticket: Ticket, message: Message) -> None:
    """Nobody rests or is done who has not been answered: he waits as long as he did before the answer."""
    if ticket.snoozed_until is not None:
        ticket.wake()
        record(session, ticket, "ticket_woken", BY_DESK)
    if ticket.status in DONE:
        before = ticket.status
        ticket.set_status("open")
        record(session, ticket, "status_changed", BY_DESK, {"from": before, "to": "open"})
    ticket.waiting_since = min(ticket.waiting_since, waited_since(session, message))


def waited_since(session: Session, message: Message) -> datetime:
    """Since when the customer waited before that answer; from now on where he did not."""
    written = session.scalars(select(Event).where(Event.message_id == message.id, Event.kind == "reply_written")).first()
    since = datetime.fromisoformat(written.data["waiting_since"]) if written and "waiting_since" in written.data else clock.FAR
    return since if since < clock.FAR else clock.now()


def reader_of(session: Session, ticket: Ticket, message: Message) -> list[int]:
    """Its author; where he is gone, who has the ticket now."""
    people = [number for number in (message.agent_id, ticket.assignee_id) if number is not None]
    active = session.scalars(select(Agent.id).where(Agent.id.in_(people), Agent.active)).all()
    return [number for number in people if number in active][:1]


def settled(session: Session, ticket: Ticket, message: Message) -> None:
    """That answer is settled. What remains is what was told of others since the newest was written."""
    if ticket.undelivered is None:
        return
    written = select(func.max(Event.id)).join(Message, Message.id == Event.message_id).where(
        Event.ticket_id == ticket.id, Event.kind == "reply_written", Message.cancelled_at.is_(None))  # fmt: skip
    others = (
        select(Delivery.state).join(Message, Message.id == Delivery.message_id).join(Event, Event.message_id == Message.id)
        .where(Event.ticket_id == ticket.id, Event.kind.in_(TOLD), Event.id > func.coalesce(written.scalar_subquery(), 0),
               Message.id != message.id, ~Message.automatic, Delivery.state.in_(UNSETTLED))
    )  # fmt: skip
    ticket.undelivered = None
    for state in session.scalars(others):
        ticket.miss(state)
