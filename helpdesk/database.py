"""How the two databases are opened: reading is the rule, writing is asked for, and SQLite's one writer has a queue."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import psycopg
from flask import Flask
from sqlalchemy import Connection, Engine, event

from helpdesk.errors import Busy
from helpdesk.settings import Settings

writing: ContextVar[bool] = ContextVar("writing", default=False)
LOCK_SECONDS, PREPARED_AFTER = 10.0, 5


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options of create_engine. What customers wrote stays out of errors and logs; on PostgreSQL every transaction is read-only
    unless it says otherwise."""
    if settings.on_sqlite:
        return {"hide_parameters": True, "connect_args": {"timeout": 5, "check_same_thread": False}}
    wait = int(LOCK_SECONDS * 1000)
    choices = {"default_transaction_read_only": "on", "statement_timeout": 30000, "lock_timeout": wait, "timezone": "UTC"}
    return {
        "hide_parameters": True, "pool_pre_ping": True, "pool_size": 16, "max_overflow": 4, "pool_timeout": 10,
        "connect_args": {"connect_timeout": 5, "options": " ".join(f"-c {name}={value}" for name, value in choices.items())},
    }


def watch(engine: Engine) -> None:
    """Hangs the two rules on an engine: settings at connect, the kind of transaction at begin."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", sqlite_connect)
        event.listen(engine, "begin", sqlite_begin)
    else:
        event.listen(engine, "begin", postgresql_begin)


def sqlite_connect(connection: Any, _record: Any) -> None:
    """WAL with FULL: a commit that returned is on the disk, because a mail is acknowledged after it."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def sqlite_begin(connection: Connection) -> None:
    """A writer begins as one; everybody else cannot write at all."""
    write = writing.get()
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def postgresql_begin(connection: Connection) -> None:
    """A writer's transaction lifts the read-only default. A reader has none: at READ COMMITTED each of its questions sees the newest rows
    anyway, and BEGIN and ROLLBACK are two more ways to the server and back. Its questions are planned for their values each time: a list
    is another one for an agent who sees little."""
    line, write = cast(psycopg.Connection[Any], connection.connection.dbapi_connection), writing.get()
    line.autocommit = not write
    line.read_only = False if write else None
    line.prepare_threshold = PREPARED_AFTER if write else None


class WriteQueue:
    """The line before SQLite's one writer: a file lock beside the database, because the kernel keeps those who wait in order and
    SQLite's own busy wait does not. Its descriptor is opened after the fork, once a process."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.inside = threading.Lock()
        self.pid, self.descriptor = 0, -1

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for the turn; Busy after LOCK_SECONDS."""
        if not self.inside.acquire(timeout=LOCK_SECONDS):
            raise Busy
        try:
            self.take(self.open())
            try:
                yield
            finally:
                fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        finally:
            self.inside.release()

    def open(self) -> int:
        """This process's own descriptor."""
        if self.pid != os.getpid():
            self.pid, self.descriptor = os.getpid(), os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self.descriptor

    def take(self, descriptor: int) -> None:
        """At once where nobody waits; else in line, by a thread that can be given up on."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiter = Waiter(self.path)
            if not waiter.done.wait(LOCK_SECONDS):
                waiter.give_up()
                raise Busy from None
            self.descriptor = waiter.adopt(self.descriptor)


class Waiter:
    """Stands in line for the lock with a descriptor of its own, so that giving up leaves no lock behind."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.done, self.guard, self.abandoned = threading.Event(), threading.Lock(), False
        threading.Thread(target=self.wait, daemon=True).start()

    def wait(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        with self.guard:
            if self.abandoned:
                os.close(self.descriptor)
            else:
                self.done.set()

    def give_up(self) -> None:
        """Whoever gets the lock after this lets it go at once."""
        with self.guard:
            self.abandoned = True
            if self.done.is_set():
                os.close(self.descriptor)

    def adopt(self, old: int) -> int:
        """The locked descriptor takes the place of the old one."""
        os.close(old)
        return self.descriptor


def bind(app: Flask, settings: Settings) -> None:
    """Gives the application its queue of writers (None on PostgreSQL, which has its own)."""
    app.extensions["write_queue"] = WriteQueue(settings.database_url.removeprefix("sqlite:///") + ".lock") if settings.on_sqlite else None
