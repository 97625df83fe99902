"""The files inside a winmail.dat (MS-OXTNEF), read in one linear pass; what is cut short is taken as far as it goes.

The libraries for it lose the zeros at the end of a file, and follow mails within mails as deep as they are told to.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.charset import decode
from channels.email.rtf import unpacked, words_of

SIGNATURE = b"\x78\x9f\x3e\x22"
CODEPAGE, TITLE, DATA, BEGIN, PROPERTIES = 0x9007, 0x8010, 0x800F, 0x9002, 0x9005
MESSAGE_PROPERTIES, BODY_TEXT, BODY, BODY_RTF, BODY_HTML = 0x9003, 0x800C, 0x1000, 0x1009, 0x1013
DISPLAY_NAME, DATA_OBJECT, SHORT_NAME, METHOD, LONG_NAME, CONTENT_ID, FLAGS = 0x3001, 0x3701, 0x3704, 0x3705, 0x3707, 0x3712, 0x3714
SIZES = {0x2: 2, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 2, 0x14: 8, 0x40: 8, 0x48: 16}
STRING, UNICODE, VARIABLE = 0x1E, 0x1F, {0x0, 0xD, 0x1E, 0x1F, 0x102}
SEVERAL, NAMED = 0x1000, 0x8000
EMBEDDED_MESSAGE, SHOWN_IN_TEXT = 5, 4
MAX_FILES, MAX_PROPERTIES, MAX_DEPTH = 500, 5_000, 5
ID_BYTES = 16  # an object begins with the id of its interface


@dataclass
class File:
    """One file: its name and content id as text ("" when it has none), its bytes, and whether the text shows it."""

    name: str = ""
    content: bytes = b""
    content_id: str = ""
    inline: bool = False
    properties: dict[int, bytes] = field(default_factory=dict)


def files_of(blob: bytes, depth: int = 1) -> list[File]:
    """The files of a winmail.dat, those of mails inside it too; [] when it is none or holds none."""
    if not blob.startswith(SIGNATURE):
        return []
    files: list[File] = []
    charset = ""
    for key, value in _attributes(blob):
        if key == CODEPAGE and len(value) >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif key == BEGIN:
            if len(files) >= MAX_FILES:
                break
            files.append(File())
        elif files:
            _take(files[-1], key, value, charset)
    inner = [one for file in files if depth < MAX_DEPTH and _is_mail(file) for one in files_of(file.content, depth + 1)]
    return (files + inner)[:MAX_FILES]


def body_of(blob: bytes) -> tuple[str, bool]:
    """(text, False) or (HTML, True) of the mail that was packed; ("", False) when it holds no words."""
    if not blob.startswith(SIGNATURE):
        return "", False
    found: dict[int, tuple[int, bytes]] = {}
    charset = ""
    for key, value in _attributes(blob):
        if key == CODEPAGE and len(value) >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif key == MESSAGE_PROPERTIES:
            found = {number: (kind, content) for number, kind, content in _properties(value) if number in (BODY, BODY_HTML, BODY_RTF)}
        elif key == BODY_TEXT:
            found.setdefault(BODY, (STRING, value))
        elif key == BEGIN:
            break
    if BODY_HTML in found:
        kind, content = found[BODY_HTML]
        return (_word(kind, content, charset) if kind in (STRING, UNICODE) else decode(content, charset)), True
    if BODY in found and (text := _word(*found[BODY], charset).strip()):
        return text, False
    return words_of(unpacked(found[BODY_RTF][1])) if BODY_RTF in found else ("", False)


def _attributes(blob: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, bytes) of each attribute; ends where what follows is no attribute."""
    position = len(SIGNATURE) + 2
    while position + 9 <= len(blob) and blob[position] in (1, 2):
        key, _kind, length = struct.unpack_from("<HHI", blob, position + 1)
        yield key, blob[position + 9:position + 9 + length]
        position += 9 + length + 2


def _take(file: File, key: int, value: bytes, charset: str) -> None:
    """One attribute of a file. The properties come last and say more than the rest."""
    if key == TITLE:
        file.name = decode(value.partition(b"\0")[0], charset)
    elif key == DATA:
        file.content = as_text_here(value)
    elif key == PROPERTIES:
        file.properties = {number: content for number, kind, content in _properties(value) if kind not in (STRING, UNICODE)}
        words = {number: _word(kind, content, charset) for number, kind, content in _properties(value) if kind in (STRING, UNICODE)}
        file.name = words.get(LONG_NAME) or file.name or words.get(SHORT_NAME) or words.get(DISPLAY_NAME) or ""
        file.content_id = words.get(CONTENT_ID, "").strip("<> ")
        file.inline = bool(file.content_id) and bool(_number(file.properties.get(FLAGS, b"")) & SHOWN_IN_TEXT)
        whole = file.properties.pop(DATA_OBJECT, b"")
        if whole:
            is_object = whole[4:ID_BYTES] == b"\0\0\0\0\xc0\0\0\0\0\0\0\x46"
            file.content = as_text_here(whole[ID_BYTES:] if is_object else whole)


def as_text_here(content: bytes) -> bytes:
    """Text, known by having no zero in it, gets one line end for each of its lines; all else stays as it is."""
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(number, kind, bytes) of each property, the first value of those that have several. Ends at what cannot be read."""
    position = 4
    for _ in range(min(MAX_PROPERTIES, _number(value))):
        if position + 8 > len(value):
            return
        kind, number = struct.unpack_from("<HH", value, position)
        position = _after_name(value, position + 4) if number >= NAMED else position + 4
        several, kind = bool(kind & SEVERAL), kind & ~SEVERAL
        if kind not in SIZES and kind not in VARIABLE:
            return
        count = 1
        if several or kind in VARIABLE:
            count, position = _number(value[position:position + 4]), position + 4
        first, position = _values(value, position, kind, count)
        if count:
            yield number, kind, first


def _values(value: bytes, position: int, kind: int, count: int) -> tuple[bytes, int]:
    """The first value, and where the last one ends; all is filled up to a multiple of four."""
    if kind in SIZES:
        end = position + SIZES[kind] * min(count, len(value))
        return value[position:position + SIZES[kind]], end + -end % 4
    first = b""
    for turn in range(min(count, MAX_PROPERTIES)):
        size, position = _number(value[position:position + 4]), position + 4
        first = first if turn else value[position:position + size]
        position += size + -size % 4
        if position > len(value):
            break
    return first, position


def _after_name(value: bytes, position: int) -> int:
    """Behind the id of a named property: a GUID, and a number or a word."""
    position += 16
    is_word = _number(value[position:position + 4])
    length = _number(value[position + 4:position + 8]) if is_word else 0
    return position + 8 + length + -length % 4


def _number(content: bytes) -> int:
    return int(struct.unpack("<I", content[:4])[0]) if len(content) >= 4 else 0


def _word(kind: int, content: bytes, charset: str) -> str:
    if kind == UNICODE:
        return content.decode("utf-16-le", "replace").partition("\0")[0]
    return decode(content.partition(b"\0")[0], charset)


def _is_mail(file: File) -> bool:
    return _number(file.properties.get(METHOD, b"")) == EMBEDDED_MESSAGE and file.content.startswith(SIGNATURE)
