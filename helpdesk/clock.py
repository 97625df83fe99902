"""The only clock, in UTC, so that a test can stop it."""

import os
from datetime import UTC, datetime

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for "never" in sort keys, so that no key is null."""


def now() -> datetime:
    """The time in UTC. With HELPDESK_TESTING=1 and HELPDESK_TEST_CLOCK=FILE the ISO time in that file, read anew each call."""
    if os.environ.get("HELPDESK_TESTING") == "1" and (path := os.environ.get("HELPDESK_TEST_CLOCK")):
        with open(path, encoding="ascii") as file:
            return datetime.fromisoformat(file.read().strip()).astimezone(UTC)
    return datetime.now(UTC)
