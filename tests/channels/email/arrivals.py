"""What tests of screening share: a desk that reads with the real parser, mails that are taken in, and an answer that has left."""

from sqlalchemy import select

from channels import delivery
from channels.email import intake
from helpdesk.actions import drain_outbox
from helpdesk.actions.raw import store_raw
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import reply
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Message, RawMessage
from tests.factories import Clock, SmallDesk, messages, writing


def take(inbox_id: int, *contents: bytes) -> list[RawMessage]:
    """Stores the mails, drains, and returns what became of them."""
    ids = [store_raw(inbox_id, content, "pipe") for content in contents]
    intake.drain()
    db.session.rollback()
    return list(db.session.scalars(select(RawMessage).where(RawMessage.id.in_(ids)).order_by(RawMessage.id)))


def states(raws: list[RawMessage]) -> list[tuple[str, str]]:
    return [(raw.state, raw.reason) for raw in raws]


def sent_answer(desk: SmallDesk, clock: Clock, *cc: str) -> Message:
    """An answer of Rana's that has left."""
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number, cc=[Person("", address) for address in cc]))
    clock.move(seconds=11)
    release_due()
    drain_outbox.drain()
    delivery.drain()
    return messages(number)[1]
