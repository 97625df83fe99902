"""The one maker of outgoing mail: what the desk says, as bytes for the wire."""

import base64
import email
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy, quoprimime
from email.utils import format_datetime

from channels.email import compose_headers as headers
from channels.email.attachments import safe_name
from channels.email.compose_headers import Field, UnsafeHeader
from channels.email.compose_html import blockquote, page_of_html, page_of_text, picture, quoted
from channels.email.html import sanitise
from channels.email.parse_mime import Entity, read_mail
from channels.email.parse_signs import LOOP_FIELD
from helpdesk import clock
from helpdesk.folding import direction_of, language_of

__all__ = ["Outgoing", "Quoted", "UnsafeHeader", "compose"]


@dataclass(frozen=True)
class Quoted:
    """Something said before: `line` says when and who, as in "On 22 Nov 2026 at 12:00, Noura wrote:"."""

    line: str
    text: str


@dataclass
class Outgoing:
    """A mail to be made. People are (name, address); `html` is built from `text` when None; a date without zone is UTC. Files are (name,
    type, bytes); `pictures` are shown below the text of the HTML form; `history` stands last, newest first."""

    from_name: str
    from_address: str
    to: list[tuple[str, str]]
    subject: str
    text: str
    message_id: str
    cc: list[tuple[str, str]] = field(default_factory=list)
    reply_to: str | None = None
    html: str | None = None
    in_reply_to: str | None = None
    references: list[str] = field(default_factory=list)
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list)
    pictures: list[tuple[str, str, bytes]] = field(default_factory=list)
    history: list[Quoted] = field(default_factory=list)
    date: datetime | None = None
    automatic: bool = False
    loop_marker: str = ""


def compose(mail: Outgoing) -> bytes:
    """The mail with CRLF line ends. Raises UnsafeHeader when it would read otherwise than intended."""
    body = _alternative(mail)
    if mail.attachments:
        body = _multipart("mixed", [body, *(_file(*attachment) for attachment in mail.attachments)])
    fields = [*_fields(mail, language_of(mail.text)), *body[0]]
    content = _written(fields, body[1])
    _check(content, [name for name, _ in fields], body[2])
    return content


Part = tuple[list[Field], bytes, list[list[str]]]  # its fields, its body, the names of the fields of each part inside


def _fields(mail: Outgoing, language: str) -> list[Field]:
    """The fields of the whole mail, in the order in which they are written."""
    moment = mail.date or clock.now()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    fields: list[Field | None] = [
        headers.field("Date", format_datetime(moment.astimezone(UTC)).split()),
        headers.people("From", [(mail.from_name, mail.from_address)]),
        headers.people("To", mail.to),
        headers.people("Cc", mail.cc) if mail.cc else None,
        headers.people("Reply-To", [("", mail.reply_to)]) if mail.reply_to else None,
        headers.subject(mail.subject),
        headers.identifier("Message-ID", mail.message_id),
        headers.identifiers("In-Reply-To", [mail.in_reply_to]) if mail.in_reply_to else None,
        headers.identifiers("References", _thread(mail)),
        headers.field("Content-Language", [language]),
        headers.field("MIME-Version", ["1.0"]),
    ]
    return [made for made in [*fields, *(_automatic_fields(mail) if mail.automatic else [])] if made]


def _automatic_fields(mail: Outgoing) -> list[Field]:
    """What keeps other programs from answering (RFC 3834 section 5; the second is Exchange's), and what tells us that it came back."""
    kind = "auto-replied" if mail.in_reply_to else "auto-generated"
    marker = [headers.field(LOOP_FIELD, [mail.loop_marker])] if mail.loop_marker else []
    return [headers.field("Auto-Submitted", [kind]), headers.field("X-Auto-Response-Suppress", ["All"]), *marker]


def _thread(mail: Outgoing) -> list[str]:
    """References, ended by what is answered (RFC 5322 section 3.6.4)."""
    return [*(item for item in mail.references if item != mail.in_reply_to), *([mail.in_reply_to] if mail.in_reply_to else [])]


def _alternative(mail: Outgoing) -> Part:
    """The text plain and as HTML; given markup is made safe like any other. Pictures belong to the HTML (RFC 2387)."""
    text, language = _plain(mail.text), language_of(mail.text)
    history = [(_plain(one.line), _plain(one.text)) for one in mail.history]
    names = [safe_name(headers.cleaned(name, 200)) or "picture" for name, _, _ in mail.pictures]
    ids = [f"{secrets.token_hex(8)}@{mail.message_id.rpartition('@')[2]}" for _ in names]
    safe = sanitise(mail.html) if mail.html else None
    beneath = [*map(picture, ids, names), *(blockquote(line, said, language) for line, said in history)]
    page = page_of_html(safe, language, direction_of(text)) if safe else page_of_text(text, language, beneath)
    html = _text(page, "html")
    if ids:
        shown = [_file(name, kind, content, cid) for name, (_, kind, content), cid in zip(names, mail.pictures, ids, strict=True)]
        html = _multipart("related", [html, *shown])
    whole = "\n\n".join([text.rstrip("\n"), *(f"[{name}]" for name in names), *(quoted(line, said) for line, said in history)])
    return _multipart("alternative", [_text(whole, "plain"), html])


def _plain(text: str) -> str:
    """Without controls, lines parted by LF alone."""
    kept = headers.UNSAFE.sub(lambda found: found.group() if found.group() in "\t\n\r" else "", text)
    return kept.replace("\r\n", "\n").replace("\r", "\n")


def _text(text: str, subtype: str) -> Part:
    content = "\r\n".join(text.replace("\r\n", "\n").split("\n"))
    content = content if content.endswith("\r\n") else content + "\r\n"
    encoding, body = _encoded(content)
    fields = [headers.field("Content-Type", [f"text/{subtype};", "charset=utf-8"]), headers.field("Content-Transfer-Encoding", [encoding])]
    return fields, body, []


def _encoded(content: str) -> tuple[str, bytes]:
    """As it is when every server passes it on unharmed, quoted-printable when most of it is ASCII, else base64."""
    encoded = content.encode("utf-8", "replace")
    if content.isascii() and all(len(line) < 200 and not line.startswith(("From ", ".")) for line in content.split("\r\n")):
        return "7bit", encoded
    if sum(byte > 127 for byte in encoded) * 5 < len(encoded):
        lines = quoprimime.body_encode(encoded.replace(b"\r\n", b"\n").decode("latin-1"), eol="\r\n")
        return "quoted-printable", lines.encode("ascii")
    return "base64", _base64_lines(encoded)


def _base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file(name: str, content_type: str, content: bytes, content_id: str = "") -> Part:
    shown = safe_name(headers.cleaned(name, 200)) or "attachment"
    return headers.file_fields(shown, content_type, content_id), _base64_lines(content), []


def _multipart(subtype: str, parts: list[Part]) -> Part:
    boundary = f"=_{secrets.token_hex(16)}"
    separator = f"--{boundary}\r\n".encode()
    body = b"".join(separator + _written(fields, content) + b"\r\n" for fields, content, _ in parts) + f"--{boundary}--\r\n".encode()
    names = [inner for fields, _, inside in parts for inner in ([name for name, _ in fields], *inside)]
    return [headers.field("Content-Type", [f"multipart/{subtype};", f'boundary="{boundary}"'])], body, names


def _written(fields: list[Field], body: bytes) -> bytes:
    return b"".join(value for _, value in fields) + b"\r\n" + body


def _check(content: bytes, intended: list[str], inside: list[list[str]]) -> None:
    """Read the mail again with two parsers: each part must have the fields it was given, and there must be no other part."""
    wanted = [sorted(name.lower() for name in names) for names in (intended, *inside)]
    ours = [sorted(name for name, _ in part.fields) for part in _parts(read_mail(content))]
    theirs = [sorted(name.lower() for name, _ in part.items()) for part in email.message_from_bytes(content, policy=policy.compat32).walk()]
    if ours != wanted or theirs != wanted:
        raise UnsafeHeader("the written mail reads otherwise than intended")


def _parts(entity: Entity) -> list[Entity]:
    return [entity, *(part for child in entity.children for part in _parts(child))]
