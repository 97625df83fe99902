"""The next set of mails is parsed while this one is stored: the parser's child and the worker itself are at work at the same time."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

Parsed = dict[str, Any]


class Ahead:
    """Parses mails in the order in which they are begun, in one other thread. `begun`: raw message id -> the mail and what becomes of it;
    whoever wants it takes it out, waits for it, and hears what parsing raised."""

    def __init__(self, parse: Callable[[bytes], Parsed]) -> None:
        self.parse = parse
        self.pool = ThreadPoolExecutor(1, "ahead")
        self.begun: dict[int, tuple[bytes, Future[Parsed]]] = {}

    def begin(self, contents: Mapping[int, bytes]) -> None:
        """Of raw messages, by id."""
        for raw_id, content in contents.items():
            self.begun[raw_id] = content, self.pool.submit(self.parse, content)

    def close(self) -> None:
        """What is not under way by now never is."""
        self.begun.clear()
        self.pool.shutdown(wait=False, cancel_futures=True)
