"""A mail of ours, read back as its customer's program would."""

import email
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr


@dataclass(frozen=True)
class Letter:
    """What a customer sees, and the headers on demand."""

    sender: str
    reply_to: str
    to: str
    cc: str
    subject: str
    date: str
    text: str
    html: str | None
    language: str
    message_id: str
    references: list[str]
    files: list[str]
    headers: list[tuple[str, str]]


def letter_of(content: bytes) -> Letter:
    """Reads a mail that we composed ourselves; strangers' mail goes through channels/email/parse."""
    mail = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Letter(
        sender=str(mail["From"] or ""),
        reply_to=parseaddr(str(mail["Reply-To"] or mail["From"] or ""))[1],
        to=str(mail["To"] or ""),
        cc=str(mail["Cc"] or ""),
        subject=str(mail["Subject"] or ""),
        date=str(mail["Date"] or ""),
        text=plain.get_content() if plain else "",
        html=html.get_content() if html else None,
        language=str(mail["Content-Language"] or "en"),
        message_id=str(mail["Message-ID"] or "").strip("<> "),
        references=[name.strip("<>") for name in str(mail["References"] or "").split()],
        files=[part.get_filename() or "" for part in mail.iter_attachments()],
        headers=[(name, str(value)) for name, value in mail.items()],
    )
