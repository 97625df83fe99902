"""What screening has to know of mails that wait to be read."""

from sqlalchemy import func, select

from helpdesk.extensions import db
from helpdesk.models import Address, RawMessage, Screening


def released_among(raw_ids: list[int]) -> set[int]:
    """Those raw messages that somebody took out of Held mail."""
    taken_back = select(Screening.raw_message_id).where(Screening.raw_message_id.in_(raw_ids), Screening.undone_by.is_not(None))
    return set(db.session.scalars(taken_back))


def beginning_of(raw_id: int, most: int) -> bytes:
    """The first bytes of one that is too large to be read whole."""
    return bytes(db.session.scalar(select(func.substr(RawMessage.content, 1, most)).where(RawMessage.id == raw_id)) or b"")


def blocked_among(senders: set[str]) -> frozenset[str]:
    """Those of the folded addresses that are blocked."""
    blocked = select(Address.value).where(Address.kind == "email", Address.value.in_(sorted(senders)), Address.blocked_at.is_not(None))
    return frozenset(db.session.scalars(blocked))
