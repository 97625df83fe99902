"""What tells one mail from another, and what in it names a ticket of ours: as the house asks for it."""

import re
from collections.abc import Container, Iterable
from hashlib import sha256
from typing import Any

from helpdesk import vault
from helpdesk.folding import fold_email
from helpdesk.incoming import Forwarded, Person

WRITTEN = re.compile(
    rb"^(?:from|to|cc|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]+)[ \t]*:.*(?:\n[ \t].*)*",
    re.I | re.M,
)
"""What the writer's own program puts into the head. Everything else may be a trace of the way: Received, Delivered-To, Return-Path,
Authentication-Results, ARC, DKIM of a relay, List-… of one of two roads (RFC 5321 section 4.4, RFC 5322 section 3.6.7)."""
IN_ADDRESS = re.compile(r"([^@\s]+?)\+(r\d{1,12}-\d{1,12}-[0-9a-z]{26})@([^@\s]+)", re.I)
IN_TEXT = re.compile(r"\+(r\d{1,12}-\d{1,12}-[0-9a-z]{26})@", re.I)
MOST_TOKENS = 20


def content_hash(content: bytes) -> str:
    """SHA-256 of what was written, without what was added on the way: the same for every arrival of one mail."""
    head, _gap, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = sorted(b" ".join(field.split()) for field in WRITTEN.findall(head + b"\n")) or [head]
    return sha256(b"\n".join([*fields, b"", body.rstrip()])).hexdigest()


def tokens_in_addresses(addresses: Iterable[str], ours: Container[str]) -> list[str]:
    """What stands after the plus of an address of ours, whichever inbox the mail came to; `ours` are folded. At anybody else's address it
    says nothing: another desk has tokens that look the same."""
    found = (match for address in addresses if (match := IN_ADDRESS.fullmatch(address.strip())))
    return once(match[2] for match in found if fold_email(f"{match[1]}@{match[3]}") in ours)


def tokens_in_text(text: str) -> list[str]:
    """Genuine tokens that a text repeats, as quoted answers of ours do."""
    found = once(match[1].lower() for match in IN_TEXT.finditer(text))
    return [token for token in found if vault.read_reply_token(token)]


def once(words: Iterable[str]) -> list[str]:
    """Each once, the first MOST_TOKENS of them."""
    return list(dict.fromkeys(words))[:MOST_TOKENS]


def forwarded_of(found: dict[str, Any] | None) -> Forwarded | None:
    """The mail that is passed on, where it says who wrote it."""
    sender = (found or {}).get("from") or {}
    if not found or not sender.get("address"):
        return None
    return Forwarded(Person(sender.get("name") or "", sender["address"]), found.get("subject") or "", found.get("text") or "")
