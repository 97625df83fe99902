"""Bounces without a report: by who sent them and by what they say; flufl.bounce knows the formats of many systems."""

import email
import re
from typing import Any

from flufl.bounce import all_failures

from channels.email.addresses import people_in
from channels.email.bounce_words import status_in_words
from channels.email.headers import header, raw_headers
from channels.email.parse_mime import Entity

Recipient = dict[str, Any]
MAX_SCANNED = 512 * 1024
DAEMON = re.compile(r"mailer-?daemon|postmaster|mail delivery|mail-?daemon|maildelivery|mail administrator|delivery (?:sub)?system|mdaemon|bounce|mailsystem|mail system|smtpd?@", re.IGNORECASE)
SUBJECT = re.compile(r"undeliver|returned mail|delivery (?:status|failure|failed|notification|report|has failed|problem)|failure notice|mail (?:delivery )?fail|non-?deliver|could not (?:be )?deliver|not delivered|unable to deliver|delivery unsuccessful|mail could not|returned to sender|message (?:delivery )?delayed|delivery delayed|warning: could not send|unzustellbar|non remis|no se puede entregar|mail system error|nondeliverable|bounce|配信|تعذر التسليم", re.IGNORECASE)
NOT_BOUNCE_TYPES = {"feedback-report", "disposition-notification"}


def text_recipients(entity: Entity, subject: str, text: str) -> list[Recipient] | None:
    """Recipients of a notice in free form, or None when the mail is no such notice."""
    if entity.params.get("report-type", "") in NOT_BOUNCE_TYPES or not _may_be_notice(entity, subject):
        return None
    failed = header(entity.fields, "X-Failed-Recipients")
    permanent = {person["address"].lower() for person in people_in(failed.encode())} if failed else set()
    temporary: set[str] = set()
    if not permanent:
        temporary, permanent = _by_flufl(entity.whole)
    if not permanent and not temporary:
        return None
    status = status_in_words(text[:8000])
    return [_recipient(address, status, True) for address in sorted(permanent)] + [_recipient(address, status, False) for address in sorted(temporary - permanent)]


def _may_be_notice(entity: Entity, subject: str) -> bool:
    sender = header(entity.fields, "From")
    null_path = any(value.strip() == b"<>" for value in raw_headers(entity.fields, "Return-Path"))
    return bool(DAEMON.search(sender) or null_path or SUBJECT.search(subject) or raw_headers(entity.fields, "X-Failed-Recipients"))


def _by_flufl(raw: bytes) -> tuple[set[str], set[str]]:
    try:
        temporary, permanent = all_failures(email.message_from_bytes(raw[:MAX_SCANNED]))
    except Exception:  # its parsers were written for well-formed notices
        return set(), set()
    return _texts(temporary), _texts(permanent)


def _texts(addresses: Any) -> set[str]:
    return {item.decode("utf-8", "replace").lower() if isinstance(item, bytes) else str(item).lower() for item in addresses}


def _recipient(address: str, status: str, permanent: bool) -> Recipient:
    return {"address": address, "status": status, "permanent": permanent and not status.startswith("4")}
