"""Raw messages: kept before anybody looks at them, leased to whoever parses them, put aside when they cannot be read."""

from datetime import timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock, disk
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.actions.whole import want
from helpdesk.crash import crash_point
from helpdesk.errors import NoRoom
from helpdesk.models import RawMessage, Screening

LEASE_SECONDS, MOST_ATTEMPTS = 45, 4
"""The neighbours of a mail that kills its reader wait no longer than that; the reader renews its lease while it reads. Once among its
neighbours and three times alone: a reader that dies for another reason does not do so four times over one mail."""


class Held(NamedTuple):
    """A raw message that somebody holds: what its reader has to know, without its content. `attempts`: how often it was held before."""

    id: int
    inbox_id: int
    source: str
    envelope_from: str
    envelope_to: str
    size: int
    backfilled: bool
    attempts: int


# Built once: building a statement takes longer than asking it.
FREE = (
    select(*(getattr(RawMessage, name) for name in Held._fields))
    .where(RawMessage.state == "received", or_(RawMessage.lease_until.is_(None), RawMessage.lease_until < bindparam("now")))
    .order_by(RawMessage.id).limit(bindparam("most")).with_for_update(skip_locked=True)
)  # fmt: skip
HOLD = (
    update(RawMessage).where(RawMessage.id.in_(bindparam("ids", expanding=True)))
    .values(attempts=RawMessage.attempts + 1, lease_until=bindparam("until"))
    .execution_options(synchronize_session=False)
)  # fmt: skip


def store_raw(inbox_id: int, content: bytes, source: str, envelope_from: str = "", envelope_to: str = "") -> int:
    """Keeps what arrived; when this returns the id, it is committed and may be acknowledged. NoRoom when the disk has no room for it."""
    if not disk.has_room(len(content)):
        raise NoRoom
    with transaction() as session:
        raw = RawMessage(inbox_id=inbox_id, content=content, size=len(content), sha256=sha256(content).hexdigest(), source=source,
                         envelope_from=envelope_from[:320], envelope_to=envelope_to[:320], received_at=clock.now())
        session.add(raw)
        session.flush()
        nudge(session, "mail")
        crash_point("store_raw.before_commit")
    crash_point("store_raw.after_commit")
    return raw.id


def lease_raw(most: int, most_bytes: int) -> list[Held]:
    """The oldest that nobody holds, held for LEASE_SECONDS, at most so many and, but for the first, so large together.

    One whose reader died is held alone from then on, so that its neighbours are not blamed; one that was held MOST_ATTEMPTS times and
    never came to an end is put aside: it kills its reader.
    """
    now = clock.now()
    with transaction() as session:
        free = [Held(*row) for row in session.execute(FREE, {"now": now, "most": most})]
        held = together([raw for raw in free if raw.attempts < MOST_ATTEMPTS], most_bytes)
        for raw in free:
            if raw.attempts >= MOST_ATTEMPTS:
                poisoned = session.get_one(RawMessage, raw.id, populate_existing=True)
                keep_out(session, poisoned, "quarantined", "reader_died", "unreadable", {"why": "reader_died"})
        if held:
            session.execute(HOLD, {"ids": [raw.id for raw in held], "until": now + timedelta(seconds=LEASE_SECONDS)})
    return held


def together(free: list[Held], most_bytes: int) -> list[Held]:
    """Those at the front that may be read in one set."""
    held, size = free[:1], sum(raw.size for raw in free[:1])
    for raw in free[1:]:
        size += raw.size
        if raw.attempts or held[0].attempts or size > most_bytes:
            break
        held.append(raw)
    return held


def give_back(raw_ids: list[int]) -> None:
    """Whoever held them could not work, for no fault of theirs: they are as if they had not been held."""
    with transaction() as session:
        held = select(RawMessage).where(RawMessage.id.in_(raw_ids), RawMessage.state == "received")
        for raw in session.scalars(held.order_by(RawMessage.id).with_for_update().execution_options(populate_existing=True)):
            raw.attempts, raw.lease_until = max(0, raw.attempts - 1), None


def renew(raw_ids: list[int]) -> None:
    """Whoever holds them is still at work on them."""
    with transaction() as session:
        held = select(RawMessage).where(RawMessage.id.in_(raw_ids), RawMessage.state == "received")
        for raw in session.scalars(held.order_by(RawMessage.id).with_for_update().execution_options(populate_existing=True)):
            raw.lease_until = clock.now() + timedelta(seconds=LEASE_SECONDS)


def put_aside(raw_id: int, state: str, reason: str, step: str = "unreadable", detail: dict[str, Any] | None = None) -> None:
    """Quarantined (could not be read), held (a person decides) or screened (not for a ticket), by a step of screening, with the reason
    and what a person wants to see of it; kept and visible. One that somebody else has dealt with meanwhile stays as it is."""
    with transaction() as session:
        raw = session.get_one(RawMessage, raw_id, with_for_update=True, populate_existing=True)
        if raw.state == "received":
            keep_out(session, raw, state, reason, step, detail or {"why": reason})


def keep_out(session: Session, raw: RawMessage, state: str, reason: str, step: str, detail: dict[str, Any]) -> None:
    """The state and its reason, in one transaction; part of the caller's."""
    raw.state, raw.reason, raw.lease_until = state, reason[:200], None
    session.add(Screening(raw_message_id=raw.id, step=step[:20], verdict=state, detail=detail, at=clock.now()))


def try_again(raw_id: int) -> None:
    """Back to the line, as if it had just come: what was decided of it is forgotten. One of which only a part is here is fetched first."""
    with transaction() as session:
        raw = session.get_one(RawMessage, raw_id, with_for_update=True, populate_existing=True)
        if raw.state in ("quarantined", "screened", "held"):
            session.execute(delete(Screening).where(Screening.raw_message_id == raw.id))
            if raw.partial:
                want(session, raw)
                return
            raw.state, raw.reason, raw.attempts, raw.lease_until = "received", "", 0, None
            nudge(session, "mail")
