"""Header fields of a part as text: unfolded, encoded words decoded (RFC 2047), parameters joined (RFC 2231). Linear."""

import base64
import binascii
import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from channels.email.charset import decode, decode_header
from channels.email.limits import Unreadable

# The fields of one part: names in lower case, values as bytes with their folds.
Fields = Sequence[tuple[str, bytes]]
MAX_VALUE = 64 * 1024
# A word ends where the next one begins, and what was taken is not given back: both keep the search linear.
ENCODED_WORD = re.compile(rb"=\?([^?\s=]{1,60})\?([bBqQ])\?((?:[^?=\r\n]|=(?!\?[^=])|\?(?!=))*+)\?=")
BETWEEN_WORDS = re.compile(rb"(\?=)[ \t\r\n]++(?==\?[^?\s=]{1,60}\?[bBqQ]\?)")
# Most values: words of ASCII, one blank apart, nothing in them to be decoded.
PLAIN = re.compile(rb"([!-~]++(?: [!-~]++)*+)[ \t\r\n]*+")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SPLIT_MARK = re.compile(rb"\\.|[;\"]", re.DOTALL)
AFTER_PADDING = re.compile(rb"=[ \t]*[\r\n]+([^\r\n]*[A-Za-z,.]{2} [A-Za-z])")
NO_SEMICOLON = re.compile(rb"\s*([\w.+-]+/[\w.+-]+)[\s,]+(\S.*)", re.DOTALL)
MESSAGE_ID = re.compile(r"<([^<>]+)>")


def header(fields: Fields, name: str, default: str = "") -> str:
    """The first field of that name, decoded, on one line."""
    values = raw_headers(fields, name)
    return decoded(values[0]) if values else default


def raw_headers(fields: Fields, name: str) -> list[bytes]:
    """Every field of that name as bytes, folds kept, cut at MAX_VALUE."""
    wanted = name.lower()
    return [value[:MAX_VALUE] for key, value in fields if key == wanted]


def unfolded(value: bytes) -> str:
    """Text on one line, encoded words left alone."""
    if plain := PLAIN.fullmatch(value):
        return plain[1].decode("ascii")
    return CONTROL.sub("", " ".join(decode_header(value).split()))


def decoded(value: bytes) -> str:
    """Text on one line with its encoded words decoded; neighbours of one charset are joined before decoding."""
    if (plain := PLAIN.fullmatch(value)) and b"=?" not in value:
        return plain[1].decode("ascii")
    value = BETWEEN_WORDS.sub(rb"\1", re.sub(rb"\r?\n|\r", b"", value.strip()))
    pieces: list[str] = []
    end, pending, charset = 0, b"", b""
    for word in ENCODED_WORD.finditer(value):
        if word.start() > end or (pending and word.group(1).lower() != charset):
            pieces.append(_text_of(pending, charset))
            pending = b""
            pieces.append(decode_header(value[end:word.start()]))
        pending, charset, end = pending + _word_bytes(word), word.group(1).lower(), word.end()
    pieces += [_text_of(pending, charset), decode_header(value[end:])]
    return CONTROL.sub("", re.sub(r"[ \t\r\n]+", " ", "".join(pieces))).strip()


def _text_of(content: bytes, charset: bytes) -> str:
    return decode(content, charset.decode("ascii", "replace")) if content else ""


def _word_bytes(word: re.Match[bytes]) -> bytes:
    if word.group(2) in b"qQ":
        return binascii.a2b_qp(word.group(3).replace(b"_", b" ").replace(b" ", b"=20"))
    return from_base64(word.group(3))


def from_base64(content: bytes) -> bytes:
    """The bytes of base64 that may hold foreign characters, padding inside, or a cut end."""
    try:
        return binascii.a2b_base64(content.translate(None, b" \t\r\n"), strict_mode=True)
    except binascii.Error:
        return _from_loose_base64(content)


def _from_loose_base64(content: bytes) -> bytes:
    if ended := AFTER_PADDING.search(content):  # what servers write below is no base64
        content = content[:ended.start(1)]
    letters = re.sub(rb"[^A-Za-z0-9+/=]", b"", content)
    chunks = re.findall(rb"[A-Za-z0-9+/]+", letters)
    return b"".join(_chunk_bytes(chunk) for chunk in chunks)


def _chunk_bytes(chunk: bytes) -> bytes:
    if len(chunk) % 4 == 1:  # six bits alone make no byte
        chunk = chunk[:-1]
    return base64.b64decode(chunk + b"=" * (-len(chunk) % 4))


def parameters(value: bytes, limit: int) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x; name*0*=…` as ("text/plain", {"charset": "x", "name": …}), all decoded.

    Raises Unreadable for more than `limit` parameters.
    """
    pieces = _split(value)
    if b"=" in pieces[0] and (joined := NO_SEMICOLON.match(pieces[0])):  # the first one lacks its semicolon
        pieces[:1] = joined.groups()
    if len(pieces) > limit:
        raise Unreadable("too many parameters")
    plain: dict[str, bytes] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for piece in pieces[1:]:
        name, equals, content = piece.partition(b"=")
        key = name.strip().lower().decode("ascii", "replace")
        if equals and "*" in key and (match := re.fullmatch(r"([^*]+)\*(?:(\d{1,3})(\*)?)?", key)):
            is_encoded = match.group(2) is None or bool(match.group(3))
            sections.setdefault(match.group(1), {})[int(match.group(2) or 0)] = (_unquoted(content), is_encoded)
        elif equals and key:
            plain.setdefault(key, _unquoted(content))
    result = {key: decoded(content) for key, content in plain.items()}
    result.update({key: _joined(numbered) for key, numbered in sections.items()})
    return unfolded(pieces[0]).lower(), result


def _split(value: bytes) -> list[bytes]:
    """Split at semicolons outside quotes."""
    pieces, start, quoted = [], 0, False
    for mark in SPLIT_MARK.finditer(value):
        if mark.group() == b'"':
            quoted = not quoted
        elif mark.group() == b";" and not quoted:
            pieces.append(value[start:mark.start()])
            start = mark.end()
    return [*pieces, value[start:]]


def _unquoted(content: bytes) -> bytes:
    content = content.strip()
    if content[:1] == b'"':
        closed = re.match(rb"\"((?:[^\"\\]|\\.)*)\"", content, re.DOTALL)
        content = closed.group(1) if closed else content[1:]
        return re.sub(rb"\\([\"\\])", rb"\1", content)
    return content


def _joined(numbered: dict[int, tuple[bytes, bool]]) -> str:
    """RFC 2231: sections in their order; the first encoded one begins with charset'language'."""
    charset, content = b"", b""
    for position, (section, is_encoded) in sorted(numbered.items()):
        if is_encoded and position == min(numbered) and section.count(b"'") >= 2:
            charset, _, section = section.split(b"'", 2)
        content += unquote_to_bytes(section) if is_encoded else section
    text = _text_of(content, charset)
    return decoded(content) if "=?" in text else CONTROL.sub("", text)


def message_ids(fields: Fields, name: str) -> list[str]:
    """Ids of In-Reply-To or References without brackets; words without brackets are taken when nothing has them."""
    text = " ".join(unfolded(value) for value in raw_headers(fields, name)[:1])
    found = MESSAGE_ID.findall(text) or [word for word in text.split() if "@" in word]
    return ["".join(item.split()) for item in found][:200]
