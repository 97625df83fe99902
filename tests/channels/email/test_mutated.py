"""Mails changed at random: nothing but Unreadable is raised, and what is read can be stored (goal G9 of safety.md)."""

import json
import random
import time

import pytest

from channels.email.limits import Unreadable
from channels.email.parse import parse
from tests.channels.email.mutations import SEEDS, mutated


@pytest.mark.parametrize("seed", range(10))
def test_mutated(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        raw, started = mutated(chance, SEEDS), time.monotonic()
        try:
            found = parse(raw)
        except Unreadable:
            continue
        assert time.monotonic() - started < 5
        contents = [file.pop("content") for file in found["attachments"]]
        stored = json.dumps(found, ensure_ascii=False).encode()
        assert b"\\u0000" not in stored
        assert [file["size"] for file in found["attachments"]] == [len(content) for content in contents]
