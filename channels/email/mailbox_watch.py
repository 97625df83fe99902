"""Watches one mailbox in a thread of its own: whatever its server does, no other mailbox waits for it."""

import logging
import random
import threading
import time
from dataclasses import dataclass

from flask import Flask
from imapclient.exceptions import IMAPClientError
from sqlalchemy.exc import SQLAlchemyError

from channels.email import imap
from channels.email.credentials import login_of, was_refused
from channels.email.mailbox_hard import PATIENCE_SECONDS, PAUSE_SECONDS, Hard
from channels.email.mailbox_visit import Visit
from channels.email.oauth import ConsentNeeded
from helpdesk import vault
from helpdesk.actions.mailboxes import Fenced, note_failure
from helpdesk.errors import Busy
from helpdesk.extensions import db
from helpdesk.models import Mailbox
from helpdesk.queries.mailboxes import Watched

log = logging.getLogger(__name__)
OURS = (Busy, SQLAlchemyError)
"""The database or the disk is away or full: nothing is wrong with the mailbox, its mail waits where it is."""
OURS_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Pace:
    """Seconds. Everything is looked at again after `sweep`, which also ends each IDLE: well within the nine minutes after which servers
    and routers forget us, and early enough for a line that died in silence to be replaced within five. `poll` is for servers without
    IDLE."""

    sweep: float = 240.0
    poll: float = 60.0
    look: float = 2.0
    renew: float = 15.0
    first_pause: float = 2.0
    longest_pause: float = 300.0
    patience: float = PATIENCE_SECONDS
    hard_pause: float = PAUSE_SECONDS


class Ended(Exception):
    """The watcher was asked to end."""


class Watcher(threading.Thread):
    """Until it is asked to end, or somebody else holds the lease."""

    def __init__(self, app: Flask, watched: Watched, token: str, pace: Pace) -> None:
        super().__init__(name=f"mailbox-{watched.mailbox_id}", daemon=True)
        self.app, self.watched, self.token, self.pace = app, watched, token, pace
        self.asked_to_end = threading.Event()
        self.line: imap.Line | None = None
        self.hard = Hard(pace.patience, pace.hard_pause)

    def end(self) -> None:
        """Asks it to end; it breaks off what it waits for."""
        self.asked_to_end.set()
        if line := self.line:
            line.hang_up()

    def run(self) -> None:
        """One visit after another, with growing pauses while they fail."""
        while not self.asked_to_end.is_set():
            try:
                with self.app.app_context():
                    pause = self.tried()
            except (Fenced, Ended):
                return
            except OURS as error:
                log.warning("mailbox %s waits for the desk: %s", self.watched.mailbox_id, type(error).__name__)
                pause = OURS_PAUSE_SECONDS
            self.asked_to_end.wait(pause)

    def tried(self) -> float:
        """One visit; the pause after it."""
        try:
            self.visit()
        except (Fenced, Ended, *OURS):
            raise
        except Exception as error:
            if self.asked_to_end.is_set():
                raise Ended from error
            return self.failed(error)
        return 0.0

    def visit(self) -> None:
        """Logs in and stays."""
        self.line = line = self.connected()
        try:
            self.stay(Visit(line, self.watched, self.token, self.hard, self.rest))
        finally:
            self.line = None
            line.shutdown()

    def connected(self) -> imap.Line:
        """A line that is logged in. A token that the server refused is not used again."""
        login = self.login()
        try:
            return imap.connect(imap.Server(self.watched.host, self.watched.port, self.watched.security), login)
        except imap.Trouble as trouble:
            if trouble.problem == "login":
                was_refused(self.watched.inbox_id, login.bearer)
            raise

    def login(self) -> imap.Login:
        """Trouble when its secret cannot be had."""
        mailbox = db.session.get_one(Mailbox, self.watched.mailbox_id, populate_existing=True)
        try:
            return login_of(mailbox)
        except ConsentNeeded as error:
            raise imap.Trouble("consent", str(error)) from error
        except (vault.LostKey, ValueError) as error:
            raise imap.Trouble("login", "the key that sealed this password is lost: the password must be typed again") from error
        finally:
            db.session.remove()

    def stay(self, visit: Visit) -> None:
        """Sweeps, and in between takes what hints announce; older mail only while nothing else is to be done."""
        while True:
            self.rest()
            visit.sweep()
            next_sweep = time.monotonic() + self.pace.sweep
            while (left := min(next_sweep - time.monotonic(), self.hard.seconds_to_next())) > 0:
                self.rest()
                if not visit.backfill():
                    self.wait_for_news(visit.line, left)
                visit.fetch_new()

    def wait_for_news(self, line: imap.Line, most: float) -> None:
        """Until the server says that something is new, or it is time to look."""
        if line.has_capability("IDLE"):
            line.doze(most)
        else:
            self.asked_to_end.wait(min(most, self.pace.poll))
            self.rest()
            line.noop()

    def rest(self) -> None:
        """Between two steps."""
        if self.asked_to_end.is_set():
            raise Ended

    def failed(self, error: Exception) -> float:
        """Puts it on record; the pause, longer each time, never the same for two mailboxes."""
        trouble = imap.trouble_of(error)
        if trouble is not error and not isinstance(error, OSError | IMAPClientError):
            log.error("mailbox %s tripped us up", self.watched.mailbox_id, exc_info=error)
        log.warning("mailbox %s: %s", self.watched.mailbox_id, trouble.problem)
        failures = note_failure(self.watched.mailbox_id, self.token, trouble.problem, trouble.words)
        pause = min(self.pace.longest_pause, self.pace.first_pause * 2.0 ** min(failures - 1, 20))
        return pause * random.uniform(0.5, 1.0)  # noqa: S311  no secret
