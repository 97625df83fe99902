"""What an agent has begun to write is kept as one types."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import held_ticket
from helpdesk.actions.transaction import transaction
from helpdesk.errors import NotFound
from helpdesk.incoming import StoredFile
from helpdesk.models import Attachment, Draft
from helpdesk.policy import Viewer


def save_draft(
    viewer: Viewer, number: int, kind: str, *, body: str, to: str = "", cc: str = "", seen_event_id: int = 0, key: str = ""
) -> Draft:
    """Keeps the text; `kind` is "reply" or "note"."""
    with transaction() as session:
        draft = own_draft(session, viewer, number, kind)
        draft.body, draft.to, draft.cc = body[:200_000], to[:2000], cc[:2000]
        draft.seen_event_id, draft.idempotency_key, draft.updated_at = seen_event_id, key[:80], clock.now()
    return draft


def discard_draft(viewer: Viewer, number: int, kind: str) -> None:
    """Lets the text and its files go."""
    with transaction() as session:
        session.delete(own_draft(session, viewer, number, kind))


def attach(viewer: Viewer, number: int, kind: str, file: StoredFile) -> Attachment:
    """Adds a file, whose bytes are stored, to the draft."""
    with transaction() as session:
        draft = own_draft(session, viewer, number, kind)
        attachment = Attachment(draft_id=draft.id, **vars(file))
        session.add(attachment)
    return attachment


def detach(viewer: Viewer, attachment_id: int) -> None:
    """Takes a file off one's own draft."""
    with transaction() as session:
        attachment = session.get(Attachment, attachment_id)
        draft = session.get(Draft, attachment.draft_id) if attachment is not None and attachment.draft_id else None
        if attachment is None or draft is None or draft.agent_id != viewer.agent_id:
            raise NotFound
        session.delete(attachment)


def own_draft(session: Session, viewer: Viewer, number: int, kind: str) -> Draft:
    """The author's draft in a ticket that the author sees; begun when missing."""
    if kind not in ("reply", "note"):
        raise NotFound
    ticket = held_ticket(session, number, viewer)
    draft = session.scalar(select(Draft).where(Draft.ticket_id == number, Draft.agent_id == viewer.agent_id, Draft.kind == kind))
    if draft is None:
        draft = Draft(ticket_id=number, agent_id=viewer.agent_id, kind=kind, seen_event_id=ticket.last_event_id, updated_at=clock.now())
        session.add(draft)
        session.flush()
    return draft
