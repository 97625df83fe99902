"""Nudges: a job carries a name, never work. The database says what there is to do, so a lost nudge costs a second."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import rq
from redis.exceptions import RedisError
from rq.serializers import JSONSerializer

from helpdesk.extensions import redis_connection

log = logging.getLogger(__name__)
QUEUES = ("fast", "mail", "delivery", "slow")
HERE = "timetable"
"""No queue: the timetable does it itself, because Redis or the workers may be what it looks at."""


@dataclass(frozen=True)
class Drain:
    """Periodic or nudged work: `run` looks what is due and does it; `due` says cheaply whether there is any (None: always)."""

    name: str
    queue: str
    run: Callable[[], None]
    every_seconds: float
    due: Callable[[], bool] | None = None
    timeout_seconds: int = 120


DRAINS: dict[str, Drain] = {}
"""All there is, by name; each wing adds its own in init_app."""
stopping = threading.Event()
"""Set when this process was asked to end: a drain takes up nothing more."""


def add(drain: Drain) -> None:
    """Makes a drain known to nudges and to the timetable."""
    DRAINS[drain.name] = drain


def later(*names: str) -> None:
    """Nudges drains. One nudge of a name waits at most; a drain clears it before it reads. Never raises."""
    try:
        connection = redis_connection()
        for name in names:
            if connection.set(f"nudge:{name}", "1", nx=True, ex=15):
                drain = DRAINS[name]
                rq.Queue(drain.queue, connection=connection, serializer=JSONSerializer).enqueue_call(
                    "helpdesk.jobs.run", args=(name,), timeout=drain.timeout_seconds, result_ttl=0, failure_ttl=3600)
    except (RedisError, OSError) as error:
        log.warning("nudge not sent: %s", type(error).__name__)


def run(name: str) -> None:
    """What a worker does with a nudge: a name from the table, nothing else."""
    drain = DRAINS[name]
    redis_connection().delete(f"nudge:{name}")
    drain.run()


def tick(name: str) -> bool:
    """What the timetable does: nudges a drain that has something due. Says whether it did."""
    drain = DRAINS[name]
    if drain.due is not None and not drain.due():
        return False
    if drain.queue == HERE:
        drain.run()
    else:
        later(name)
    return True


