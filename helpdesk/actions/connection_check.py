"""The test of an inbox's servers: asked for by a person, done by the mail wing, shown on the inbox's page."""

import secrets
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import ConnectionCheck

LEASE_SECONDS = 90
Found = tuple[str, str]
"""A problem (one of PROBLEMS, or "") and the server's words about it."""


def ask(session: Session, inbox_id: int) -> None:
    """The servers are to be tried; part of the caller's transaction."""
    check = session.get(ConnectionCheck, inbox_id, with_for_update=True)
    if check is None:
        check = ConnectionCheck(inbox_id=inbox_id)
        session.add(check)
    check.asked_at, check.token, check.begun_at, check.done_at = clock.now(), secrets.token_hex(16), None, None
    nudge(session, "connection_check")


def take_next() -> tuple[int, str] | None:
    """(inbox, token) of the oldest that nobody does, held for LEASE_SECONDS."""
    now = clock.now()
    with transaction() as session:
        free = or_(ConnectionCheck.begun_at.is_(None), ConnectionCheck.begun_at < now - timedelta(seconds=LEASE_SECONDS))
        asked = select(ConnectionCheck).where(ConnectionCheck.done_at.is_(None), free).order_by(ConnectionCheck.asked_at).limit(1)
        check = session.scalar(asked.with_for_update(skip_locked=True).execution_options(populate_existing=True))
        if check is None:
            return None
        check.begun_at = now
        return check.inbox_id, check.token


def settle(inbox_id: int, token: str, imap: Found, smtp: Found) -> None:
    """What was found, unless the settings have changed meanwhile."""
    with transaction() as session:
        check = session.get(ConnectionCheck, inbox_id, with_for_update=True, populate_existing=True)
        if check is None or check.token != token:
            return
        check.done_at = clock.now()
        check.imap_problem, check.imap_words = imap[0], imap[1][:300]
        check.smtp_problem, check.smtp_words = smtp[0], smtp[1][:300]
