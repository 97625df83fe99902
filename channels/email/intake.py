"""From raw mail to messages: parse in the limited child, screen, keep the files, receive in sets."""

import logging
import re
import time
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from channels.email.authentication import is_verified
from channels.email.parser_child import Parser, Unreadable
from channels.email.screen import reason_to_screen
from helpdesk import jobs, store
from helpdesk.actions.raw import give_back, lease_raw, put_aside
from helpdesk.actions.receive import receive
from helpdesk.errors import Busy
from helpdesk.extensions import db
from helpdesk.incoming import Incoming, Person, StoredFile
from helpdesk.models import Inbox, RawMessage
from helpdesk.pictures import kind_of

log = logging.getLogger(__name__)
SET, SET_BYTES, MOST_SECONDS = 10, 8 * 1024 * 1024, 60.0
TRACE = re.compile(
    rb"^(?:received|return-path|delivered-to|x-original-to|authentication-results|x-received|arc-[a-z-]+):.*(?:\r?\n[ \t].*)*\r?\n",
    re.I | re.M,
)
TROUBLE = (Busy, OperationalError, InterfaceError, OSError)
"""A database or disk that is away or full: nothing is wrong with the mails, they come again."""


def drain() -> None:
    """Works in sets until nothing has arrived, or a minute is over; then nudges itself."""
    end = time.monotonic() + MOST_SECONDS
    while raws := lease_raw(SET, SET_BYTES):
        try:
            take(raws)
        except TROUBLE:
            db.session.rollback()
            give_back([raw.id for raw in raws])
            raise
        db.session.remove()
        if time.monotonic() > end:
            jobs.later("mail")
            return


def take(raws: list[RawMessage]) -> None:
    """One set; when it fails it is done again one by one, so that only the bad mail is put aside."""
    inboxes = {inbox.id: inbox for inbox in db.session.scalars(select(Inbox))}
    ours = {inbox.address for inbox in inboxes.values()}
    good = [incoming for raw in raws if (incoming := read_safely(raw, inboxes[raw.inbox_id], ours))]
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


def read_safely(raw: RawMessage, inbox: Inbox, ours: set[str]) -> Incoming | None:
    """As read; a mail that trips us up is put aside and takes no other with it."""
    try:
        return read(raw, inbox, ours)
    except TROUBLE:
        raise
    except Exception as error:
        log.exception("raw message %s could not be read", raw.id)
        put_aside(raw.id, "quarantined", f"not_read: {type(error).__name__}")
        return None


def read(raw: RawMessage, inbox: Inbox, ours: set[str]) -> Incoming | None:
    """Parses and screens; None when it was put aside instead."""
    content = raw.content
    try:
        parsed = parser().parse(content)
    except Unreadable as error:
        put_aside(raw.id, "quarantined", str(error))
        return None
    if reason := reason_to_screen(parsed, ours):
        put_aside(raw.id, "screened", reason)
        return None
    return incoming_of(raw, inbox, parsed, content)


def parser() -> Parser:
    """The worker's long-lived child."""
    extensions = current_app.extensions
    if "mail_parser" not in extensions:
        extensions["mail_parser"] = Parser()
    found: Parser = extensions["mail_parser"]
    return found


def incoming_of(raw: RawMessage, inbox: Inbox, parsed: dict[str, Any], content: bytes) -> Incoming:
    """What the house wants to know of it."""
    sender = parsed.get("from") or {"name": "", "address": raw.envelope_from}
    people = {kind: [Person(one["name"] or "", one["address"] or "") for one in parsed.get(kind) or []] for kind in ("to", "cc")}
    return Incoming(
        raw_message_id=raw.id,
        inbox_id=raw.inbox_id,
        channel="email",
        external_id=(parsed.get("message_id") or "")[:500],
        content_hash=content_hash(content),
        sender_kind="email",
        sender=Person(sender["name"] or "", sender["address"] or "unknown"),
        verified=is_verified(parsed, inbox.authserv_id),
        subject=parsed.get("subject") or "",
        text=parsed.get("text") or "",
        reply_text=parsed.get("reply_text") or "",
        html=parsed.get("html"),
        language=parsed.get("language") or "",
        sent_at=moment(parsed.get("date")),
        to=people["to"],
        cc=people["cc"],
        in_reply_to=(parsed.get("in_reply_to") or "")[:500],
        references=[name[:500] for name in parsed.get("references") or []],
        tokens=tokens(raw, people, inbox),
        auto_reply=parsed.get("auto_reply") or "",
        files=[stored(one) for one in parsed.get("attachments") or []],
    )


def content_hash(content: bytes) -> str:
    """Of the mail without what each server on the way adds, so that a second arrival of the same mail is known."""
    head, gap, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    return sha256(TRACE.sub(b"", head + b"\n") + gap + body.rstrip()).hexdigest()


def tokens(raw: RawMessage, people: dict[str, list[Person]], inbox: Inbox) -> list[str]:
    """What stands after the plus of our own address, wherever it was written."""
    local, _, domain = inbox.address.rpartition("@")
    addresses = [raw.envelope_to, *(person.address for kind in ("to", "cc") for person in people[kind])]
    pattern = re.compile(rf"{re.escape(local)}\+([^@\s]+)@{re.escape(domain)}", re.I)
    return list(dict.fromkeys(match[1] for address in addresses if (match := pattern.fullmatch(address.strip()))))


def stored(part: dict[str, Any]) -> StoredFile:
    """Its bytes go to the store before the row that names them is written."""
    digest, size = store.keep(part["content"])
    return StoredFile(
        name=(part.get("name") or "")[:255],
        content_type=kind_of(part["content"][:4096]),
        size=size,
        sha256=digest,
        inline=bool(part.get("inline")),
        content_id=(part.get("content_id") or "")[:300],
    )


def moment(text: str | None) -> datetime | None:
    """The Date header, if it makes sense."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
