"""From raw mail to messages: parse in the limited child, screen, receive in sets."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.exc import InterfaceError, OperationalError

from channels.email.ahead import Ahead
from channels.email.as_incoming import incoming_of
from channels.email.glance import MOST_HEADER, Mail, glance, notice_of, shown_of
from channels.email.parser_child import Parser, Unreadable
from channels.email.screen import MOST_BYTES, screen
from channels.email.screen_senders import sender_of
from channels.email.verdict import Context, Verdict
from helpdesk import jobs
from helpdesk.actions.bounces import take_bounce
from helpdesk.actions.raw import Held, give_back, lease_raw, put_aside, renew
from helpdesk.actions.receive import receive
from helpdesk.errors import Busy
from helpdesk.extensions import db
from helpdesk.folding import fold_email
from helpdesk.incoming import Incoming, Mark, storable
from helpdesk.models import Inbox, RawMessage
from helpdesk.queries.screening import beginning_of, blocked_among, released_among

log = logging.getLogger(__name__)
Result = TypeVar("Result")
CONTENTS = select(RawMessage.id, RawMessage.content).where(RawMessage.id.in_(bindparam("ids", expanding=True))).order_by(RawMessage.id)
SET, SET_BYTES, QUICK_BYTES, MOST_SECONDS, RENEW_SECONDS = 50, 8 * 1024 * 1024, 1024 * 1024, 60.0, 10.0
TROUBLE = (Busy, OperationalError, InterfaceError, OSError)
"""A database or disk that is away or full: nothing is wrong with the mails, they come again."""


def drain() -> None:
    """Works in sets until nothing has arrived, or a minute is over; then nudges itself. Of small mails the next set is held and parsed
    while one is stored."""
    end, ahead = time.monotonic() + MOST_SECONDS, Ahead(parser().parse)
    raws = begun(ahead)
    try:
        while raws:
            on_time = time.monotonic() < end
            after = begun(ahead) if on_time and sum(raw.size for raw in raws) <= QUICK_BYTES else []
            take_or_give_back(raws, after, ahead)
            raws = after or (begun(ahead) if on_time else [])
            if not on_time:
                jobs.later("mail")
    finally:
        ahead.close()


def begun(ahead: Ahead) -> list[Held]:
    """The next set, held; whatever of it may be parsed is begun."""
    raws = lease_raw(SET, SET_BYTES)
    wanted = [raw.id for raw in raws if raw.size <= MOST_BYTES]
    ahead.begin({row.id: row.content for row in db.session.execute(CONTENTS, {"ids": wanted})} if wanted else {})
    return raws


def take_or_give_back(raws: list[Held], after: list[Held], ahead: Ahead) -> None:
    """One set; when the database or the disk is away, it and the one behind it are as if nobody had held them."""
    try:
        take(raws, ahead)
    except TROUBLE:
        db.session.rollback()
        give_back([raw.id for raw in [*raws, *after]])
        raise
    db.session.remove()


def take(raws: list[Held], ahead: Ahead | None = None) -> None:
    """One set; when it fails it is done again one by one, so that only the bad mail is put aside."""
    good = admitted(raws, ahead)
    if not good:
        return
    try:
        receive(good)
    except TROUBLE:
        raise
    except Exception:
        log.exception("a set of %d could not be received; one by one", len(good))
        for incoming in good:
            take_alone(incoming)


def take_alone(incoming: Incoming) -> None:
    """One mail by itself; what fails alone is kept aside for a person to see."""
    try:
        receive([incoming])
    except TROUBLE:
        raise
    except Exception as error:
        log.exception("raw message %s could not be received", incoming.raw_message_id)
        put_aside(incoming.raw_message_id or 0, "quarantined", f"not_received: {type(error).__name__}")


def admitted(raws: list[Held], ahead: Ahead | None = None) -> list[Incoming]:
    """Those of a set that belong to tickets; the others are put aside."""
    inboxes = {inbox.id: inbox for inbox in db.session.scalars(select(Inbox))}
    ours, released = frozenset(fold_email(inbox.address) for inbox in inboxes.values()), released_among([raw.id for raw in raws])
    mails, read_since = [], time.monotonic()
    for raw in raws:
        if time.monotonic() - read_since > RENEW_SECONDS:
            renew([*(one.id for one in raws), *(ahead.begun if ahead else ())])
            read_since = time.monotonic()
        mails.append(safely(raw, partial(read, raw, inboxes[raw.inbox_id], ahead, released=raw.id in released)))
    found = [mail for mail in mails if mail is not None]
    blocked = blocked_among({sender_of(mail.parsed) for mail in found})
    known = [context_of(mail, ours, blocked, released=mail.raw.id in released) for mail in found]
    incomings = [safely(mail.raw, partial(admit, mail, context)) for mail, context in zip(found, known, strict=True)]
    return [incoming for incoming in incomings if incoming is not None]


def context_of(mail: Mail, ours: frozenset[str], blocked: frozenset[str], *, released: bool) -> Context:
    """What screening may know; one of which a part is here comes this far only when somebody wants it as it is."""
    partial = released and len(mail.content) < mail.raw.size
    return Context(mail.raw.size, mail.unreadable, ours, mail.inbox.authserv_id, blocked, released, partial)


def safely(raw: Held, work: Callable[[], Result]) -> Result | None:
    """The result; a mail that trips us up is put aside and takes no other with it."""
    try:
        return work()
    except TROUBLE:
        raise
    except Exception as error:
        log.exception("raw message %s could not be read", raw.id)
        put_aside(raw.id, "quarantined", f"not_read: {type(error).__name__}")
        return None


def read(raw: Held, inbox: Inbox, ahead: Ahead | None = None, *, released: bool) -> Mail:
    """Parsed, unless it is larger than anything we take and nobody has asked for it."""
    if raw.size > MOST_BYTES and not released:
        return Mail(raw, inbox, beginning_of(raw.id, MOST_HEADER))
    begun_of = ahead.begun.pop(raw.id, None) if ahead else None
    content = begun_of[0] if begun_of else db.session.scalars(select(RawMessage.content).where(RawMessage.id == raw.id)).one()
    try:
        parsed = begun_of[1].result() if begun_of else parser().parse(content)
        return Mail(raw, inbox, content, parsed | ({"return_path": "<>"} if came_from_nobody(raw) else {}))
    except Unreadable as error:
        return Mail(raw, inbox, content, glance(content) if released else {}, str(error))


def came_from_nobody(raw: Held) -> bool:
    """The door that it came by hears the envelope, and that named no sender (RFC 5321 section 4.5.5)."""
    return raw.source == "lmtp" and not raw.envelope_from


def admit(mail: Mail, known: Context) -> Incoming | None:
    """Screens; None when it was put aside instead."""
    verdicts = screen(mail.parsed, known)
    if verdicts and verdicts[-1].verdict != "marked":
        keep_out(mail, verdicts[-1])
        return None
    return screened(incoming_of(mail.raw, mail.inbox, mail.parsed, mail.content, known.ours), verdicts, released=known.released)


def keep_out(mail: Mail, last: Verdict) -> None:
    """Put aside with what a person wants to see of it; a notice about a mail of ours goes to that mail."""
    detail = storable({**last.detail, **shown_of(mail.parsed or glance(mail.content))})
    if last.step == "bounce" and last.verdict == "screened":
        take_bounce(mail.raw.id, notice_of(mail.parsed), detail)
    else:
        put_aside(mail.raw.id, last.verdict, last.detail.get("why") or last.step, last.step, detail)


def screened(incoming: Incoming, verdicts: list[Verdict], *, released: bool) -> Incoming:
    """With its marks. A robot's answer opens no ticket, unless somebody has asked for it."""
    robot = [verdict for verdict in verdicts if verdict.step in ("auto_reply", "absence")]
    opens = released or all(verdict.detail.get("kind") == "notice" for verdict in robot)
    sign = robot[0].detail["sign"] if robot else ""
    marks = [Mark(verdict.step, verdict.detail) for verdict in verdicts]
    return replace(incoming, marks=marks, auto_reply=incoming.auto_reply or sign, opens_ticket=opens)


def parser() -> Parser:
    """The worker's long-lived child."""
    extensions = current_app.extensions
    if "mail_parser" not in extensions:
        extensions["mail_parser"] = Parser()
    found: Parser = extensions["mail_parser"]
    return found
