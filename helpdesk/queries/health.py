"""How the desk is doing, stage by stage: what waits, since when, when something last got through, and whether it stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, not_, or_, select

from helpdesk import clock, disk
from helpdesk.extensions import db
from helpdesk.models import Delivery, DueMoment, Inbox, Letter, Mailbox, Message, PendingEvent, RawMessage, Screening, Ticket
from helpdesk.queries import ledger

STILL = timedelta(minutes=2)
SWEEP = timedelta(minutes=5)
"""A mailbox is looked through at least this often, also when its server says that nothing is new."""
MANY_PUT_OFF = 3
"""One recipient whose server says "later" is his affair; so many at once, and nobody who is served, are ours."""
PART_WAY, UNSETTLED = ("pending", "retry", "sending"), ("uncertain", "failed", "bounced")


@dataclass(frozen=True)
class Stage:
    """One stage of the roads. `since`: from when on something could have gone on and did not; `last_at`: when something last got through;
    `stuck` wait for a person. `of` is the mailbox or inbox of a stage that each has for itself, `name` its address; `words` say why;
    `letters` to agents did not arrive, or may not have."""

    key: str
    waiting: int = 0
    oldest_at: datetime | None = None
    last_at: datetime | None = None
    since: datetime | None = None
    stuck: int = 0
    of: int | None = None
    name: str = ""
    words: str = ""
    still: bool = False
    letters: int = 0

    @property
    def red(self) -> bool:
        """It stands still, or has for two minutes got nothing through of what could go on."""
        if self.still or self.since is None:
            return self.still
        return clock.now() - max(self.since, self.last_at or self.since) >= STILL


def stages() -> list[Stage]:
    """The whole desk's, in the order of the roads."""
    return [arrival(), reading(), quarantined(), subscribers(), moments(), window()]


def arrival() -> Stage:
    """What is taken in: nothing while the disk is almost full, so that the database itself goes on."""
    newest = db.session.scalar(select(RawMessage.received_at).order_by(RawMessage.id.desc()).limit(1))
    return Stage("intake", last_at=newest, still=not disk.has_room())


def reading() -> Stage:
    """From raw mail to messages. What a worker holds is under way until its lease is over."""
    now, waits = clock.now(), RawMessage.state == "received"
    free = or_(RawMessage.lease_until.is_(None), RawMessage.lease_until < now)
    since = func.min(func.coalesce(RawMessage.lease_until, RawMessage.received_at)).filter(free)
    count, oldest, stands = db.session.execute(select(func.count(), func.min(RawMessage.received_at), since).where(waits)).one()
    message = select(Message.created_at).where(Message.raw_message_id.is_not(None)).order_by(Message.raw_message_id.desc()).limit(1)
    done = [db.session.scalar(message), db.session.scalar(select(Screening.at).order_by(Screening.id.desc()).limit(1))]
    return Stage("parse", count, oldest, max(filter(None, done), default=None), stands)


def quarantined() -> Stage:
    """What could not be read; it holds up nothing."""
    count, oldest = db.session.execute(
        select(func.count(), func.min(RawMessage.received_at)).where(RawMessage.state == "quarantined")).one()  # fmt: skip
    return Stage("quarantined", count, oldest, stuck=count)


def subscribers() -> Stage:
    """Events that somebody still has to hear of; `stuck` are those whose subscriber failed five times: it stands still for them."""
    waits, due = PendingEvent.parked_at.is_(None), PendingEvent.next_at <= clock.now()
    count, oldest = db.session.execute(select(func.count(), func.min(PendingEvent.next_at).filter(due)).where(waits)).one()
    parked = db.session.scalar(select(func.count()).where(not_(waits))) or 0
    heard = select(Message.released_at).join(Delivery, Delivery.message_id == Message.id).order_by(Delivery.id.desc()).limit(1)
    return Stage("outbox", count, oldest, db.session.scalar(heard), oldest, parked, still=parked > 0)


def moments() -> Stage:
    """What rules of the clock and promises do at a time that has come; `stuck` is what failed five times: nobody does it any more."""
    overdue = select(func.count(), func.min(DueMoment.due_at)).where(DueMoment.due_at <= clock.now())
    count, oldest = db.session.execute(overdue).one()
    failed = db.session.scalar(select(func.count()).where(DueMoment.due_at == clock.FAR)) or 0
    return Stage("due", count, oldest, since=oldest, stuck=failed, still=failed > 0)


def window() -> Stage:
    """Answers that can be taken back, and those whose time for it is over."""
    in_it, over = (Message.release_at.is_not(None), Message.released_at.is_(None)), Message.release_at <= clock.now()
    count, oldest, since = db.session.execute(
        select(func.count(), func.min(Message.release_at), func.min(Message.release_at).filter(over)).where(*in_it)).one()  # fmt: skip
    ours = (Message.kind == "outgoing", Message.released_at.is_not(None))
    return Stage("window", count, oldest, db.session.scalar(select(Message.released_at).where(*ours).order_by(Message.id.desc()).limit(1)),
                 since)


def deliveries() -> list[Stage]:
    """The way out of every active inbox; `stuck` are its tickets with an answer that did not arrive, or may not have."""
    waiting, failing = leaving(), put_off()
    last = select(func.max(Delivery.sent_at)).where(Delivery.inbox_id == Inbox.id).correlate(Inbox).scalar_subquery()
    undecided = (
        select(func.count()).where(Ticket.inbox_id == Inbox.id, Ticket.undelivered.is_not(None)).correlate(Inbox).scalar_subquery()
    )
    letters = (
        select(func.count()).where(Delivery.inbox_id == Inbox.id, Delivery.letter_id.is_not(None), Delivery.state.in_(UNSETTLED))
        .correlate(Inbox).scalar_subquery()
    )  # fmt: skip
    found = select(Inbox.id, Inbox.address, last, undecided, letters).where(Inbox.active).order_by(Inbox.id)
    return [
        Stage("delivery", count, oldest, last_at, first(due, since), stuck, inbox_id, address, words, letters=letters_missed)
        for inbox_id, address, last_at, stuck, letters_missed in db.session.execute(found)
        for count, oldest, due in [waiting.get(inbox_id, (0, None, None))]
        for since, words in [failing.get(inbox_id, (None, ""))]
    ]


def leaving() -> dict[int, tuple[int, datetime | None, datetime | None]]:
    """Inbox -> how many wait, the next moment of the first, and since when something is due that nobody sends."""
    due = func.min(Delivery.next_at).filter(Delivery.next_at <= clock.now())
    found = select(Delivery.inbox_id, func.count(), func.min(Delivery.next_at), due).where(Delivery.state.in_(PART_WAY))
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(found.group_by(Delivery.inbox_id))}


def put_off() -> dict[int, tuple[datetime | None, str]]:
    """Inbox -> since when its own server fails, and the words of it. A recipient that is put off (4xx) says nothing of the server, unless
    there are MANY_PUT_OFF of them."""
    begun = func.coalesce(Message.released_at, Letter.created_at)
    later: ColumnElement[bool] = Delivery.provider_words.like("4%")
    found = (
        select(Delivery.inbox_id, func.min(begun).filter(not_(later)), func.min(begun).filter(later), func.count().filter(later),
               func.max(Delivery.provider_words))
        .outerjoin(Message, Message.id == Delivery.message_id).outerjoin(Letter, Letter.id == Delivery.letter_id)
        .where(Delivery.state == "retry").group_by(Delivery.inbox_id)
    )  # fmt: skip
    return {
        inbox_id: (first(broken, greylisted if many >= MANY_PUT_OFF else None), words)
        for inbox_id, broken, greylisted, many, words in db.session.execute(found)
    }


def fetches() -> list[Stage]:
    """Every mailbox that is fetched from: it stands still when its server fails, or when nobody looks through it any more."""
    behind = {one.mailbox_id: one.difference for one in ledger.mailboxes()}
    found = select(Mailbox, Inbox.address).join(Inbox, Inbox.id == Mailbox.inbox_id).where(Mailbox.active).order_by(Mailbox.id)
    return [
        Stage("fetch", behind.get(box.id, 0), box.failing_since, box.swept_at,
              first(box.failing_since, (box.swept_at or box.created_at) + SWEEP), 0, box.id, address, box.problem_words)
        for box, address in db.session.execute(found).all()
    ]  # fmt: skip


def first(*moments: datetime | None) -> datetime | None:
    """The earliest there is."""
    return min((moment for moment in moments if moment is not None), default=None)
