"""Mails of which only the header is here, or nothing: fetched whole when somebody wants them, and said plainly when that cannot be."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.mailboxes import WANTED, held
from helpdesk.actions.transaction import transaction
from helpdesk.models import Mailbox, RawMessage, Screening


def want(session: Session, raw: RawMessage) -> None:
    """Whoever watches its mailbox fetches all of it, and then it is read; part of the caller's transaction. Where nobody knows any more
    where it lies, that is said at once."""
    mailbox = session.get(Mailbox, raw.mailbox_id or 0)
    lies_there = mailbox is not None and raw.uid is not None and raw.uidvalidity == mailbox.uidvalidity
    say(session, raw, WANTED if lies_there else "gone")


def give_up(mailbox_id: int, token: str, raw_id: int, why: str) -> None:
    """All of it cannot be had: "gone", "too_large" or "not_given". A person decides once more."""
    with transaction() as session:
        held(session, mailbox_id, token)
        raw = session.get_one(RawMessage, raw_id, with_for_update=True, populate_existing=True)
        if raw.state == "held" and raw.reason == WANTED:
            say(session, raw, why)


def say(session: Session, raw: RawMessage, why: str) -> None:
    """It waits, for this reason; what was said before is over, and what was seen of the mail stays."""
    rows = session.scalars(select(Screening).where(Screening.raw_message_id == raw.id).order_by(Screening.id.desc())).all()
    for row in rows:
        row.undone_at = row.undone_at or clock.now()
    detail = {**(rows[0].detail if rows else {}), "why": why, "size": str(raw.size)}
    detail.pop("left_by", None)
    raw.state, raw.reason, raw.attempts, raw.lease_until = "held", why, 0, None
    session.add(Screening(raw_message_id=raw.id, step="partial", verdict="held", detail=detail, at=clock.now()))
