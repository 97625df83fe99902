"""Mails changed at random: nothing but Unreadable is raised, and what is read can be stored (goal G9 of safety.md)."""

import json
import random

import pytest

from channels.email.limits import Unreadable
from channels.email.parse import parse
from tests.channels.email.samples import FOLDER

SAMPLES = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
PIECES = [
    b"\r\n", b"\n\n", b'"', b"<", b">", b"(", b"=?utf-8?q?", b"?=", b"\0", b"\xff\xfe", b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"--x\r\n", b"> ", b"\xd9\x84", b"boundary=", b";", b"=\r\n", b"begin 644 a\n", b"Content-Transfer-Encoding: base64\n", b"<blockquote>",
    b"On 1 Jan 2025, a@example.com wrote:\n", b"From: a@example.com\n", b"charset=utf-7", b'charset="utf-16"', b"\x1b$B", b"&#", b"+2AA-",
]


@pytest.mark.parametrize("seed", range(8))
def test_mutated(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        try:
            found = parse(mutated(chance))
        except Unreadable:
            continue
        contents = [file.pop("content") for file in found["attachments"]]
        stored = json.dumps(found, ensure_ascii=False).encode()
        assert b"\\u0000" not in stored
        assert [file["size"] for file in found["attachments"]] == [len(content) for content in contents]


def mutated(chance: random.Random) -> bytes:
    content = bytearray(chance.choice(SAMPLES))
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.randrange(1, 400))
        change = chance.randrange(4)
        if change == 0:
            content[start:start] = chance.choice(PIECES) * chance.choice([1, 1, 50])
        elif change == 1:
            del content[start:end]
        elif change == 2:
            content[start:start] = content[start:end] * chance.choice([1, 20])
        else:
            content[start:end] = chance.choice(SAMPLES)[: chance.randrange(2_000)]
    return bytes(content)
