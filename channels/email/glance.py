"""What a person is shown of a mail that makes no ticket, and what is left to see of one that cannot be parsed."""

import re
from dataclasses import dataclass, field
from typing import Any

from channels.email.addresses import people
from channels.email.headers import header, message_ids
from channels.email.limits import Unreadable
from channels.email.parse_mime import read_fields
from channels.email.screen_robots import minted_ids
from helpdesk.actions.bounces import Notice
from helpdesk.actions.raw import Held
from helpdesk.models import Inbox

MOST_HEADER, MOST_EXCERPT, MOST_WORDS = 64 * 1024, 400, 300
DIAGNOSIS = re.compile(r"^(?:diagnostic-code|the (?:response|error) (?:was|from)[^:\n]*)\s*:\s*(.+(?:\n[ \t]+.+)*)", re.I | re.M)
REPLY = re.compile(r"\b[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}\s)?[^\n]{3,}(?:\n[ \t]+[^\n]+)*")


@dataclass(frozen=True)
class Mail:
    """A raw message with what the parser made of it. `unreadable` says why that is nothing, "" when it went well."""

    raw: Held
    inbox: Inbox
    content: bytes = b""
    parsed: dict[str, Any] = field(default_factory=dict)
    unreadable: str = ""


def glance(content: bytes) -> dict[str, Any]:
    """From, subject and Message-ID of a mail that could not be parsed whole, as parse() gives them."""
    try:
        fields = read_fields(content[:MOST_HEADER])[0]
    except Unreadable:
        return {}
    ids, senders = message_ids(fields, "Message-ID"), people(fields, "From")
    return {"from": senders[0] if senders else None, "subject": header(fields, "Subject"), "message_id": ids[0] if ids else ""}


def shown_of(parsed: dict[str, Any]) -> dict[str, str]:
    """Sender, subject and the first words as plain text."""
    sender = parsed.get("from") or {}
    words = " ".join((parsed.get("reply_text") or parsed.get("text") or "")[:4000].split())
    return {
        "name": (sender.get("name") or "")[:200], "from": (sender.get("address") or "")[:254],
        "subject": (parsed.get("subject") or "")[:500], "excerpt": words[:MOST_EXCERPT],
    }  # fmt: skip


def notice_of(parsed: dict[str, Any]) -> Notice:
    """What a notice of non-delivery says, for the mail of ours that it is about."""
    bounce = parsed["bounce"]
    return Notice(minted_ids(parsed), bounce["recipients"], bool(bounce["permanent"]), said_in(parsed.get("text") or ""))


def said_in(text: str) -> str:
    """The other side's own words: the diagnosis, else a reply code with its sentence, else how the notice begins."""
    found = DIAGNOSIS.search(text[:20_000]) or REPLY.search(text[:20_000])
    words = (found[1] if found and found.re is DIAGNOSIS else found[0]) if found else text
    return " ".join(words[:2000].split())[:MOST_WORDS]
