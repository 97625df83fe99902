"""The text of a mail that Outlook sent as rich text: unpacked (MS-OXRTFCP), and read as plain text or as the HTML inside (MS-OXRTFEX)."""

import re
import struct
from html import escape

from channels.email.charset import decode

FIRST_WORDS = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes"
    b" New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
PACKED, PLAIN, WINDOW, MAX_BYTES = b"LZFu", b"MELA", 4096, 1024 * 1024
TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL)
NOT_SHOWN = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "listtable", "listoverridetable",
             "generator"}  # fmt: skip
BREAKS = {"par": "\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘",
          "rquote": "’", "ldblquote": "“", "rdblquote": "”", "zwj": "\u200d", "zwnj": "\u200c", "rtlmark": "", "ltrmark": ""}  # fmt: skip


def unpacked(blob: bytes) -> str:
    """Compressed RTF as text of one letter a byte; "" for what is none. What is cut short is read as far as it goes."""
    if len(blob) < 16 or blob[8:12] not in (PACKED, PLAIN):
        return ""
    size = min(struct.unpack_from("<I", blob, 4)[0], MAX_BYTES)
    content = blob[16:16 + size] if blob[8:12] == PLAIN else _unpacked(blob, size)
    return content.decode("latin-1")


def _unpacked(blob: bytes, size: int) -> bytes:
    window = bytearray(FIRST_WORDS.ljust(WINDOW, b" "))
    write, position, result = len(FIRST_WORDS), 16, bytearray()

    def put(byte: int) -> None:
        nonlocal write
        result.append(byte)
        window[write] = byte
        write = (write + 1) % WINDOW

    while position < len(blob) and len(result) < size:
        flags, position = blob[position], position + 1
        for bit in range(8):
            if not flags >> bit & 1:
                if position >= len(blob):
                    return bytes(result)
                put(blob[position])
                position += 1
                continue
            if position + 2 > len(blob):
                return bytes(result)
            offset, length = divmod(int.from_bytes(blob[position:position + 2], "big"), 16)
            position += 2
            if offset == write:
                return bytes(result)
            for step in range(length + 2):
                put(window[(offset + step) % WINDOW])
    return bytes(result)


def words_of(rtf: str) -> tuple[str, bool]:
    """(text, False), or (HTML, True) where the RTF only wraps HTML."""
    reader = _Reader("\\fromhtml" in rtf[:2000])
    for token in TOKEN.finditer(rtf[:MAX_BYTES]):
        reader.take(token)
    reader.flush()
    return "".join(reader.pieces).strip(), reader.is_html


class _Reader:
    """Keeps what is shown; groups are counted by a stack of whether they are shown."""

    def __init__(self, is_html: bool) -> None:
        self.is_html = is_html
        self.pieces: list[str] = []
        self.raw = bytearray()
        self.charset = "cp1252"
        self.groups = [(True, False)]  # (shown, markup)
        self.rtf_only = False
        self.starred = False
        self.skip, self.fallback = 0, 1

    def take(self, token: re.Match[str]) -> None:
        word, number, code, sign, brace, plain = token.groups()
        if brace:
            self.flush()
            self.brace(brace)
        elif word:
            self.word(word, int(number) if number else None)
        elif code:
            self.byte(int(code, 16))
        elif sign:
            self.starred = sign == "*" or self.starred
            self.write({"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}.get(sign, ""))
        elif plain:
            self.write(plain[self.skip:])
            self.skip = max(0, self.skip - len(plain))

    def brace(self, brace: str) -> None:
        if brace == "{":
            self.groups.append(self.groups[-1])
        elif len(self.groups) > 1:
            self.groups.pop()
        self.starred = False

    def word(self, word: str, number: int | None) -> None:
        if self.starred or word in NOT_SHOWN:
            self.flush()
            markup = word == "htmltag" and self.is_html
            self.groups[-1] = (markup, markup)
            self.starred = False
        elif word == "htmlrtf":
            self.rtf_only = number != 0
        elif word == "ansicpg" and number:
            self.charset = f"cp{number}"
        elif word == "uc":
            self.fallback = number or 0
        elif word == "u" and number is not None:
            self.write(chr(number % 65536) if not 0xD800 <= number % 65536 < 0xE000 else "\ufffd")
            self.skip = self.fallback
        else:
            self.write(BREAKS.get(word, ""))

    def byte(self, value: int) -> None:
        if self.skip:
            self.skip -= 1
        elif self.groups[-1][0] and not self.rtf_only:
            self.raw.append(value)

    def write(self, text: str) -> None:
        self.flush()
        shown, markup = self.groups[-1]
        if text and shown and not self.rtf_only:
            self.pieces.append(escape(text, quote=False) if self.is_html and not markup else text)

    def flush(self) -> None:
        if self.raw:
            text, self.raw = decode(bytes(self.raw), self.charset), bytearray()
            self.pieces.append(escape(text, quote=False) if self.is_html and not self.groups[-1][1] else text)
