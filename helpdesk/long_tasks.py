"""Slow work with progress, by its kind: each wing says what it can do in init_app, the worker looks it up."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString

Steps = Generator[tuple[int, int], None, dict[str, Any]]
"""Yields (done, total) after every step and returns what came of it: a JSON object; "url" in it leads to the result."""


@dataclass(frozen=True)
class Task:
    """What a worker is to do. `done` of `total` steps were finished by somebody whose process ended; `agent_id` asked for it."""

    id: int
    asked: dict[str, Any]
    done: int
    total: int
    agent_id: int | None


@dataclass(frozen=True)
class Kind:
    """`run` works in small transactions of its own, so that nobody waits for it, and yields often: once in LEASE_SECONDS at least. It may
    be run again from `task.done` on, so a step that was done does no harm when it is done once more."""

    title: LazyString
    run: Callable[[Task], Steps]


KINDS: dict[str, Kind] = {}


def register(name: str, title: LazyString, run: Callable[[Task], Steps]) -> None:
    """Called by a wing in init_app."""
    KINDS[name] = Kind(title, run)
