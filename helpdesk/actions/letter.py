"""Mail of the desk itself, on the same road out as every answer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.transaction import nudge
from helpdesk.models import Agent, Delivery, Inbox, Letter


def write_letter(session: Session, agent: Agent, subject: str, text: str, inbox_id: int | None = None) -> Letter:
    """To an agent, from that inbox, else from the desk's first; part of the caller's transaction."""
    now = clock.now()
    letter = Letter(to_name=agent.name, to_address=agent.email, subject=subject, text=text, language=agent.language, created_at=now)
    session.add(letter)
    session.flush()
    inbox_id = inbox_id or session.scalars(select(Inbox.id).where(Inbox.active).order_by(Inbox.id)).first()
    if inbox_id is not None:
        session.add(Delivery(letter_id=letter.id, inbox_id=inbox_id, next_at=now))
        nudge(session, "delivery")
    return letter
