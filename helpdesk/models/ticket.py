"""The ticket: its state, and the verbs on that state."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.clock import FAR
from helpdesk.extensions import Base, db
from helpdesk.models.types import Json, Moment

STATUSES = ("open", "pending", "on_hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
PLACES = ("inbox", "spam", "trash")
QUEUES = ("open", "waiting", "snoozed", "solved", "spam", "trash")
QUEUE_OF_STATUS = {"open": "open", "pending": "waiting", "on_hold": "waiting", "solved": "solved", "closed": "solved"}

ticket_tag = Table(
    "ticket_tag",
    Base.metadata,
    Column("ticket_id", ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Tag(db.Model):
    """A word on tickets; `name` is kept as written, `folded` makes it one."""

    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(60), unique=True)


class TicketType(db.Model):
    """What tickets can be about: words of the desk's own list."""

    __tablename__ = "ticket_type"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    pack: Mapped[str] = mapped_column(String(60), default="")

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name


class Ticket(db.Model):
    """One matter of one contact. Its id is the number people read.

    `queue` follows from status, place and snooze and is what every list asks for; `waiting_since` is the time of the oldest
    message of the customer that nobody answered, FAR when nobody waits; `last_event_id` is the newest row of its history;
    `related_ticket_id` is a ticket that its first mail names and did not join; `also_inbox_id` a second inbox that its first mail went to,
    whose teams see it too. `due_at`, `due_name` and `due_state` are the
    promise that falls due next: when (None while its clock rests, since `due_since`), which, and "running", "paused" or "breached"; "" when
    there is none. `sla_policy_id`: a policy that somebody put it under; None where the conditions of policies decide.
    `undelivered`: "failed", "bounced" or "uncertain" since an answer did not arrive, or may not have; None once that is settled.
    """

    __tablename__ = "ticket"
    __table_args__ = {"sqlite_autoincrement": True}  # a number is never given twice
    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    subject: Mapped[str] = mapped_column(String(500), default="")
    snippet: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default="open")
    priority: Mapped[int] = mapped_column(default=1)
    place: Mapped[str] = mapped_column(String(10), default="inbox")
    snoozed_until: Mapped[datetime | None] = mapped_column(Moment)
    queue: Mapped[str] = mapped_column(String(10), default="open")
    last_at: Mapped[datetime] = mapped_column(Moment)
    waiting_since: Mapped[datetime] = mapped_column(Moment, default=FAR)
    last_event_id: Mapped[int] = mapped_column(default=0)
    related_ticket_id: Mapped[int | None] = mapped_column()
    also_inbox_id: Mapped[int | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(Moment)
    type_id: Mapped[int | None] = mapped_column()
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    due_name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    due_state: Mapped[str] = mapped_column(String(10), default="", server_default="")
    due_since: Mapped[datetime | None] = mapped_column(Moment)
    sla_policy_id: Mapped[int | None] = mapped_column()
    due_counted: Mapped[list[list[int]] | None] = mapped_column(Json)
    undelivered: Mapped[str | None] = mapped_column(String(10))

    tags: Mapped[list[Tag]] = relationship(secondary=ticket_tag, order_by=Tag.name)

    def settle(self) -> None:
        """Puts the ticket into the queue that follows from its state."""
        if self.place != "inbox":
            self.queue = self.place
        elif self.snoozed_until is not None:
            self.queue = "snoozed"
        else:
            self.queue = QUEUE_OF_STATUS[self.status]

    def set_status(self, status: str) -> None:
        """Moves to a status; whoever acts on it has woken it, and a ticket that is done lets nobody wait, and
        leaves nothing to settle."""
        self.status = status
        self.snoozed_until = None
        if status in ("solved", "closed"):
            self.waiting_since, self.undelivered = FAR, None
        self.settle()

    def move(self, place: str) -> None:
        """Inbox, spam or trash."""
        self.place = place
        self.settle()

    def snooze(self, until: datetime) -> None:
        """Rests until a time; a message of the customer wakes it."""
        self.snoozed_until = until
        self.settle()

    def wake(self) -> None:
        """Ends the rest."""
        self.snoozed_until = None
        self.settle()

    def hear(self, at: datetime, snippet: str, *, counts: bool) -> None:
        """The customer wrote. `counts` is false for robots, which neither wake a ticket nor wait for an answer."""
        self.last_at = max(self.last_at, at)
        self.snippet = snippet
        if counts:
            self.status = "open"
            self.snoozed_until = None
            self.waiting_since = min(self.waiting_since, at)
        self.settle()

    def remember(self, at: datetime, snippet: str) -> None:
        """Something older was found: it changes when the ticket began, and nothing else unless it is the newest there is."""
        if not self.snippet or at > self.last_at:
            self.snippet = snippet
        self.created_at, self.last_at = min(self.created_at, at), max(self.last_at, at)

    def answer(self, at: datetime, snippet: str) -> None:
        """We wrote to the customer, also where something before had not arrived."""
        self.last_at = max(self.last_at, at)
        self.snippet = snippet
        self.waiting_since, self.undelivered = FAR, None

    def miss(self, state: str) -> None:
        """An answer of ours did not arrive, or may not have: the worse of what is known."""
        self.undelivered = state if self.undelivered in (None, "uncertain") else self.undelivered


OPEN, FREE, PROMISED = text("queue = 'open'"), text("queue = 'open' AND assignee_id IS NULL"), text("due_at IS NOT NULL")
MISSED = text("undelivered IS NOT NULL")
# Tickets of nobody are no entry of the assignee's indexes: they are many, and a planner that takes them for few walks the wrong way.
HELD, OPEN_HELD = text("assignee_id IS NOT NULL"), text("queue = 'open' AND assignee_id IS NOT NULL")
for scope in ((), ("inbox_id",), ("team_id",), ("assignee_id",)):
    short = scope[0].removesuffix("_id") if scope else "all"
    columns = [getattr(Ticket, name) for name in scope]
    every, only_open = (HELD, OPEN_HELD) if short == "assignee" else (None, OPEN)
    Index(f"ix_ticket_{short}_newest", *columns, Ticket.queue, Ticket.last_at, Ticket.id, sqlite_where=every, postgresql_where=every)
    Index(f"ix_ticket_{short}_waiting", *columns, Ticket.waiting_since, Ticket.id, sqlite_where=only_open, postgresql_where=only_open)
    Index(
        f"ix_ticket_{short}_priority",
        *columns,
        Ticket.priority,
        Ticket.last_at,
        Ticket.id,
        sqlite_where=only_open,
        postgresql_where=only_open,
    )
    Index(f"ix_ticket_{short}_due", *columns, Ticket.due_at, Ticket.id, sqlite_where=PROMISED, postgresql_where=PROMISED)
    Index(f"ix_ticket_{short}_undelivered", *columns, Ticket.last_at, Ticket.id, sqlite_where=MISSED, postgresql_where=MISSED)
    if short != "assignee":
        # the last two are known from its condition, but SQLite looks into the table for what stands in no column
        covering = (*columns, Ticket.last_at, Ticket.id, Ticket.queue, Ticket.assignee_id)
        Index(f"ix_ticket_{short}_free", *covering, sqlite_where=FREE, postgresql_where=FREE)
Index("ix_ticket_contact", Ticket.contact_id, Ticket.id)
SHARED, NAMING = text("also_inbox_id IS NOT NULL"), text("related_ticket_id IS NOT NULL")
Index("ix_ticket_related", Ticket.related_ticket_id, Ticket.id, sqlite_where=NAMING, postgresql_where=NAMING)
Index(
    "ix_ticket_also", Ticket.also_inbox_id, Ticket.queue, Ticket.last_at, Ticket.id, sqlite_where=SHARED, postgresql_where=SHARED,
)  # fmt: skip
Index(
    "ix_ticket_snoozed",
    Ticket.snoozed_until,
    sqlite_where=text("snoozed_until IS NOT NULL"),
    postgresql_where=text("snoozed_until IS NOT NULL"),
)
