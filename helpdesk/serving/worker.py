"""A worker: takes nudges from its queues and does what the database says is due. In this process, no fork a job: all jobs are ours,
short, and safe to be killed at any moment."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import redis
from flask import Flask
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import StopRequested, WorkerStatus

from helpdesk import jobs

log = logging.getLogger(__name__)
FUNCTION = "helpdesk.jobs.run"
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
BEHIND_PAGES = 10
"""Niceness: where processors are few, a heap of mail makes no agent wait for a page."""


class Refused(Exception):
    """A job that is none of ours: whoever can write to Redis must not choose what runs here."""


class NamedJob(Job):
    """A job that can do one thing: run a drain of the table. Callbacks, webhooks and other functions in it are ignored or refused."""

    app: Flask
    success_callback = failure_callback = stopped_callback = None

    @property
    def func(self) -> Callable[..., Any]:
        """The only function, after a look at what was asked."""
        if self.func_name != FUNCTION or self.instance or self.kwargs or len(self.args) != 1 or self.args[0] not in jobs.DRAINS:
            raise Refused
        return self.run_drain

    def run_drain(self, name: str) -> None:
        """Inside an application context of its own, so that the session ends with the job."""
        with self.app.app_context():
            jobs.run(name)

    def send_webhooks(self, *args: Any, **kwargs: Any) -> None:
        """Never: the address would come from Redis."""


class Worker(SimpleWorker):
    """No pub/sub thread: rq's commands by Redis are not wanted. Short pauses while Redis is away."""

    job_class = NamedJob
    max_connection_wait_time = LONGEST_PAUSE_SECONDS
    log_result_lifespan = False
    asked_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """SIGTERM: after the job under way, or at once. rq's own way writes to Redis, which may be away, in the midst of a job."""
        self.asked_to_stop = self._stop_requested = True
        jobs.stopping.set()
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def subscribe(self) -> None:
        """Takes no orders."""

    def unsubscribe(self) -> None:
        """Nothing to end."""

    def procline(self, message: str) -> None:
        """The process keeps its name."""


class Patience:
    """Pauses that grow, and end at once on SIGTERM."""

    def __init__(self) -> None:
        self.seconds = PAUSE_SECONDS
        self.watch()

    def watch(self) -> None:
        """rq has its own handlers while it works; these hold in between."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    def pause(self) -> None:
        """Waits, longer each time."""
        time.sleep(self.seconds)
        self.seconds = min(self.seconds * 2, LONGEST_PAUSE_SECONDS)


def serve(app: Flask, queues: Sequence[str]) -> None:
    """Works until SIGTERM: a job under way is finished. A dead Redis is waited for."""
    os.nice(BEHIND_PAGES)
    NamedJob.app = app
    patience = Patience()
    while True:
        begun = time.monotonic()
        if work_until_lost(app.config["REDIS_URL"], queues):
            return
        patience.watch()
        if time.monotonic() - begun > 10:
            patience.seconds = PAUSE_SECONDS
        patience.pause()


def work_until_lost(url: str, queues: Sequence[str]) -> bool:
    """Works until SIGTERM (True) or until Redis is away (False)."""
    worker = None
    try:
        worker = make(url, queues)
        worker.work(logging_level="WARNING")
    except (RedisError, OSError) as error:
        log.warning("no work without Redis: %s", type(error).__name__)
    return worker is not None and worker.asked_to_stop


def make(url: str, queues: Sequence[str]) -> Worker:
    """A worker with a connection of its own; rq lengthens its timeouts to wait for nudges."""
    connection = redis.Redis.from_url(url, retry=None, protocol=2, socket_connect_timeout=2, socket_timeout=5)
    lanes = [Queue(name, connection=connection, job_class=NamedJob, serializer=JSONSerializer) for name in queues]
    name = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns()}"
    return Worker(lanes, name=name, connection=connection, job_class=NamedJob, serializer=JSONSerializer, log_job_description=False)
