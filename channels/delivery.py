"""Answers leave: lease, send, and write down what became of it. Each inbox has lanes of its own, so that a server that takes ten
minutes over its answer holds up nobody else's."""

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy.exc import InterfaceError, OperationalError

from channels.channel import Channel, Refused, SurelyNotAccepted, Uncertain
from channels.email.outgoing import EmailChannel
from helpdesk import clock, jobs
from helpdesk.actions import deliver
from helpdesk.extensions import db
from helpdesk.models import Delivery
from helpdesk.queries import due

log = logging.getLogger(__name__)
CHANNELS: dict[str, Callable[[], Channel]] = {"email": EmailChannel}
MOST_SECONDS, LOOK_SECONDS = 60.0, 0.05
MOST_LANES, MOST_WAITING = 8, 64
"""So many lanes send at a time, and beside them so many wait for servers that have kept them longer than PATIENCE."""
LAST_SECONDS = 2.5
"""The end of the desk waits so long for answers that are on the line; the supervisor's patience is a second longer."""
KNOWN_SECONDS, AGAIN_SECONDS = 600.0, 0.5
"""What a server said is offered to a database that is away so long, so often; the lease lasts longer."""


def drain() -> None:
    """Opens lanes while something is due that none of them serves. Returns when they have ended; after a minute it nudges itself, and
    a lane that still waits for an answer goes on under its lease. When the desk ends, answers on the line have LAST_SECONDS."""
    app, end = current_app._get_current_object(), time.monotonic() + MOST_SECONDS  # type: ignore[attr-defined]  # noqa: SLF001
    while True:
        Lane.opened = [lane for lane in Lane.opened if lane.is_alive()]
        if jobs.stopping.is_set():
            end = min(end, time.monotonic() + LAST_SECONDS)
        if Lane.has_room() and not jobs.stopping.is_set() and due.delivery_is_due():
            Lane(app).open()
        elif not any(lane.until_end for lane in Lane.opened):
            return
        elif time.monotonic() > end:
            Lane.leave_behind()
            jobs.later("delivery")
            return
        else:
            time.sleep(LOOK_SECONDS)


class Lane(threading.Thread):
    """Sends one delivery after another until nothing is due. `until_end`: the drain that opened it waits for it; `begun_at`: when it took
    up the delivery that it is at."""

    opened: "list[Lane]" = []

    def __init__(self, app: Flask) -> None:
        super().__init__(name="delivery", daemon=True)
        self.app, self.looked, self.until_end, self.begun_at = app, threading.Event(), True, clock.now()

    def open(self) -> None:
        """Starts, and returns when it has taken something or found nothing."""
        Lane.opened.append(self)
        self.start()
        self.looked.wait(MOST_SECONDS)

    @classmethod
    def has_room(cls) -> bool:
        """Whether one more may be opened: a lane that one server has kept for long takes nobody's place."""
        long_ago = clock.now() - due.PATIENCE
        waiting = sum(lane.begun_at < long_ago for lane in cls.opened)
        return len(cls.opened) - waiting < MOST_LANES and waiting < MOST_WAITING

    @classmethod
    def leave_behind(cls) -> None:
        """Nobody waits for those that are open now."""
        for lane in cls.opened:
            lane.until_end = False

    def run(self) -> None:
        """Until nothing is due, or the desk ends."""
        try:
            with self.app.app_context():
                while self.until_end and not jobs.stopping.is_set() and (delivery := deliver.lease_next()):
                    self.begun_at = clock.now()
                    self.looked.set()
                    if delivery.state == "sending":
                        attempt(delivery)
                    db.session.remove()
        except Exception:  # the database is away: leases run out, the timetable comes again
            log.exception("a lane of deliveries ended")
        finally:
            self.looked.set()


def attempt(delivery: Delivery) -> None:
    """One try; whatever happens has a state and the other side's words."""
    delivery_id, token, marked = delivery.id, delivery.lease_token or "", False

    def mark() -> bool:
        nonlocal marked
        marked = deliver.mark_data_started(delivery_id, token)
        return marked

    try:
        accepted = CHANNELS["email"]().send(delivery, mark)
    except Refused as refused:
        write_down(delivery_id, token, "failed", refused.words)
    except SurelyNotAccepted as refused:
        write_down(delivery_id, token, "retry", refused.words)
    except Uncertain as unknown:
        write_down(delivery_id, token, "uncertain", unknown.words)
    except Exception as fault:  # a fault of ours is a try like any other: it has a state, and holds up nobody
        log.exception("delivery %s failed", delivery_id)
        db.session.remove()
        write_down(delivery_id, token, "uncertain" if marked else "retry", f"a fault of the desk: {type(fault).__name__}")
    else:
        write_down(delivery_id, token, "sent", accepted.words, accepted.refused)


def write_down(delivery_id: int, token: str, state: str, words: str, refused: list[dict[str, object]] | None = None) -> None:
    """See `deliver.settle`. While the database is away it is tried again: what the server said is known here and nowhere else."""
    until = time.monotonic() + KNOWN_SECONDS
    while True:
        try:
            return deliver.settle(delivery_id, token, state, words, refused)
        except (OperationalError, InterfaceError) as error:
            db.session.remove()
            if time.monotonic() > until:
                raise
            log.warning("delivery %s is %s, and the database is away: %s", delivery_id, state, type(error).__name__)
            time.sleep(AGAIN_SECONDS)
