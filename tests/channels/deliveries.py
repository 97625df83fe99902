"""What tests ask about answers on their way out."""

from collections.abc import Callable

from sqlalchemy import select

from helpdesk.extensions import db
from helpdesk.models import Delivery, Event, Message

Send = Callable[..., int]


def row(message_id: int) -> Delivery:
    db.session.rollback()
    return db.session.scalars(select(Delivery).where(Delivery.message_id == message_id).execution_options(populate_existing=True)).one()


def told(message_id: int) -> list[tuple[str, str]]:
    """What the ticket's history says of the delivery."""
    db.session.rollback()
    found = db.session.scalars(select(Event).where(Event.message_id == message_id, Event.kind.like("delivery%")).order_by(Event.id))
    return [(event.kind, event.data.get("words", "")) for event in found]


def sent_id(message_id: int) -> str:
    return db.session.get_one(Message, message_id).external_id or ""
