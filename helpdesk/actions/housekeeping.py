"""Taking away what nobody needs any more."""

from datetime import timedelta

from sqlalchemy import delete

from helpdesk import clock
from helpdesk.actions import webhook_tellings
from helpdesk.actions.sweep import sweep
from helpdesk.actions.transaction import transaction
from helpdesk.models import AgentSession, AttemptCounter, LongTask, Notice, OneTimeLink, SavedView


def tidy() -> None:
    """Ended sessions, expired links, old counters, notices and tasks, views that were thrown away, and files that nobody refers to go; what
    webhooks were told, too."""
    now = clock.now()
    with transaction() as session:
        session.execute(delete(AgentSession).where(AgentSession.expires_at < now))
        session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now - timedelta(days=30)))
        session.execute(delete(AttemptCounter).where(AttemptCounter.window_started_at < now - timedelta(days=2)))
        session.execute(delete(Notice).where(Notice.at < now - timedelta(days=90)))
        session.execute(delete(SavedView).where(SavedView.deleted_at < now - timedelta(days=30)))
        session.execute(delete(LongTask).where(LongTask.ended_at < now - timedelta(days=30)))
    webhook_tellings.forget()
    sweep()
