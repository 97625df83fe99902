"""Taking away what nobody needs any more."""

from datetime import timedelta

from sqlalchemy import delete

from helpdesk import clock
from helpdesk.actions.sweep import sweep
from helpdesk.actions.transaction import transaction
from helpdesk.models import AgentSession, AttemptCounter, OneTimeLink


def tidy() -> None:
    """Ended sessions, expired links, old counters and files that nobody refers to go."""
    now = clock.now()
    with transaction() as session:
        session.execute(delete(AgentSession).where(AgentSession.expires_at < now))
        session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now - timedelta(days=30)))
        session.execute(delete(AttemptCounter).where(AttemptCounter.window_started_at < now - timedelta(days=2)))
    sweep()
