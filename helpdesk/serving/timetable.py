"""The timetable: looks again and again at what is due in the database and nudges a worker. One process, one thread, no memory."""

import logging
import time
from dataclasses import dataclass

from flask import Flask

from helpdesk import jobs

log = logging.getLogger(__name__)
TICK_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 30.0


@dataclass
class Row:
    """One drain and when it is looked at next (monotonic). `pause` grows while looking fails."""

    drain: jobs.Drain
    next_at: float = 0.0
    pause: float = 0.0


def serve(app: Flask) -> None:
    """Until the process is ended. Nothing that goes wrong ends it: a dead database is looked at again, less and less often."""
    table = [Row(drain) for drain in jobs.DRAINS.values()]
    while True:
        for row in table:
            if row.next_at <= time.monotonic():
                look(app, row)
        time.sleep(TICK_SECONDS)


def look(app: Flask, row: Row) -> None:
    """One look at one drain."""
    try:
        with app.app_context():
            jobs.tick(row.drain.name)
        row.pause = 0.0
    except Exception as error:  # noqa: BLE001  whatever it is, the next row must have its turn
        row.pause = min(max(row.pause * 2, row.drain.every_seconds), LONGEST_PAUSE_SECONDS)
        log.warning("the timetable could not look at %s: %s; again in %.0f s", row.drain.name, type(error).__name__, row.pause)
    row.next_at = time.monotonic() + max(row.drain.every_seconds, row.pause)
