"""Tellings leave: lease, sign, POST, and write down what became of it. Each lane serves one webhook at a time, so that a receiver that
takes its time holds up nobody else's; and no worker waits for the lanes, so that it holds up no mail either."""

import hmac
import logging
import socket
import ssl
import threading
import time
from hashlib import sha256

from flask import Flask, current_app
from sqlalchemy.exc import InterfaceError, OperationalError

from helpdesk import clock, egress, jobs, vault
from helpdesk.actions import webhook_tellings
from helpdesk.actions.webhook_tellings import Leased
from helpdesk.actions.webhooks import MOST_WEBHOOKS, PURPOSE
from helpdesk.extensions import db
from helpdesk.queries import webhooks

log = logging.getLogger(__name__)
LOOK_SECONDS = 20.0
KNOWN_SECONDS, AGAIN_SECONDS = 30.0, 0.5
"""What a receiver said is offered to a database that is away so long, so often; the lease lasts longer."""
MOST_SAID = 200
UNANSWERED = "-"
"""With this begins what the log keeps of a try that got no answer; an answer begins with its number."""
WHY: tuple[tuple[type[OSError], str], ...] = (
    (TimeoutError, "silent"), (ConnectionRefusedError, "refused"), (socket.gaierror, "unnamed"), (ssl.SSLError, "insecure"),
)


def drain() -> None:
    """Opens lanes while something is due that none of them serves; they go on by themselves, under their leases. There may be one for each
    webhook: however many receivers hang, the next one has a lane of its own."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    Lane.forget_ended()
    while len(Lane.opened) < MOST_WEBHOOKS and not jobs.stopping.is_set() and webhooks.telling_is_due():
        if not Lane(app).open():
            return


class Lane(threading.Thread):
    """Tells one thing after another until nothing is due, or the desk ends."""

    opened: "list[Lane]" = []
    beginning = threading.Lock()
    """Held while a lane is listed and starts: two drains at once forget none that has only just begun."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="webhooks", daemon=True)
        self.app, self.looked, self.found = app, threading.Event(), False

    @classmethod
    def forget_ended(cls) -> None:
        """Those that came to their end are listed no more."""
        with cls.beginning:
            cls.opened[:] = [lane for lane in cls.opened if lane.is_alive()]

    def open(self) -> bool:
        """Starts; whether it has taken something."""
        with Lane.beginning:
            Lane.opened.append(self)
            self.start()
        self.looked.wait(LOOK_SECONDS)
        return self.found

    def run(self) -> None:
        """See the class."""
        try:
            with self.app.app_context():
                while not jobs.stopping.is_set() and (leased := webhook_tellings.lease_next()):
                    self.found = True
                    self.looked.set()
                    db.session.remove()
                    attempt(leased)
                    db.session.remove()
        except Exception:  # the database is away: leases run out, the timetable comes again
            log.exception("a lane of webhooks ended")
        finally:
            self.looked.set()


def attempt(leased: Leased) -> None:
    """One try; whatever happens has a word or two."""
    status: int | None = None
    try:
        body = leased.body.encode()
        status, answer = egress.tell(leased.url, body, headers_of(leased, body))
        words = f"{status} {in_one_line(answer)}".strip()
    except vault.LostKey:
        words = unanswered("lost_key")
    except egress.Forbidden:
        words = unanswered("forbidden")
    except OSError as error:
        why = next((why for kind, why in WHY if isinstance(error, kind)), "broken")
        words = unanswered(why, f"{type(error).__name__}: {error.strerror or error}")
    except Exception as fault:  # a fault of ours is a try like any other
        log.exception("telling %s failed", leased.id)
        words = unanswered("fault", type(fault).__name__)
    write_down(leased, status, words)


def unanswered(why: str, detail: str = "") -> str:
    """As the log keeps it; `web.webhook_words.answer_words` says it."""
    return f"{UNANSWERED}{why} {detail}".strip()


def headers_of(leased: Leased, body: bytes) -> dict[str, str]:
    """Of this very try: a receiver refuses what was signed long ago."""
    moment = str(int(clock.now().timestamp()))
    return {
        "Content-Type": "application/json; charset=utf-8", "Helpdesk-Event-Id": leased.key, "Helpdesk-Timestamp": moment,
        "Helpdesk-Signature": f"v1={signature(vault.unseal(leased.secret, PURPOSE), moment, body)}",
    }  # fmt: skip


def signature(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over `timestamp.body`, in hex."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()


def in_one_line(answer: bytes) -> str:
    """The beginning of what the other side said, as plain text."""
    text = answer[: 4 * MOST_SAID].decode(errors="replace")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:MOST_SAID]


def write_down(leased: Leased, status: int | None, words: str) -> None:
    """See `webhook_tellings.settle`. While the database is away it is tried again."""
    until = time.monotonic() + KNOWN_SECONDS
    while True:
        try:
            return webhook_tellings.settle(leased, status, words)
        except (OperationalError, InterfaceError) as error:
            db.session.remove()
            if time.monotonic() > until:
                raise
            log.warning("telling %s: %s, and the database is away: %s", leased.id, words, type(error).__name__)
            time.sleep(AGAIN_SECONDS)
