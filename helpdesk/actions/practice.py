"""The practice post office: the customers' side of a desk that is tried out."""

from helpdesk import clock
from helpdesk.actions.transaction import hint, transaction
from helpdesk.models import PracticeMail
from helpdesk.policy import DESK


def keep(envelope_from: str, envelope_to: list[str], subject: str, content: bytes) -> int:
    """Keeps a mail that left, as its customers would have it."""
    with transaction() as session:
        mail = PracticeMail(
            envelope_from=envelope_from[:320], envelope_to=envelope_to, subject=subject[:500], content=content, sent_at=clock.now()
        )
        session.add(mail)
        session.flush()
        hint(session, [DESK], {"ticket": 0, "kind": "practice_mail", "inbox": 0, "event": mail.id, "agent": None})
    return mail.id
