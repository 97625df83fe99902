"""`helpdesk mail retry`: a raw message goes back to the line; whoever asked hears what that means."""

from collections.abc import Callable

from flask import Flask

from helpdesk.actions.raw import try_again
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Message, RawMessage

MOST = 2**31 - 1


def retry(application: Callable[[], Flask], raw_id: int) -> str:
    """What happened, as a sentence. NotFound when there is no such raw message."""
    with application().app_context():
        raw = db.session.get(RawMessage, raw_id) if raw_id <= MOST else None
        if raw is None:
            raise NotFound(f"There is no raw message {raw_id}.")
        state, reason, message = raw.state, raw.reason, db.session.get(Message, raw.message_id or 0)
        try_again(raw_id)
        now = db.session.get_one(RawMessage, raw_id, populate_existing=True)
        state_now, reason_now = now.state, now.reason
    if state == "received":
        return f"Raw message {raw_id} is in the line already; nothing was changed."
    if state in ("done", "duplicate"):
        where = f"in ticket {message.ticket_id} already" if message else "dealt with already"
        return f"Raw message {raw_id} is {where}; nothing was changed."
    if state_now == "held":
        end = "it lies nowhere any more where it could be fetched" if reason_now == "gone" else "it is fetched whole first, then read"
        return f"Raw message {raw_id} was {state} ({reason or 'no reason'}) and is here only in part; {end}."
    return f"Raw message {raw_id} was {state} ({reason or 'no reason'}) and is back in the line; a running desk reads it in a moment."
