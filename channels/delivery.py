"""Answers leave: lease, send, and write down what became of it."""

import logging
import time
from collections.abc import Callable

from channels.channel import Channel, Refused, SurelyNotAccepted, Uncertain
from channels.email.outgoing import EmailChannel
from helpdesk import jobs
from helpdesk.actions import deliver
from helpdesk.extensions import db
from helpdesk.models import Delivery

log = logging.getLogger(__name__)
CHANNELS: dict[str, Callable[[], Channel]] = {"email": EmailChannel}
MOST_SECONDS = 60.0


def drain() -> None:
    """Works until nothing is due or a minute is over; then nudges itself."""
    end = time.monotonic() + MOST_SECONDS
    while delivery := deliver.lease_next():
        if delivery.state == "sending":
            attempt(delivery)
        db.session.remove()
        if time.monotonic() > end:
            jobs.later("delivery")
            return


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
        deliver.settle(delivery_id, token, "failed", refused.words)
    except SurelyNotAccepted as refused:
        deliver.settle(delivery_id, token, "retry", refused.words)
    except Uncertain as unknown:
        deliver.settle(delivery_id, token, "uncertain", unknown.words)
    except Exception as fault:  # a fault of ours is a try like any other: it has a state, and holds up nobody
        log.exception("delivery %s failed", delivery_id)
        db.session.rollback()
        deliver.settle(delivery_id, token, "uncertain" if marked else "retry", f"a fault of the desk: {type(fault).__name__}")
    else:
        deliver.settle(delivery_id, token, "sent", accepted.words, accepted.refused)
