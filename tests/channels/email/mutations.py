"""Mails of our own, broken at random: bytes turned, cut, moved and repeated, fields doubled, charsets that lie, nesting without end."""

import random
import re
from collections.abc import Callable

from tests.channels.email.rich_mails import calendar_mail, signed_mail, tnef_mail
from tests.channels.email.samples import FOLDER, mail

Change = Callable[[bytearray, random.Random], None]
PIECES = [
    b"\r\n", b"\n\n", b'"', b"<", b">", b"(", b"=?utf-8?q?", b"?=", b"\0", b"\xff\xfe", b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"--x\r\n", b"> ", b"\xd9\x84", b"boundary=", b";", b"=\r\n", b"begin 644 a\n", b"Content-Transfer-Encoding: base64\n", b"<blockquote>",
    b"On 1 Jan 2025, a@example.com wrote:\n", b"From: a@example.com\n", b"charset=utf-7", b'charset="utf-16"', b"\x1b$B", b"&#", b"+2AA-",
    b"BEGIN:VEVENT\n", b"x\x9f>\"\"", b"Status: 5.1.1\n", b"Final-Recipient: rfc822; a@example.com\n", b"---- Forwarded message ----\n",
]
CHARSETS = [
    b"utf-7", b"utf-16", b"utf-32", b"iso-2022-jp", b"hz-gb-2312", b"big5", b"idna", b"unicode_escape", b"rot13", b"zlib", b"", b"\xff",
    b"x" * 300, b"windows-1256", b"iso-8859-6", b"koi8-r", b"cp037", b"utf-8-sig", b"mbcs", b"undefined",
]
CHARSET = re.compile(rb"charset=\"?[\w-]+\"?|=\?[\w-]+\?", re.IGNORECASE)
FIELD = re.compile(rb"^[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE)


def seeds() -> list[bytes]:
    """What is broken."""
    return [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))] + [calendar_mail(), signed_mail(), tnef_mail()]


def mutated(chance: random.Random, whole: list[bytes]) -> bytes:
    """One of `whole` after one to twelve changes."""
    content = bytearray(chance.choice(whole))
    for _ in range(chance.randint(1, 12)):
        chance.choice(CHANGES)(content, chance)
        del content[2_000_000:]
    return bytes(content)


def place(content: bytearray, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.randrange(1, 400))


def turn(content: bytearray, chance: random.Random) -> None:
    """Single bits."""
    for _ in range(chance.randint(1, 30)):
        if content:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def insert(content: bytearray, chance: random.Random) -> None:
    """Something that means something to a reader."""
    start, _ = place(content, chance)
    content[start:start] = chance.choice(PIECES) * chance.choice([1, 1, 50])


def cut(content: bytearray, chance: random.Random) -> None:
    start, end = place(content, chance)
    if chance.random() < 0.2:
        end = len(content)
    del content[start:end]


def repeat(content: bytearray, chance: random.Random) -> None:
    start, end = place(content, chance)
    content[start:start] = content[start:end] * chance.choice([1, 20, 200])


def splice(content: bytearray, chance: random.Random) -> None:
    """A part of another mail."""
    start, end = place(content, chance)
    content[start:end] = chance.choice(SEEDS)[: chance.randrange(4_000)]


def double(content: bytearray, chance: random.Random) -> None:
    """A field once more, or a thousand times, somewhere in the head."""
    found = [match.group() for match in FIELD.finditer(bytes(content[:20_000]))]
    if found:
        content[:0] = chance.choice(found) * chance.choice([1, 2, 1_000])


def lie(content: bytearray, chance: random.Random) -> None:
    """About the charset."""
    name = chance.choice(CHARSETS)
    content[:] = CHARSET.sub(lambda found: b"=?" + name + b"?" if found.group().startswith(b"=?") else b"charset=" + name, bytes(content))


def nest(content: bytearray, chance: random.Random) -> None:
    """Inside of mails, parts, tags, comments, quotes."""
    depth = chance.choice([3, 60, 1_000])
    kind = chance.randrange(5)
    if kind == 0:
        content[:0] = b"Content-Type: message/rfc822\r\n\r\n" * depth
    elif kind == 1:
        content[:0] = b"".join(b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n--n%d\r\n" % (turn_, turn_) for turn_ in range(depth))
    elif kind == 2:
        content[:] = b"Content-Type: text/html\r\n\r\n" + b"<div><b>" * depth + bytes(content)
    elif kind == 3:
        content[:0] = b"To: " + b"(" * depth + b"\r\n"
    else:
        content += b"".join(b">" * turn_ + b" x\n" for turn_ in range(0, depth, 7))


SEEDS = seeds()
CHANGES: tuple[Change, ...] = (turn, insert, cut, repeat, splice, double, lie, nest)
PLAIN = mail("Hello", subject="plain")
