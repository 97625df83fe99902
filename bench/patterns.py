"""Patterns that hang an engine that tries every way back (safety S23), each asked of 64 KiB that only just do not fit."""

import time
from collections.abc import Iterator

from automations.conditions.kinds import pattern
from bench.desk import Grounds
from bench.results import Row

GOAL_MS, BYTES = 50.0, 64 * 1024
SHAPES = (
    "({0}+)+$", "({0}*)*$", "({0}|{0}{0})+$", "({0}|{0}?)+$", "(({0}+)+)+$", "^({0}+){{1,30}}b$", "({0}?){{25}}{0}{{25}}$",
    "(.*{0}){{12}}!$", "({0}+{0}+)+y", "^(.*?,){{11}}P",
)  # fmt: skip
LETTERS = ("a", "[a-z]", "\\w", "(?:a|b|ab)", "ه")


def measure(_grounds: Grounds) -> Iterator[Row]:
    """Fifty of them; those that RE2 finds too large are refused when a rule is written, which is as good."""
    slowest, refused = 0.0, 0
    texts = ["a" * BYTES + "?", "ab" * (BYTES // 2) + "?", "ه" * (BYTES // 2) + "?"]
    for written in (shape.format(letter) for shape in SHAPES for letter in LETTERS):
        try:
            made = pattern(written)
        except ValueError:
            refused += 1
            continue
        for text in texts:
            began = time.process_time()
            made.search(text)
            slowest = max(slowest, (time.process_time() - began) * 1000)
    count = len(SHAPES) * len(LETTERS)
    yield Row(f"rules the slowest of {count} evil patterns on 64 KiB", round(slowest, 1), "ms", GOAL_MS, n=count * len(texts))
    yield Row("rules evil patterns refused when they are written", refused, "patterns", n=count)
