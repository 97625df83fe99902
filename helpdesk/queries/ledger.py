"""The ledger: does everything that arrived have an end, and every answer a way out? Two tables are held against each other, row by row.

Each side is one statement, so that a running desk does not change between its parts; it walks narrow indexes alone and has a time limit.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping, Select, and_, distinct, exists, func, literal, not_, select, text
from sqlalchemy.exc import OperationalError

from helpdesk.errors import Busy
from helpdesk.extensions import db
from helpdesk.models import Delivery, Event, Inbox, Mailbox, MailboxMark, Message, PendingEvent, RawMessage, Screening

MOST_SECONDS = 10
ASIDE = ("screened", "quarantined", "held")
SETTLED = ("sent", "failed", "bounced", "uncertain", "cancelled")
LEAVING = ("pending", "sending", "retry")


@dataclass(frozen=True)
class Ledger:
    """What came or left, and what became of it. `lost` has no end, `astray` is an end of nothing that is there; neither hides the other."""

    total: int
    parts: dict[str, int]
    lost: int = 0
    astray: int = 0

    @property
    def difference(self) -> int:
        """What nobody can account for."""
        return self.lost + self.astray

    @property
    def shown(self) -> list[tuple[str, int]]:
        """The first part, and all others that are not nothing."""
        first, *rest = self.parts.items()
        return [first, *(part for part in rest if part[1])]


@dataclass(frozen=True)
class Fetched:
    """A mailbox, since its start: the mails that its server held when they were counted last (None: not yet), those of ours that somebody
    took away there, and the raw messages that came from there."""

    mailbox_id: int
    address: str
    on_server: int | None
    removed: int
    raw: int

    @property
    def difference(self) -> int:
        """Mails of the server that are no raw message, or raw messages that the server never had."""
        return 0 if self.on_server is None else abs(self.on_server + self.removed - self.raw)


def ledger_in() -> Ledger:
    """Raw messages = messages that point back at one + screened + quarantined + held, each a screening row, + duplicates + waiting."""
    of = counted(statement_in())
    parts = {"messages": of["messages"], **{state: of[state] for state in ASIDE}, "duplicates": of["duplicates"], "waiting": of["waiting"]}
    unknown = of["total"] - of["done"] - of["duplicates"] - of["waiting"] - of["aside"]
    lost = of["done"] - of["met"] + of["aside"] - of["explained"] + unknown
    return Ledger(of["total"], parts, lost, of["messages"] - of["met"] + of["verdicts"] - of["explained"])


def ledger_out() -> Ledger:
    """Answers = deliveries by state + taken back + in the undo window + released and waiting for their delivery."""
    of = counted(statement_out())
    parts = {name: of[name] for name in ("sent", "failed", "bounced", "uncertain")}
    parts |= {"cancelled": of["cancelled"] + of["withdrawn"], "window": of["window"], "handed_over": of["handed_over"]}
    parts |= {name: of[name] for name in LEAVING}
    lost = of["total"] - of["met"] - of["cancelled"] - of["window"] - of["handed_over"]
    return Ledger(of["total"], parts, lost, of["deliveries"] - of["met"] + of["orphans"])


def mailboxes() -> list[Fetched]:
    """Every mailbox that is fetched from, in the numbering it has today."""
    today = and_(MailboxMark.mailbox_id == Mailbox.id, MailboxMark.uidvalidity == Mailbox.uidvalidity)
    mine = (RawMessage.mailbox_id == Mailbox.id, RawMessage.uidvalidity == Mailbox.uidvalidity, RawMessage.uid >= MailboxMark.start_uid)
    raw = select(func.count()).where(*mine).correlate(Mailbox, MailboxMark).scalar_subquery()
    found = (
        select(Mailbox.id, Inbox.address, Mailbox.on_server, Mailbox.removed, raw)
        .join(Inbox, Inbox.id == Mailbox.inbox_id).outerjoin(MailboxMark, today).where(Mailbox.active).order_by(Mailbox.id)
    )  # fmt: skip
    return [Fetched(*row) for row in db.session.execute(found)]


def as_told() -> dict[str, Any]:
    """The whole ledger as `helpdesk ledger --json` prints it."""
    came, left, fetched = ledger_in(), ledger_out(), mailboxes()
    waiting = sum(left.parts[name] for name in ("window", "handed_over", *LEAVING))
    gone = {"lost": left.lost, "astray": left.astray}
    boxes = [{name: getattr(one, name) for name in ("address", "on_server", "removed", "raw", "difference")} for one in fetched]
    return {
        "in": {"raw": came.total, **came.parts, "lost": came.lost, "astray": came.astray, "mailboxes": boxes},
        "out": {"replies": left.total, **{name: left.parts[name] for name in SETTLED}, "waiting": waiting, **gone},
        "difference": came.difference + left.difference + sum(one.difference for one in fetched),
    }


@lru_cache(maxsize=1)
def statement_in() -> Select[Any]:
    """One row: the raw messages by state, how many of them have their end (`met`, `explained`), and how many ends there are."""
    state = {name: RawMessage.state == name for name in ("done", "duplicate", "received")}
    raw = select(
        func.count().label("total"), func.count().filter(state["done"]).label("done"),
        func.count().filter(state["duplicate"]).label("duplicates"), func.count().filter(state["received"]).label("waiting"),
        func.count().filter(RawMessage.state.in_(ASIDE)).label("aside"),
    ).select_from(RawMessage)  # fmt: skip
    met = select(func.count().label("met")).where(state["done"], exists().where(Message.raw_message_id == RawMessage.id))
    live = (Screening.undone_at.is_(None), Screening.verdict.in_(ASIDE))
    told = exists().where(*live, Screening.raw_message_id == RawMessage.id, Screening.verdict == RawMessage.state)
    explained = select(func.count().label("explained")).select_from(RawMessage).where(RawMessage.state.in_(ASIDE), told)
    number = func.count(distinct(Screening.raw_message_id))
    each = [number.filter(Screening.verdict == name).label(name) for name in ASIDE]
    verdicts = select(number.label("verdicts"), *each).where(*live)
    messages = select(func.count().label("messages")).select_from(Message).where(Message.raw_message_id.is_not(None))
    return side_by_side(raw, met, explained, verdicts, messages)


@lru_cache(maxsize=1)
def statement_out() -> Select[Any]:
    """One row: the answers, those that have a delivery (`met`), those that need none yet, and the deliveries by state."""
    ours, way_out = Message.kind == "outgoing", exists().where(Delivery.message_id == Message.id)
    count = func.count()
    messages = select(count.label("total")).select_from(Message).where(ours)
    met = select(count.label("met")).select_from(Message).where(ours, way_out)
    cancelled = select(count.label("cancelled")).where(ours, Message.cancelled_at.is_not(None), not_(way_out))
    window = select(count.label("window")).where(ours, Message.release_at.is_not(None), Message.released_at.is_(None), not_(way_out))
    handed = (
        select(func.count(distinct(Message.id)).label("handed_over"))
        .select_from(PendingEvent).join(Event, Event.id == PendingEvent.event_id).join(Message, Message.id == Event.message_id)
        .where(PendingEvent.subscriber == "delivery", ours, Message.released_at.is_not(None), not_(way_out))
    )  # fmt: skip
    of_answers = Delivery.message_id.is_not(None)
    named = {name: name for name in (*SETTLED, *LEAVING)} | {"cancelled": "withdrawn"}
    states = [count.filter(of_answers, Delivery.state == state).label(name) for state, name in named.items()]
    nobodys = count.filter(Delivery.message_id.is_(None), Delivery.letter_id.is_(None)).label("orphans")
    deliveries = select(count.filter(of_answers).label("deliveries"), nobodys, *states).select_from(Delivery)
    return side_by_side(messages, met, cancelled, window, handed, deliveries)


def side_by_side(*parts: Select[*tuple[Any, ...]]) -> Select[Any]:
    """The columns of statements of one row each, as one row of one moment."""
    tables = [part.subquery() for part in parts]
    whole = tables[0]
    joined: Any = whole
    for table in tables[1:]:
        joined = joined.join(table, literal(value=True))
    return select(*(column for table in tables for column in table.c)).select_from(joined)


def counted(statement: Select[Any]) -> RowMapping:
    """Its one row, by name. Busy when it cannot be had within MOST_SECONDS."""
    try:
        with limited():
            return db.session.execute(statement).mappings().one()
    except OperationalError as error:
        db.session.rollback()
        if any(mark in str(error.orig) for mark in ("interrupted", "statement timeout")):
            raise Busy from error
        raise


@contextmanager
def limited() -> Iterator[None]:
    """No statement takes longer than MOST_SECONDS in the meantime."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        db.session.execute(text(f"SET statement_timeout = {MOST_SECONDS * 1000}"))
        try:
            yield
        finally:
            db.session.execute(text("RESET statement_timeout"))
        return
    driver, end = connection.connection.driver_connection, time.monotonic() + MOST_SECONDS
    driver.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)  # type: ignore[union-attr]
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)  # type: ignore[union-attr]
