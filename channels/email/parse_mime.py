"""The tree of parts of a mail, split on the raw bytes: linear, with its limits built in, forgiving of broken MIME.

The standard library's parser is not used: nesting makes it recurse, parts make it slow (100,000 of them, 41 s), and it does not
keep the bytes of enclosed messages. RFC 2045, RFC 2046.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from channels.email.headers import from_base64, parameters, raw_headers, unfolded
from channels.email.limits import MAX_DEPTH, MAX_HEADER_BYTES, MAX_PARAMETERS, MAX_PARTS, Unreadable

LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|$)")
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]?")
ENVELOPE = re.compile(rb">?From \S*")
DELIMITER_TAIL = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\r|$)")
BLANK_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*+[\r\n]++)*+")
KNOWN = re.compile(rb"(?:subject|from|to|cc|date|message-id|content-type|mime-version|received|return-path|in-reply-to|x-[a-z-]+)[ \t]*:",
                   re.IGNORECASE)
AFTER_NAME, NOT_A_LETTER = re.compile(r"[;(].*", re.DOTALL), re.compile(r"[^a-z0-9]")
SOFT_BREAK = re.compile(rb"=[ \t]+(\r?\n)")
# A delimiter whose boundary the header does not name, or names wrongly: the fields of a part stand below it.
UNNAMED = re.compile(rb"^--([^\r\n]{1,70}?)[ \t]*\r?\ncontent-[a-z-]{2,25}[ \t]*:", re.MULTILINE | re.IGNORECASE)
UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


@dataclass
class Entity:
    """A part: its header fields, its bytes, and the parts inside it. `whole` is header and body as they came."""

    fields: list[tuple[str, bytes]]
    whole: bytes
    body: bytes
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    children: list["Entity"] = field(default_factory=list)

    @cached_property
    def content(self) -> bytes:
        """The body without its transfer encoding."""
        stated = unfolded((raw_headers(self.fields, "Content-Transfer-Encoding") or [b""])[0]).lower()
        encoding = NOT_A_LETTER.sub("", AFTER_NAME.sub("", stated))
        if encoding == "base64":
            return from_base64(self.body)
        if encoding == "quotedprintable":
            return binascii.a2b_qp(SOFT_BREAK.sub(rb"=\1", self.body) if b"= " in self.body or b"=\t" in self.body else self.body)
        if encoding in ("xuuencode", "uuencode", "xuue", "uue"):
            return from_uuencoded(self.body)
        return self.body


def walk(entity: Entity) -> Iterator[Entity]:
    """Every part, but not those of enclosed messages."""
    yield entity
    if not entity.content_type.startswith("message/"):
        for child in entity.children:
            yield from walk(child)


def from_uuencoded(body: bytes) -> bytes:
    """The file between `begin 644 name` and `end`; a broken line is skipped."""
    begin = UU_BEGIN.search(body)
    result = bytearray()
    for line in body[begin.end() if begin else 0:].splitlines():
        if line.strip() in (b"end", b"`", b""):
            continue
        try:
            result += binascii.a2b_uu(line)
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders leave trailing blanks
            result += _uu_line(line[:length])
    return bytes(result)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""


def read_mail(raw: bytes) -> Entity:
    """The tree of a whole mail. Raises Unreadable when it goes beyond the limits."""
    return _Reader().entity(raw[BLANK_START.match(raw).end():], 1, "text/plain")  # type: ignore[union-attr]  # matches nothing too


class _Reader:
    """Counts the parts of one mail while it is split."""

    def __init__(self) -> None:
        self.parts = 0

    def entity(self, raw: bytes, depth: int, default_type: str) -> Entity:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise Unreadable("too many parts")
        if depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")
        fields, start = read_fields(raw)
        entity = Entity(fields, raw, raw[start:], default_type)
        _read_type(entity)
        if entity.content_type.startswith("multipart/"):
            self.multipart(entity, depth)
        elif entity.content_type in ("message/rfc822", "message/global") and entity.content.strip():
            entity.children = [self.entity(entity.content.lstrip(b"\r\n"), depth + 1, "text/plain")]
        return entity

    def multipart(self, entity: Entity, depth: int) -> None:
        pieces = split_parts(entity.body, entity.params.get("boundary", ""), MAX_PARTS)
        if not pieces and (unnamed := UNNAMED.search(entity.body)):
            pieces = split_parts(entity.body, unnamed.group(1).decode("utf-8", "surrogateescape"), MAX_PARTS)
        inner_type = "message/rfc822" if entity.content_type == "multipart/digest" else "text/plain"
        entity.children = [self.entity(piece, depth + 1, inner_type) for piece in pieces]
        if not pieces:  # no part at all: what is there is text
            entity.content_type = "text/html" if re.match(rb"\s*<(!doctype|html)", entity.body[:200], re.I) else "text/plain"


def read_fields(raw: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """The header fields, and where the body begins. A line that is no field is taken into the one before."""
    fields: list[tuple[str, bytearray]] = []
    position = 0
    while position < len(raw):
        line = LINE.match(raw, position).group()  # type: ignore[union-attr]  # matches at every position
        if not line.strip(b"\r\n"):
            position += len(line)
            break
        if position > MAX_HEADER_BYTES and fields:
            raise Unreadable("header too large")
        found = FIELD.match(line)
        if found:
            fields.append((found.group(1).decode("ascii").lower(), bytearray(line[found.end():])))
        elif line[:1] in b" \t" and fields:
            fields[-1][1].extend(line)
        elif not (ENVELOPE.match(line) or _is_broken_field(raw, position + len(line), bool(fields))):
            break
        position += len(line)
    return [(name, bytes(value)) for name, value in fields], position


def _is_broken_field(raw: bytes, after: int, has_fields: bool) -> bool:
    """Is this line rubbish amid fields rather than the first line of a body that lacks its blank line?"""
    for _ in range(20 if has_fields else 0):
        line = LINE.match(raw, after).group()  # type: ignore[union-attr]
        if not line.strip() or KNOWN.match(line):
            return bool(line.strip())
        after += len(line)
    return False


def _read_type(entity: Entity) -> None:
    found = raw_headers(entity.fields, "Content-Type")
    if found:
        kind, entity.params = parameters(found[0], MAX_PARAMETERS)
        kind = kind.strip().replace(" ", "")
        short = {"html": "text/html"}.get(kind, "text/plain")
        kind = {"plain/text": "text/plain", "html/text": "text/html"}.get(kind, kind)
        entity.content_type = kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else short
    placed = raw_headers(entity.fields, "Content-Disposition")
    if placed:
        entity.disposition, entity.disposition_params = parameters(placed[0], MAX_PARAMETERS)


def split_parts(body: bytes, boundary: str, limit: int) -> list[bytes]:
    """The parts between delimiter lines; one more than `limit` at most, so that the caller sees that it is too much."""
    if not boundary:
        return []
    mark = b"--" + boundary.encode("utf-8", "surrogateescape").rstrip()
    pieces: list[bytes] = []
    start: int | None = None
    position = body.find(mark)
    while position >= 0 and len(pieces) <= limit:
        tail = DELIMITER_TAIL.match(body, position + len(mark))
        if tail and (position == 0 or body[position - 1] in b"\r\n"):
            if start is not None:
                pieces.append(_without_last_break(body[start:position]))
            start = None if tail.group(1) else tail.end()
        position = body.find(mark, position + len(mark))
    if start is not None and (body[start:].strip() or not pieces):
        pieces.append(body[start:])
    return pieces


def _without_last_break(piece: bytes) -> bytes:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith((b"\n", b"\r")) else piece
