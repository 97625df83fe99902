"""The breaker of automatic answers: which inboxes write nothing by themselves at the moment, because there was too much of it."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Row, select

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import AttemptCounter, Inbox

NAME, MOST, SECONDS = "automatic-inbox", 100, 3600
"""So many an hour and inbox; then none for an hour."""


def stopped_inboxes() -> dict[int, str]:
    """Inbox -> its address."""
    full = select(AttemptCounter.key).where(
        AttemptCounter.key.like(f"{NAME}:%"), AttemptCounter.count > MOST,
        AttemptCounter.window_started_at > clock.now() - timedelta(seconds=SECONDS))  # fmt: skip
    keys = set(db.session.scalars(full))
    inboxes: Sequence[Row[int, str]] = db.session.execute(select(Inbox.id, Inbox.address)).all() if keys else []
    return {row.id: row.address for row in inboxes if f"{NAME}:{sha256(str(row.id).encode()).hexdigest()[:40]}" in keys}
