"""Who takes part in a ticket: its contact, and whom an agent wrote to. Who was only named by somebody else does not."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.folding import fold_email
from helpdesk.models import Address, Message, Ticket


def participants(session: Session, ticket: Ticket) -> set[str]:
    """Their folded addresses."""
    own = session.scalars(select(Address.value).where(Address.contact_id == ticket.contact_id))
    written = select(Message.to, Message.cc).where(
        Message.ticket_id == ticket.id, Message.kind == "outgoing", Message.cancelled_at.is_(None))
    return {*own, *(fold_email(one["address"]) for row in session.execute(written) for people in row for one in people)}
