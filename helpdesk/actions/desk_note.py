"""A note that the desk leaves by itself, for colleagues alone."""

from sqlalchemy.orm import Session

from helpdesk import clock, search_index
from helpdesk.actions.record import Actor, record
from helpdesk.models import Message, Ticket


def write_note(session: Session, ticket: Ticket, text: str, actor: Actor) -> Message:
    """Part of the caller's transaction, which locks the ticket."""
    note = Message(
        ticket_id=ticket.id, inbox_id=ticket.inbox_id, kind="note", channel="email", text=text, reply_text=text, verified=True,
        automatic=True, created_at=clock.now(),
    )  # fmt: skip
    session.add(note)
    session.flush()
    search_index.write(session, ticket, note.id, text)
    record(session, ticket, "note_written", actor, message=note)
    return note
