"""Header fields of outgoing mail. Every one is made by field(): what it is given may come from anybody (safety F1, S12)."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from channels.email.headers import decoded

ROUNDS = 3
MAX_SUBJECT = 250
MAX_NAME = 120
MAX_REFERENCES = 100
LINE = 76
WORD_BYTES = 42  # 56 letters of base64: with =?utf-8?b? and ?= an encoded word of 68 (RFC 2047 allows 75)
# C0, C1, line and paragraph separators; and what turns or hides the text around it.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
FORMATTING = re.compile("[\u202a-\u202e\u2066-\u2069]")
PLAIN = re.compile(r"[\x20-\x7e]*")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                     r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
IDENTIFIER = re.compile(r"[!-;=?-~]{1,250}")

Field = tuple[str, bytes]


class UnsafeHeader(Exception):
    """A mail that must not leave: a value cannot be written, or the written mail reads otherwise than intended."""


def field(name: str, pieces: Iterable[str]) -> Field:
    """One header field of pieces that are ASCII without controls; lines are folded between them, never inside (RFC 5322 2.2.3)."""
    lines, line = [], f"{name}:"
    for piece in pieces:
        if not re.fullmatch(r"[\x20-\x7e]+", piece):
            raise UnsafeHeader(name)
        if len(line) + 1 + len(piece) > LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {piece}"
    return name, "\r\n".join([*lines, line]).encode("ascii") + b"\r\n"


def cleaned(value: str, most: int) -> str:
    """Text on one line: encoded words in it decoded until none is left (at most ROUNDS times), controls gone, cut at `most`."""
    for _ in range(ROUNDS):
        value = FORMATTING.sub("", UNSAFE.sub(" ", value))
        value, before = decoded(value.encode("utf-8", "replace")), value
        if value == before:
            break
    return " ".join(FORMATTING.sub("", UNSAFE.sub(" ", value)).split())[:most].strip()


def words(text: str) -> list[str]:
    """Clean text as pieces for field(): as it is when that is safe, else as encoded words of whole letters (RFC 2047)."""
    if PLAIN.fullmatch(text) and "=?" not in text and all(len(word) < LINE - 10 for word in text.split()):
        return text.split()
    pieces, current = [], b""
    for letter in text:
        letter_bytes = letter.encode()
        if len(current) + len(letter_bytes) > WORD_BYTES:
            pieces.append(current)
            current = b""
        current += letter_bytes
    return [f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in [*pieces, current] if piece]


def subject(value: str) -> Field:
    """The Subject field; an empty one is left with a sign, since some servers refuse none."""
    return field("Subject", words(cleaned(value, MAX_SUBJECT)) or ["-"])


def people(name: str, pairs: Iterable[tuple[str, str]]) -> Field:
    """An address field of (display name, address) pairs. Raises UnsafeHeader for what is no address."""
    pieces: list[str] = []
    for shown, address in pairs:
        mailbox = mailbox_pieces(shown, address)
        if pieces:
            pieces[-1] += ","
        pieces += mailbox
    return field(name, pieces or ["undisclosed-recipients:;"])


def mailbox_pieces(shown: str, address: str) -> list[str]:
    """`name <address>` in pieces; the name as atoms, quoted, or in encoded words."""
    shown, spec = cleaned(shown, MAX_NAME), checked_address(address)
    if not shown or shown.lower() == spec.lower():
        return [spec]
    if not PLAIN.fullmatch(shown) or "=?" in shown:
        return [*words(shown), f"<{spec}>"]
    if ATOMS.fullmatch(shown):
        return [*shown.split(), f"<{spec}>"]
    return ['"' + shown.replace("\\", "").replace('"', "'") + '"', f"<{spec}>"]


def checked_address(address: str) -> str:
    """An addr-spec that stands on the wire as it is; a domain in other letters becomes its A-label."""
    local, _, domain = address.strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise UnsafeHeader("address") from error
    spec = f"{local}@{domain}"
    if len(spec) > 254 or not ADDRESS.fullmatch(spec):
        raise UnsafeHeader("address")
    return spec


def identifier(name: str, value: str) -> Field:
    """A field of one message id of ours, with or without brackets."""
    bare = value.strip().strip("<>")
    if not IDENTIFIER.fullmatch(bare) or "@" not in bare:
        raise UnsafeHeader(name)
    return field(name, [f"<{bare}>"])


def identifiers(name: str, values: Iterable[str]) -> Field | None:
    """A field of others' message ids: those that can be written, the first and the last ones; None without any."""
    bare = [value for value in (item.strip().strip("<>") for item in values) if IDENTIFIER.fullmatch(value)]
    kept = list(dict.fromkeys(bare))
    if len(kept) > MAX_REFERENCES:
        kept = [kept[0], *kept[1 - MAX_REFERENCES:]]
    return field(name, [f"<{value}>" for value in kept]) if kept else None


def file_fields(name: str, content_type: str, content_id: str = "") -> list[Field]:
    """Content-Type and Content-Disposition of a file; its name by RFC 2231, and as an encoded word for programs that know no better.
    With a Content-ID it is a picture of the page."""
    kind = content_type.strip().lower()
    if not re.fullmatch(r"(?:application|image|audio|video|text|font)/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}", kind):
        kind = "application/octet-stream"
    is_plain = name.isascii() and "=?" not in name
    shown = [_quotable(name)] if is_plain else words(name)
    parameters = [f'filename="{_quotable(name)}"'] if is_plain else _extended("filename", name)
    return [
        field("Content-Type", [f"{kind};", *_quoted("name", shown)]),
        field("Content-Disposition", ["inline;" if content_id else "attachment;", *_separated(parameters)]),
        field("Content-Transfer-Encoding", ["base64"]),
        *([identifier("Content-ID", content_id)] if content_id else []),
    ]


def _quoted(parameter: str, pieces: list[str]) -> list[str]:
    """`name="…"` in pieces, between which a line may be folded."""
    pieces = [f'{parameter}="{pieces[0]}', *pieces[1:]]
    return [*pieces[:-1], f'{pieces[-1]}"']


def _quotable(name: str) -> str:
    return re.sub(r'["\\]', "'", name)


def _extended(parameter: str, value: str) -> list[str]:
    """`filename*0*=UTF-8''…`, in sections short enough for a line."""
    encoded = re.findall(r"(?:%[0-9A-F]{2}|.){1,16}", quote(value, safe=""))
    if len(encoded) == 1:
        return [f"{parameter}*=UTF-8''{encoded[0]}"]
    return [f"{parameter}*{number}*={'UTF-8' + chr(39) * 2 if number == 0 else ''}{section}" for number, section in enumerate(encoded)]


def _separated(parameters: list[str]) -> list[str]:
    return [f"{parameter};" for parameter in parameters[:-1]] + parameters[-1:]
