"""What every door hands to the house."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are in the store already, under their SHA-256."""

    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True)
class Person:
    """A name and an address as a message gives them."""

    name: str
    address: str


@dataclass(frozen=True)
class Mark:
    """A screening step that says something of a message and lets it through; see models.screening.STEPS."""

    step: str
    detail: dict[str, str]


@dataclass(frozen=True)
class Forwarded:
    """The mail that a mail passes on: who wrote it, about what, and its text."""

    sender: Person
    subject: str
    text: str


@dataclass(frozen=True)
class Incoming:
    """One message that came in, parsed and screened.

    `external_id` is the channel's own id ("" when it has none; then `content_hash` alone tells two apart). `sender_kind` is "email" or
    "phone". `tokens` are reply tokens found in addresses, `body_tokens` those found in the text alone. `auto_reply` names why a robot
    wrote it; `marks` are results of screening that let it through, each with a detail.

    `authentication` is what our own server says of the sender: "pass", "fail", or "unknown" (it says nothing, or no server is named).
    `plain_sender`: exactly one From with one address that reads one way only. `forwarded`: the mail that it passes on.
    `signature` and `calendar` are as the message table keeps them. `backfilled`: older than the desk; it sends nothing, fires no rule.
    `opens_ticket` is false for what may join a ticket and is held when there is none, such as an absence note. `search_tokens` are what it
    is found by, where the door has worked that out beside its reading.
    """

    raw_message_id: int | None
    inbox_id: int
    channel: str
    external_id: str
    content_hash: str
    sender_kind: str
    sender: Person
    subject: str
    text: str
    reply_text: str
    html: str | None
    language: str
    sent_at: datetime | None
    to: list[Person] = field(default_factory=list)
    cc: list[Person] = field(default_factory=list)
    in_reply_to: str = ""
    references: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    auto_reply: str = ""
    files: list[StoredFile] = field(default_factory=list)
    authentication: str = "unknown"
    plain_sender: bool = True
    body_tokens: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    signature: str = ""
    calendar: list[dict[str, str]] = field(default_factory=list)
    forwarded: Forwarded | None = None
    backfilled: bool = False
    opens_ticket: bool = True
    search_tokens: str = ""

    @property
    def verified(self) -> bool:
        """Our own server vouches for one plain address."""
        return self.authentication == "pass" and self.plain_sender


@dataclass(frozen=True)
class Receipt:
    """What became of one Incoming: `state` is "done" or "duplicate"."""

    state: str
    ticket_id: int
    message_id: int


def storable(value: Any) -> Any:
    """The same without what a database refuses: NUL, and half letters (lone surrogates). Looks into lists, dicts and dataclasses."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        made = {one.name: storable(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **{name: one for name, one in made.items() if one is not getattr(value, name)})
    return value
