"""A million mails that mix token, sender, authentication, Cc, subject and references, against a table written by hand."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from bench.desk import Grounds
from bench.results import Row

MIXES, PARTS = 1_000_000, 8


def measure(_grounds: Grounds) -> Iterator[Row]:
    """How many were decided otherwise than the table says: a stranger who takes part, a mail that joins without proof, or one that has it
    and does not join."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as folder, ProcessPoolExecutor(2, get_context("spawn")) as pool:
        wrong = [words for part in pool.map(partial(some, folder), range(PARTS)) for words in part]
    for words in wrong[:20]:
        print(words)
    yield Row("threads decided otherwise than the table says", len(wrong), "mails", 0, n=MIXES)
    yield Row("threads decided", round(MIXES / (time.monotonic() - started)), "mails/s", n=MIXES)


def some(folder: str, seed: int) -> list[str]:
    """One part of them; what went wrong."""
    from helpdesk.app import create_app
    from helpdesk.settings import Settings
    from tests.actions.threads_table import mixed

    settings = Settings.from_environ({"HELPDESK_DATA": folder, "HELPDESK_REDIS_URL": "redis://127.0.0.1:1"})
    with create_app(settings).app_context():
        return mixed(MIXES // PARTS, seed)
