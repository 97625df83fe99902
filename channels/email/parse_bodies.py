"""Which parts of a mail are its text, which its HTML, and which are files."""

from dataclasses import dataclass, field
from typing import NamedTuple

from channels.email.attachments import TNEF_TYPES, Attachment, attachments_of, declared_name
from channels.email.charset import decode
from channels.email.html_text import text_of_html
from channels.email.limits import MAX_HTML_BYTES, MAX_TEXT_CHARACTERS
from channels.email.parse_inline_files import without_uuencoded, without_yencoded
from channels.email.parse_mime import Entity, walk
from channels.email.tnef import body_of

PLAIN_TYPES = {"text/plain", "text/markdown", "text/x-markdown", "text/x-plain", "text/unknown", "text/ascii"}
TEXT_TYPES = PLAIN_TYPES | {"text/html", "text/enriched", "text/richtext"}
REPORT_TYPES = {"message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers",
                "message/global-delivery-status"}


class Piece(NamedTuple):
    """Plain text or HTML; the text of HTML is made when it is asked for, which is seldom: most of it has a plain form beside it."""

    content: str
    is_html: bool = False

    @property
    def text(self) -> str:
        """What a reader sees."""
        return text_of_html(self.content) if self.is_html else self.content


@dataclass
class Bodies:
    """What a mail says: pieces of plain text, pieces of HTML, both in order; files; and what is shown at each place, best form first."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    shown: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All inline text in order; a place that has only HTML gives the text of it."""
        return "\n\n".join(filter(None, (piece.text.strip("\n") for piece in self.shown)))[:MAX_TEXT_CHARACTERS]


def bodies_of(entity: Entity) -> Bodies:
    """Walk the tree once. Recursion is bounded by limits.MAX_DEPTH."""
    bodies = Bodies()
    _take(entity, bodies, True)
    if not any(piece.content.strip() for piece in bodies.shown):
        _take_packed(entity, bodies)
    return bodies


def _take_packed(entity: Entity, bodies: Bodies) -> None:
    """The words that Outlook packed into winmail.dat, of a mail that has no others."""
    for part in walk(entity):
        content, is_html = body_of(part.content) if part.content_type in TNEF_TYPES else ("", False)
        if content.strip() and len(content) <= MAX_HTML_BYTES:
            (bodies.html if is_html else bodies.plain).append(content)
            bodies.shown.append(Piece(content, is_html))
            return


def _take(entity: Entity, bodies: Bodies, is_first: bool) -> None:
    if entity.content_type == "multipart/alternative":
        _take_alternative(entity, bodies)
    elif entity.content_type.startswith("multipart/") and entity.children:
        for number, child in enumerate(entity.children):
            _take(child, bodies, is_first and number == 0)
    elif _is_text(entity, is_first):
        _take_text(entity, bodies)
        if declared_name(entity):  # shown, and also kept as the file that it says it is
            bodies.attachments += attachments_of(entity)
    else:
        bodies.attachments += attachments_of(entity)


def _take_alternative(entity: Entity, bodies: Bodies) -> None:
    """The forms of one text: plain is read, HTML is shown, what else is in there are files."""
    inner = Bodies()
    for child in entity.children:
        _take(child, inner, True)
    bodies.plain += inner.plain
    bodies.html += inner.html
    bodies.attachments += inner.attachments
    has_text = any(piece.strip() for piece in inner.plain)
    bodies.shown += map(Piece, inner.plain) if has_text else inner.shown


def _is_text(entity: Entity, is_first: bool) -> bool:
    if entity.content_type not in TEXT_TYPES or entity.disposition == "attachment":
        return False
    return is_first or not declared_name(entity)


def _take_text(entity: Entity, bodies: Bodies) -> None:
    content, files = without_yencoded(entity.content)
    bodies.attachments += files
    text = decode(content, entity.params.get("charset")).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if entity.content_type in PLAIN_TYPES:
        text = unflowed(text, entity.params.get("delsp", "")) if entity.params.get("format", "").lower() == "flowed" else text
        text, files = without_uuencoded(text)
        bodies.attachments += files
        bodies.plain.append(text)
        bodies.shown.append(Piece(text))
        return
    if len(text) <= MAX_HTML_BYTES:
        bodies.html.append(text)
    bodies.shown.append(Piece(text, is_html=True))


def unflowed(text: str, delsp: str) -> str:
    """Lines that end in a space go on in the next one of the same quote depth (RFC 3676)."""
    lines: list[list[str]] = []
    flowing, open_depth = False, 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if flowing and depth == open_depth and line != "-- ":
            lines[-1].append(content)
        else:
            lines.append([">" * depth + (" " if depth and content else ""), content])
        flowing, open_depth = line.endswith(" ") and line != "-- ", depth
        if flowing and delsp.lower() == "yes":
            lines[-1][-1] = lines[-1][-1][:-1]
    return "\n".join(map("".join, lines))
