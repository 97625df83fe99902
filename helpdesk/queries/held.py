"""Held mail: what arrived and makes no ticket, or is in one already, for those who see the inbox; and the marks of what does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true, union_all

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.folding import fold_email
from helpdesk.models import Address, Message, RawMessage, Screening, Ticket
from helpdesk.policy import Viewer, sees_inbox, visible
from helpdesk.queries.counts import CAP, remember, remembered

PAGE = 25
STATES = {"waiting": ("held", "quarantined"), "held": ("held",), "quarantined": ("quarantined",), "screened": ("screened",),
          "duplicate": ("duplicate",)}
"""What a page shows; "waiting" is what nobody has decided about."""


@dataclass(frozen=True)
class HeldMail:
    """One mail. `step` and `detail` are the reason; `sender` is the address that can be blocked, "" for none; `blocked`: it is.
    `part`: "" when all of it is here, else "header" or "nothing"; `wanted`: the rest is being fetched. `repeats`: the ticket and message
    that it came for again, of one that the viewer sees."""

    id: int
    state: str
    inbox_id: int
    received_at: datetime
    size: int
    step: str
    detail: dict[str, Any]
    sender: str
    blocked: bool
    part: str = ""
    wanted: bool = False
    repeats: tuple[int, int] | None = None


@dataclass(frozen=True)
class HeldPage:
    """`after` is the key of the next page, 0 when there is none."""

    mails: list[HeldMail]
    after: int


def held_page(viewer: Viewer, kind: str, after: int = 0) -> HeldPage:
    """The newest PAGE of a kind of STATES, or those before the raw message `after`."""
    older = RawMessage.id < after if after else true()
    each = [
        select(select(RawMessage.id).where(RawMessage.state == state, seen(viewer), older).order_by(RawMessage.id.desc()).limit(PAGE + 1)
               .subquery().c.id)
        for state in STATES[kind]
    ]  # fmt: skip
    numbers = select(union_all(*each).subquery().c.id).order_by(None)
    rows = list(db.session.scalars(select(RawMessage).where(RawMessage.id.in_(numbers)).order_by(RawMessage.id.desc()).limit(PAGE + 1)))
    more = len(rows) > PAGE
    mails = repeated(viewer, rows[:PAGE]) if kind == "duplicate" else shown(rows[:PAGE])
    return HeldPage(mails, rows[PAGE - 1].id if more else 0)


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """The raw messages of the inboxes that the viewer sees, as SQL."""
    return true() if viewer.sees_all else RawMessage.inbox_id.in_(viewer.inbox_ids)


def shown(raws: list[RawMessage]) -> list[HeldMail]:
    """With the step that keeps each out, and whether its sender is blocked."""
    said = select(Screening).where(Screening.raw_message_id.in_([raw.id for raw in raws]), Screening.undone_at.is_(None))
    reasons = {row.raw_message_id: row for row in db.session.scalars(said.order_by(Screening.id)) if row.verdict != "marked"}
    details = {raw.id: reasons[raw.id].detail if raw.id in reasons else {} for raw in raws}
    senders = {raw.id: fold_email(details[raw.id].get("from") or raw.envelope_from) for raw in raws}
    blocked = set(
        db.session.scalars(
            select(Address.value).where(
                Address.kind == "email", Address.value.in_(sorted(set(senders.values()))), Address.blocked_at.is_not(None))))
    parts = parts_of([raw.id for raw in raws])
    return [
        HeldMail(raw.id, raw.state, raw.inbox_id, raw.received_at, raw.size, reasons[raw.id].step if raw.id in reasons else raw.reason,
                 details[raw.id], senders[raw.id] if "@" in senders[raw.id] else "", senders[raw.id] in blocked, parts.get(raw.id, ""),
                 raw.state == "held" and raw.reason == "wanted")
        for raw in raws
    ]  # fmt: skip


def repeated(viewer: Viewer, raws: list[RawMessage]) -> list[HeldMail]:
    """Those that came before, as the message says that they repeat; its ticket only for those who see it."""
    found = select(Message).where(Message.id.in_({raw.message_id for raw in raws if raw.message_id is not None}))
    messages = {message.id: message for message in db.session.scalars(found)}
    tickets = {message.ticket_id for message in messages.values()}
    seen_tickets = set(db.session.scalars(select(Ticket.id).where(Ticket.id.in_(tickets), visible(viewer))))
    return [
        HeldMail(raw.id, raw.state, raw.inbox_id, raw.received_at, raw.size, "duplicate",
                 {"name": message.from_name, "subject": message.subject} if message else {},
                 message.from_address if message else "", blocked=False,
                 repeats=(message.ticket_id, message.id) if message and message.ticket_id in seen_tickets else None)
        for raw in raws for message in [messages.get(raw.message_id or 0)]
    ]  # fmt: skip


def parts_of(raw_ids: list[int]) -> dict[int, str]:
    """Of those that are not here whole: what is here."""
    found = select(RawMessage.id, func.length(RawMessage.content)).where(RawMessage.id.in_(raw_ids), RawMessage.partial)
    return {raw_id: "header" if length else "nothing" for raw_id, length in db.session.execute(found)}


def waiting(viewer: Viewer) -> int:
    """How many nobody has decided about, CAP at most; kept for seconds, as the counts of the views are."""
    key = ("held", viewer.sees_all, viewer.inbox_ids)
    numbers = remembered(key)
    if numbers is None:
        few = select(RawMessage.id).where(RawMessage.state.in_(STATES["waiting"]), seen(viewer)).limit(CAP).subquery()
        numbers = remember(key, {"held": db.session.scalar(select(func.count()).select_from(few)) or 0})
    return numbers["held"]


def find_held(viewer: Viewer, raw_id: int) -> RawMessage:
    """A mail that makes no ticket of its own, of an inbox the viewer sees; else NotFound."""
    raw = db.session.get(RawMessage, raw_id)
    if raw is None or not sees_inbox(viewer, raw.inbox_id) or raw.state not in ("held", "quarantined", "screened", "duplicate"):
        raise NotFound
    return raw


def find_address(viewer: Viewer, address_id: int) -> Address:
    """An address of somebody whose ticket the viewer sees, else NotFound."""
    address = db.session.get(Address, address_id)
    seen_of = select(Ticket.id).where(Ticket.contact_id == (address.contact_id if address else 0), visible(viewer))
    if address is None or db.session.scalar(seen_of.limit(1)) is None:
        raise NotFound
    return address


def marks_of(raw_ids: list[int]) -> dict[int, list[str]]:
    """Raw message -> the steps that marked it and were not taken back, for the messages of a ticket."""
    found: dict[int, list[str]] = {}
    marked = select(Screening.raw_message_id, Screening.step).where(
        Screening.raw_message_id.in_(raw_ids), Screening.verdict == "marked", Screening.undone_at.is_(None)).order_by(Screening.id)
    for raw_id, step in db.session.execute(marked) if raw_ids else []:
        found.setdefault(raw_id, []).append(step)
    return found
