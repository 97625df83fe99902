"""The part of the desk that fetches mail: a thread for each mailbox whose lease this process holds."""

import logging
import signal
import socket
import time
from dataclasses import dataclass, field

from flask import Flask

from channels.email.mailbox_holder import is_dead, new_token
from channels.email.mailbox_watch import OURS, Pace, Watcher
from helpdesk import clock
from helpdesk.actions.mailboxes import lease, release, renew
from helpdesk.queries import mailboxes as ask

log = logging.getLogger(__name__)
ENDINGS = {signal.SIGINT, signal.SIGTERM}
STOP_SECONDS = 1.0


def serve(app: Flask, _sockets: dict[str, socket.socket]) -> None:
    """Until SIGTERM. Nothing is open before, so it may be forked."""
    watch(app, Pace())


def watch(app: Flask, pace: Pace) -> None:
    """Looks every few seconds which mailboxes there are, until the process is asked to end."""
    logging.getLogger("imapclient").setLevel(logging.WARNING)  # it tells of every connection that it closes
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # before any thread: the main one takes them, between two looks
    watchers = Watchers(app, pace)
    watchers.look()
    while signal.sigtimedwait(ENDINGS, pace.look) is None:
        watchers.look()
    watchers.end()


@dataclass
class Watchers:
    """The threads of this process, by mailbox."""

    app: Flask
    pace: Pace
    running: dict[int, Watcher] = field(default_factory=dict)
    renewed: float = 0.0

    def look(self) -> None:
        """One round; what goes wrong in it is looked at again in the next."""
        try:
            with self.app.app_context():
                self.renew()
                self.adjust()
        except OURS as error:
            log.warning("mailboxes could not be looked at: %s", type(error).__name__)

    def renew(self) -> None:
        """Keeps the leases; ends the watchers whose lease somebody else has."""
        if not self.running or time.monotonic() - self.renewed < self.pace.renew:
            return
        held = renew({mailbox_id: watcher.token for mailbox_id, watcher in self.running.items()})
        self.renewed = time.monotonic()
        for mailbox_id in self.running.keys() - held:
            self.running.pop(mailbox_id).end()

    def adjust(self) -> None:
        """Starts what is new and free, ends what is gone or has other settings now."""
        found = {held.watched.mailbox_id: held for held in ask.active()}
        wanted = {mailbox_id: held.watched for mailbox_id, held in found.items()}
        over = [one for one in self.running.values() if not one.is_alive() or wanted.get(one.watched.mailbox_id) != one.watched]
        self.let_go(over)
        let_go = {one.token for one in over}
        for mailbox_id, held in found.items():
            if mailbox_id not in self.running:
                self.start(held, let_go)

    def start(self, held: ask.Held, let_go: set[str]) -> None:
        """Takes the lease, if it may be had, and watches."""
        runs = held.until is not None and held.until > clock.now() and held.token not in let_go
        if held.token and runs and not is_dead(held.token):
            return
        token = new_token()
        if lease(held.watched.mailbox_id, token, instead_of=held.token):
            watcher = self.running[held.watched.mailbox_id] = Watcher(self.app, held.watched, token, self.pace)
            watcher.start()

    def let_go(self, watchers: list[Watcher]) -> None:
        """They end on their own; from now on they can write nothing."""
        for watcher in watchers:
            watcher.end()
            self.running.pop(watcher.watched.mailbox_id, None)
        if watchers:
            release({watcher.watched.mailbox_id: watcher.token for watcher in watchers})

    def end(self) -> None:
        """Breaks off what they wait for; what is being kept is kept first. Another process may take over at once."""
        watchers, until = list(self.running.values()), time.monotonic() + STOP_SECONDS
        for watcher in watchers:
            watcher.end()
        for watcher in watchers:
            watcher.join(max(0.0, until - time.monotonic()))
        try:
            with self.app.app_context():
                self.let_go(watchers)
        except OURS as error:
            log.warning("leases run out by themselves: %s", type(error).__name__)
