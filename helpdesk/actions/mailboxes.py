"""Mailboxes on other servers: who watches one, what was fetched from it and how far, and how it goes. Whoever holds the lease token may
write, nobody else: it is compared in the transaction that writes, so a watcher that was stopped and continued writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.deliver import prove
from helpdesk.actions.notices import notify_admins
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.crash import crash_point
from helpdesk.models import Inbox, Mailbox, MailboxMark, Message, RawMessage, Screening

LEASE_SECONDS, TOLD_AGAIN = 60, timedelta(days=1)
WANTED = "wanted"
"""Why a raw message is held of which a part is here, and somebody has asked for all of it."""


class Fenced(Exception):
    """Somebody else watches this mailbox now, or it is gone: nothing was written."""


@dataclass(frozen=True)
class Fetched:
    """One mail as its server gave it: its number, its bytes, when it arrived there. `size` is the server's, in bytes. With a `held`
    reason ("too_large", "not_given") the content is all that could be had, its header or nothing, and it waits for a person. `quiet`:
    older than the desk."""

    uid: int
    content: bytes
    arrived_at: datetime
    size: int
    held: str = ""
    quiet: bool = False

    @property
    def sha256(self) -> str:
        """Of the content."""
        return sha256(self.content).hexdigest()


def lease(mailbox_id: int, token: str, instead_of: str = "") -> bool:
    """Takes the lease when nobody holds it any more, or when its holder, known by the token, is known to be dead."""
    now = clock.now()
    with transaction() as session:
        mailbox = session.get(Mailbox, mailbox_id, with_for_update=True, populate_existing=True)
        if mailbox is None or not mailbox.active:
            return False
        runs = mailbox.lease_token and mailbox.lease_until is not None and mailbox.lease_until > now
        if runs and mailbox.lease_token != instead_of:
            return False
        mailbox.lease_token, mailbox.lease_until = token, now + timedelta(seconds=LEASE_SECONDS)
    return True


def renew(tokens: dict[int, str]) -> set[int]:
    """Prolongs the leases that still hold, of {mailbox id: token}; returns which."""
    until = clock.now() + timedelta(seconds=LEASE_SECONDS)
    with transaction() as session:
        found = select(Mailbox).where(Mailbox.id.in_(tokens)).order_by(Mailbox.id).with_for_update()
        held = [one for one in session.scalars(found.execution_options(populate_existing=True)) if one.lease_token == tokens[one.id]]
        for mailbox in held:
            mailbox.lease_until = until
    return {mailbox.id for mailbox in held}


def release(tokens: dict[int, str]) -> None:
    """Lets go: another may watch at once."""
    with transaction() as session:
        for mailbox_id, token in tokens.items():
            session.execute(update(Mailbox).where(Mailbox.id == mailbox_id, Mailbox.lease_token == token)
                            .values(lease_token="", lease_until=None))  # fmt: skip


def begin_numbering(mailbox_id: int, token: str, uidvalidity: int, start_uid: int, start_at: datetime, again: bool = False) -> None:
    """From `start_uid` on the mails of this numbering are ours: it is new, or the start was moved. Where it was met before and another in
    between, or it begins `again`, its numbers mean other mails now: raw messages lose theirs; `store_fetched` knows them by content."""
    with transaction() as session:
        mailbox = held(session, mailbox_id, token)
        mark = session.get(MailboxMark, (mailbox_id, uidvalidity), with_for_update=True, populate_existing=True)
        if mark is not None and mailbox.uidvalidity == uidvalidity and not again:
            mark.start_uid, mark.start_at, mailbox.on_server = start_uid, start_at, None  # counted anew by the sweep
            return
        if mark is not None:
            session.delete(mark)
            session.flush()
        session.execute(update(RawMessage).where(RawMessage.mailbox_id == mailbox_id, RawMessage.uidvalidity == uidvalidity)
                        .values(uid=None, uidvalidity=None))  # fmt: skip
        session.add(MailboxMark(mailbox_id=mailbox_id, uidvalidity=uidvalidity, start_uid=start_uid, start_at=start_at,
                                live_uid=start_uid - 1, created_at=clock.now()))  # fmt: skip
        if mailbox.uidvalidity is not None:
            tell_of_numbers(session, mailbox)
        mailbox.uidvalidity, mailbox.on_server, mailbox.removed = uidvalidity, 0, 0


def tell_of_numbers(session: Session, mailbox: Mailbox) -> None:
    """Admins hear why everything is looked through again; not each time of a server that does so all the time."""
    address = session.get_one(Inbox, mailbox.inbox_id).address
    notify_admins(session, {"kind": "mailbox_renumbered", "inbox_id": mailbox.inbox_id, "address": address}, TOLD_AGAIN)


def plan_backfill(mailbox_id: int, token: str, uidvalidity: int, waiting: int) -> None:
    """So many older mails are still to be fetched."""
    with transaction() as session:
        held(session, mailbox_id, token)
        mark = session.get_one(MailboxMark, (mailbox_id, uidvalidity), with_for_update=True, populate_existing=True)
        mark.backfill_total = mark.backfill_done + waiting


def store_fetched(mailbox_id: int, token: str, uidvalidity: int, mails: Sequence[Fetched], backfilled: bool = False) -> int:
    """Keeps mails and moves the mark, in one commit; how many of them are new. What came before under another numbering is known by its
    bytes and gets its new number. `backfilled`: the mark that goes downward."""
    keys = [(mail, mail.sha256) for mail in mails]
    crash_point("fetch.fetched")
    with transaction() as session:
        mailbox = held(session, mailbox_id, token)
        there = rows_of(session, mailbox_id, uidvalidity, mails)
        kept = [(mail, key) for mail, key in keys if mail.uid not in there]
        for mail, key in keys:
            if mail.uid in there:
                complete(session, there[mail.uid], mail, key)
        fresh = renumbered(session, mailbox_id, uidvalidity, kept)
        session.add_all(fresh_rows := [row_of(mailbox, uidvalidity, mail, key) for mail, key in fresh])
        session.flush()
        session.add_all(screening_of(row) for row in fresh_rows if row.state == "held")
        mark = session.get_one(MailboxMark, (mailbox_id, uidvalidity), with_for_update=True, populate_existing=True)
        move(mark, [mail.uid for mail in mails], backfilled)
        if mailbox.failures:
            mailbox.failures, mailbox.failing_since, mailbox.problem, mailbox.problem_words = 0, None, "", ""
        if not backfilled and mailbox.on_server is not None:
            mailbox.on_server += len(kept)
        nudge(session, "mail")
        crash_point("fetch.before_commit")
    crash_point("fetch.after_commit")
    return len(fresh)


def held(session: Session, mailbox_id: int, token: str) -> Mailbox:
    """The mailbox, locked, if the token still holds it; else Fenced."""
    mailbox = session.get(Mailbox, mailbox_id, with_for_update=True, populate_existing=True)
    if mailbox is None or not token or mailbox.lease_token != token:
        raise Fenced
    return mailbox


def rows_of(session: Session, mailbox_id: int, uidvalidity: int, mails: Sequence[Fetched]) -> dict[int, RawMessage]:
    """Those of them that are here, by number."""
    found = select(RawMessage).where(
        RawMessage.mailbox_id == mailbox_id, RawMessage.uidvalidity == uidvalidity, RawMessage.uid.in_([mail.uid for mail in mails]))
    return {raw.uid or 0: raw for raw in session.scalars(found.execution_options(populate_existing=True))}


def complete(session: Session, raw: RawMessage, mail: Fetched, key: str) -> None:
    """One whose content the server did not give before, and nobody has dealt with, or somebody wants, is as if it had just come."""
    if mail.held or raw.state != "held" or raw.reason not in ("not_given", WANTED):
        return
    raw.content, raw.size, raw.sha256, raw.state, raw.reason = mail.content, mail.size, key, "received", ""
    verdict = update(Screening).where(Screening.raw_message_id == raw.id, Screening.undone_at.is_(None))
    session.execute(verdict.values(undone_at=clock.now()))


def renumbered(session: Session, mailbox_id: int, uidvalidity: int, kept: Sequence[tuple[Fetched, str]]) -> list[tuple[Fetched, str]]:
    """Gives those that are here under an older numbering their new number; returns the others."""
    older = or_(RawMessage.uidvalidity.is_(None), RawMessage.uidvalidity != uidvalidity)
    wanted = select(RawMessage).where(RawMessage.mailbox_id == mailbox_id, RawMessage.sha256.in_([key for _, key in kept]), older)
    known: dict[str, list[RawMessage]] = {}
    for raw in session.scalars(wanted.order_by(RawMessage.id.desc()).execution_options(populate_existing=True)):
        known.setdefault(raw.sha256, []).append(raw)
    fresh = []
    for mail, key in kept:
        if rows := known.get(key):
            raw = rows.pop()
            raw.uidvalidity, raw.uid = uidvalidity, mail.uid
        else:
            fresh.append((mail, key))
    return fresh


def row_of(mailbox: Mailbox, uidvalidity: int, mail: Fetched, key: str) -> RawMessage:
    """A raw message. One that came just now was received now, however long its server kept it."""
    now = clock.now()
    return RawMessage(
        inbox_id=mailbox.inbox_id, source="imap", content=mail.content, size=mail.size, sha256=key, mailbox_id=mailbox.id,
        uidvalidity=uidvalidity, uid=mail.uid, backfilled=mail.quiet, received_at=min(mail.arrived_at, now) if mail.quiet else now,
        state="held" if mail.held else "received", reason=mail.held)  # fmt: skip


def screening_of(raw: RawMessage) -> Screening:
    """Why it waits for a person."""
    step, detail = ("too_large", {"size": str(raw.size)}) if raw.reason == "too_large" else ("unreadable", {"why": raw.reason})
    return Screening(raw_message_id=raw.id, step=step, verdict="held", detail=detail, at=clock.now())


def move(mark: MailboxMark, uids: Collection[int], backfilled: bool) -> None:
    """The one mark up, or the other down."""
    if backfilled:
        mark.backfill_uid = min([*uids, mark.backfill_uid or mark.start_uid])
        mark.backfill_done += len(uids)
        mark.backfill_total = max(mark.backfill_total, mark.backfill_done)
    else:
        mark.live_uid = max([*uids, mark.live_uid])


def note_sweep(mailbox_id: int, token: str, on_server: int, removed: int, problem: str = "", words: str = "") -> None:
    """Everything on the server was looked at: `on_server` mails since the start, and `removed` that we have and it no longer has. It works
    again; `problem` is of something beside the fetching."""
    with transaction() as session:
        mailbox = held(session, mailbox_id, token)
        mailbox.on_server, mailbox.removed, mailbox.counted_at, mailbox.swept_at = on_server, removed, clock.now(), clock.now()
        mailbox.failures, mailbox.failing_since = 0, None
        mailbox.problem, mailbox.problem_words = problem, words[:300]


def note_failure(mailbox_id: int, token: str, problem: str, words: str) -> int:
    """It could not be reached or read; how often in a row."""
    with transaction() as session:
        mailbox = held(session, mailbox_id, token)
        mailbox.failures, mailbox.failing_since = mailbox.failures + 1, mailbox.failing_since or clock.now()
        mailbox.problem, mailbox.problem_words = problem, words[:300]
    return mailbox.failures


def prove_sent(message_id: int) -> None:
    """The server's own Sent folder holds an answer that nobody knew to have left."""
    with transaction() as session:
        message = session.get(Message, message_id)
        if message is not None:
            prove(session, message, "sent_folder")
