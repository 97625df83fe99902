"""A mail of ours, read back as its customer's program would."""

import email
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses


@dataclass(frozen=True)
class Letter:
    """What a customer sees, and the headers on demand. `sender` is (name, address); `to` and `cc` are lists of those."""

    sender: tuple[str, str]
    reply_to: str
    to: list[tuple[str, str]]
    cc: list[tuple[str, str]]
    subject: str
    date: str
    text: str
    language: str
    html: str | None
    message_id: str
    references: list[str]
    files: list[str]
    headers: list[tuple[str, str]]


def letter_of(content: bytes) -> Letter:
    """Reads a mail that we composed ourselves; strangers' mail goes through channels/email/parse."""
    mail = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    raw = {name.lower(): value for name, value in mail.raw_items()}
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    senders = people(raw.get("from", ""))
    return Letter(
        sender=senders[0],
        reply_to=(people(raw.get("reply-to", "")) or senders)[0][1],
        to=people(raw.get("to", "")),
        cc=people(raw.get("cc", "")),
        subject=decoded(raw.get("subject", "")),
        date=decoded(raw.get("date", "")),
        text=plain.get_content() if plain else "",
        language=raw.get("content-language", "en").strip(),
        html=html.get_content() if html else None,
        message_id=raw.get("message-id", "").strip("<> \r\n"),
        references=[name.strip("<>") for name in raw.get("references", "").split()],
        files=[part.get_filename() or "" for part in mail.iter_attachments()],
        headers=[(name, decoded(value)) for name, value in mail.raw_items()],
    )


def decoded(value: str) -> str:
    """Unfolded, its encoded words read. (On Python 3.11 policy.default leaves a space between two of them in a name.)"""
    return str(make_header(decode_header(" ".join(str(value).split()))))


def people(value: str) -> list[tuple[str, str]]:
    """(name, address) of each; the names are read after they were told apart."""
    return [(decoded(name), address) for name, address in getaddresses([str(value)])]
