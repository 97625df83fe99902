"""What watchers of mailboxes ask: which there are, how far they are fetched, and what is to be looked for on their servers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Delivery, Inbox, Mailbox, MailboxMark, Message, OAuthGrant, RawMessage

UNCERTAIN_DAYS, MOST_UNCERTAIN = 14, 100


@dataclass(frozen=True)
class Watched:
    """The settings of an active mailbox, as whoever watches it needs them; when they change it is watched anew. `by_consent`: its login is
    an OAuth consent, given at `granted_at`."""

    mailbox_id: int
    inbox_id: int
    host: str
    port: int
    security: str
    username: str
    secret: str = field(repr=False)
    folder: str
    start_at: datetime
    backfill_from: datetime | None
    move_to: str
    move_after_days: int | None
    by_consent: bool
    granted_at: datetime | None


@dataclass(frozen=True)
class Held:
    """Who holds the lease of a mailbox, until when; "" and None when nobody does."""

    watched: Watched
    token: str
    until: datetime | None


@dataclass(frozen=True)
class Wanted:
    """A raw message of which a part is here and all is wanted; where it lies, and its size there."""

    raw_id: int
    uidvalidity: int | None
    uid: int | None
    size: int


def active() -> list[Held]:
    """Every mailbox that is to be watched."""
    own = [getattr(Mailbox, name) for name in Watched.__dataclass_fields__ if name not in ("mailbox_id", "by_consent", "granted_at")]
    found = (
        select(Mailbox.id, *own, OAuthGrant.id.is_not(None), OAuthGrant.granted_at, Mailbox.lease_token, Mailbox.lease_until)
        .join(Inbox, Inbox.id == Mailbox.inbox_id)
        .outerjoin(OAuthGrant, OAuthGrant.inbox_id == Mailbox.inbox_id)
        .where(Mailbox.active, Inbox.active)
        .order_by(Mailbox.id)
    )
    return [Held(Watched(*row[:-2]), row[-2], row[-1]) for row in db.session.execute(found)]


def mark(mailbox_id: int, uidvalidity: int) -> MailboxMark | None:
    """How far this numbering is fetched; None when it is new, or another one was met in between."""
    current = db.session.scalar(select(Mailbox.uidvalidity).where(Mailbox.id == mailbox_id))
    if current != uidvalidity:
        return None
    return db.session.get(MailboxMark, (mailbox_id, uidvalidity), populate_existing=True)


def fetched_uids(mailbox_id: int, uidvalidity: int, first: int, last: int = 2**32) -> set[int]:
    """The numbers of this numbering that have a raw message."""
    found = select(RawMessage.uid).where(
        RawMessage.mailbox_id == mailbox_id, RawMessage.uidvalidity == uidvalidity, RawMessage.uid >= first, RawMessage.uid <= last)
    return {uid for uid in db.session.scalars(found) if uid is not None}


def ungiven_uids(mailbox_id: int, uidvalidity: int) -> set[int]:
    """Those whose raw message lacks the content because the server did not give it, and that nobody has dealt with."""
    found = select(RawMessage.uid).where(
        RawMessage.state == "held", RawMessage.reason == "not_given", RawMessage.mailbox_id == mailbox_id,
        RawMessage.uidvalidity == uidvalidity, RawMessage.uid.is_not(None))
    return {uid for uid in db.session.scalars(found) if uid is not None}


def wanted_whole(mailbox_id: int) -> list[Wanted]:
    """What somebody has asked for, the oldest first."""
    found = select(RawMessage.id, RawMessage.uidvalidity, RawMessage.uid, RawMessage.size).where(
        RawMessage.state == "held", RawMessage.reason == "wanted", RawMessage.mailbox_id == mailbox_id).order_by(RawMessage.id)
    return [Wanted(*row) for row in db.session.execute(found)]


def movable_uids(mailbox_id: int, uidvalidity: int, days: int) -> list[int]:
    """Numbers of mails that became messages so many days ago; one of which only a part is here stays where all of it is."""
    found = select(RawMessage.uid).where(
        RawMessage.mailbox_id == mailbox_id, RawMessage.uidvalidity == uidvalidity, RawMessage.uid.is_not(None), RawMessage.state == "done",
        RawMessage.received_at < clock.now() - timedelta(days=days), ~RawMessage.partial)
    return [uid for uid in db.session.scalars(found.order_by(RawMessage.uid)) if uid is not None]


def uncertain_answers(inbox_id: int) -> list[tuple[int, str]]:
    """(message id, Message-ID) of answers of an inbox of which nobody knows whether they left."""
    found = (
        select(Message.id, Message.external_id)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Delivery.inbox_id == inbox_id, Delivery.state == "uncertain", Message.external_id.is_not(None))
        .where(Delivery.data_started_at > clock.now() - timedelta(days=UNCERTAIN_DAYS))
        .order_by(Delivery.id.desc()).limit(MOST_UNCERTAIN)
    )  # fmt: skip
    return [(row[0], row[1] or "") for row in db.session.execute(found)]


def raw_since_start(mailbox_id: int) -> int:
    """Raw messages of a mailbox in the numbering of today, since its start: they must be `on_server` + `removed` of the mailbox."""
    found = (
        select(func.count())
        .select_from(RawMessage)
        .join(Mailbox, (Mailbox.id == RawMessage.mailbox_id) & (Mailbox.uidvalidity == RawMessage.uidvalidity))
        .join(MailboxMark, (MailboxMark.mailbox_id == Mailbox.id) & (MailboxMark.uidvalidity == Mailbox.uidvalidity))
        .where(Mailbox.id == mailbox_id, RawMessage.uid >= MailboxMark.start_uid)
    )
    return db.session.scalar(found) or 0
