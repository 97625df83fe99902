"""An agent writes: to the customer, or a note to colleagues."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk import clock, placeholders, search_index, vault
from helpdesk.actions.record import by_agent, held_ticket, record
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.crash import crash_point
from helpdesk.errors import Invalid, KeyReused, Stopped
from helpdesk.folding import fold_email, language_of
from helpdesk.incoming import Person, StoredFile
from helpdesk.models import Attachment, Draft, Event, Inbox, Message, Ticket
from helpdesk.models.event import STOPPING
from helpdesk.models.ticket import STATUSES
from helpdesk.policy import Viewer
from helpdesk.queries.participants import participants

UNDO_SECONDS, MOST_REFERENCES = 10, 100


@dataclass(frozen=True)
class Writing:
    """What an agent sends. `key` makes a second click the same message; `seen_event_id` is the newest event the author had seen;
    `status` None leaves the status as the kind of writing asks for; `files` come beside the `attachment_ids` of the author's draft.
    `with_history`: whether the answer carries what was said before; None leaves it to the inbox."""

    body: str
    key: str
    seen_event_id: int
    to: list[Person] = field(default_factory=list)
    cc: list[Person] = field(default_factory=list)
    status: str | None = None
    files: list[StoredFile] = field(default_factory=list)
    attachment_ids: list[int] = field(default_factory=list)
    with_history: bool | None = None


def reply(viewer: Viewer, number: int, writing: Writing) -> Message:
    """Writes an answer that leaves after the undo window, and moves the status.

    Raises Stopped when something happened that the author has not seen, KeyReused for a key that came with another text,
    Invalid for an empty text, an open placeholder or no recipient. The same key and text again returns the message that is there.
    """
    if left := placeholders.names_in(writing.body):
        raise Invalid(_("Fill in what is still open in the text: %(names)s.", names=placeholders.in_words(left)), "body")
    words = search_index.tokens_of(writing.body)
    with transaction() as session:
        ticket = held_ticket(session, number, viewer)
        if earlier := earlier_with(session, viewer, number, writing, "outgoing"):
            return earlier
        check(session, viewer, ticket, writing)
        if not writing.to:
            raise Invalid("to_missing", "to")
        message = add_message(session, viewer, ticket, writing, "outgoing")
        before = as_it_is(ticket)
        ticket.answer(clock.now(), snippet_of(writing.body))
        record(session, ticket, "reply_written", by_agent(viewer.agent_id), before, message=message)
        move_status(session, viewer, ticket, writing.status or "pending", message)
        finish(session, viewer, ticket, message, writing, words)
        nudge(session, "release")
        crash_point("reply.before_commit")
    crash_point("reply.after_commit")
    return message


def note(viewer: Viewer, number: int, writing: Writing) -> Message:
    """Writes a note that no customer ever sees. A note is never stopped: it goes to nobody outside."""
    words = search_index.tokens_of(writing.body)
    with transaction() as session:
        ticket = held_ticket(session, number, viewer)
        if earlier := earlier_with(session, viewer, number, writing, "note"):
            return earlier
        if not writing.body.strip():
            raise Invalid("body_missing", "body")
        message = add_message(session, viewer, ticket, writing, "note")
        record(session, ticket, "note_written", by_agent(viewer.agent_id), message=message)
        if writing.status:
            move_status(session, viewer, ticket, writing.status, message)
        finish(session, viewer, ticket, message, writing, words)
    return message


def as_it_is(ticket: Ticket) -> dict[str, str | None]:
    """What an answer changes of a ticket, so that it can be taken back."""
    return {
        "status_before": ticket.status, "waiting_since": ticket.waiting_since.isoformat(), "snippet": ticket.snippet,
        "last_at": ticket.last_at.isoformat(), "snoozed_until": ticket.snoozed_until.isoformat() if ticket.snoozed_until else "",
        "undelivered": ticket.undelivered,
    }  # fmt: skip


def earlier_with(session: Session, viewer: Viewer, number: int, writing: Writing, kind: str) -> Message | None:
    """The message this key made before: a double click, a retry, a second tab."""
    if not writing.key or len(writing.key) > 80:
        raise Invalid("key_missing", "idempotency_key")
    earlier = session.scalar(select(Message).where(Message.agent_id == viewer.agent_id, Message.idempotency_key == writing.key))
    if earlier is not None and (earlier.ticket_id, earlier.kind, earlier.content_hash) != (number, kind, hash_of(writing)):
        raise KeyReused("key_reused")
    if earlier is not None and earlier.cancelled_at is not None:
        raise KeyReused("key_cancelled")
    return earlier


def check(session: Session, viewer: Viewer, ticket: Ticket, writing: Writing) -> None:
    """The author must have seen the newest message, note, status and assignee, by whatever road they came.

    What he changed himself he has seen, but for an answer: from another tab it may be forgotten, and the customer would get two.
    """
    if not writing.body.strip():
        raise Invalid("body_missing", "body")
    if writing.status is not None and writing.status not in STATUSES:
        raise Invalid("status_unknown", "status")
    others = or_(Event.agent_id.is_(None), Event.agent_id != viewer.agent_id, Event.kind == "reply_written")
    unseen = select(Event.id).where(Event.ticket_id == ticket.id, Event.id > writing.seen_event_id, Event.kind.in_(STOPPING), others)
    if ticket.last_event_id > writing.seen_event_id and session.scalar(unseen.limit(1)):
        raise Stopped(writing.seen_event_id)


def add_message(session: Session, viewer: Viewer, ticket: Ticket, writing: Writing, kind: str) -> Message:
    """The message with its thread: it answers the newest public message and names all before it."""
    now, inbox = clock.now(), session.get_one(Inbox, ticket.inbox_id)
    thread = thread_of(session, ticket)
    names = names_of(thread)
    domain = inbox.address.rpartition("@")[2]
    message = Message(
        ticket_id=ticket.id,
        inbox_id=inbox.id,
        kind=kind,
        channel=inbox.channel,
        agent_id=viewer.agent_id,
        from_address=inbox.address,
        to=[vars(person) for person in writing.to],
        cc=[vars(person) for person in writing.cc],
        subject=ticket.subject,
        text=writing.body,
        reply_text=writing.body,
        language=language_of(writing.body) or "",
        content_hash=hash_of(writing),
        external_id=vault.mint_message_id(ticket.id, domain) if kind == "outgoing" else None,
        in_reply_to=names[-1] if names and kind == "outgoing" else "",
        references=names if kind == "outgoing" else [],
        verified=True,
        created_at=now,
        idempotency_key=writing.key,
        quoted_id=thread[0].id if kind == "outgoing" and thread and quotes(session, ticket, inbox, writing) else None,
        release_at=now + timedelta(seconds=UNDO_SECONDS) if kind == "outgoing" else None,
    )
    session.add(message)
    session.flush()
    return message


def thread_of(session: Session, ticket: Ticket) -> list[Message]:
    """What was said in public, newest first."""
    said = select(Message).where(Message.ticket_id == ticket.id, Message.kind != "note", Message.cancelled_at.is_(None))
    return list(session.scalars(said.order_by(Message.created_at.desc(), Message.id.desc()).limit(MOST_REFERENCES)))


def names_of(thread: list[Message]) -> list[str]:
    """Message-IDs of the thread, oldest first: what the message that is answered names, then all that is here (RFC 5322 section 3.6.4)."""
    if not thread:
        return []
    here = [message.external_id for message in reversed(thread) if message.external_id]
    answered = [name for name in thread[0].references if name not in here] if thread[0].external_id else []
    return [*dict.fromkeys(answered), *here][-MOST_REFERENCES:]


def quotes(session: Session, ticket: Ticket, inbox: Inbox, writing: Writing) -> bool:
    """Whether the answer carries what was said before: as the inbox is set, but to somebody new only when the author asks for it."""
    if writing.with_history is not None:
        return writing.with_history
    return inbox.quote_history and {fold_email(one.address) for one in [*writing.to, *writing.cc]} <= participants(session, ticket)


def move_status(session: Session, viewer: Viewer, ticket: Ticket, status: str, message: Message) -> None:
    """To the status that goes with the writing; whoever writes has woken the ticket."""
    if ticket.snoozed_until is not None:
        ticket.wake()
        record(session, ticket, "ticket_woken", by_agent(viewer.agent_id), message=message)
    if ticket.status != status:
        before = ticket.status
        ticket.set_status(status)
        record(session, ticket, "status_changed", by_agent(viewer.agent_id), {"from": before, "to": status}, message=message)


def finish(session: Session, viewer: Viewer, ticket: Ticket, message: Message, writing: Writing, words: str) -> None:
    """The draft becomes the message: its files move over, the draft goes; the words become findable."""
    kind = "note" if message.kind == "note" else "reply"
    draft = session.scalar(select(Draft).where(Draft.ticket_id == ticket.id, Draft.agent_id == viewer.agent_id, Draft.kind == kind))
    names = [file.name for file in writing.files]
    session.add_all(Attachment(message_id=message.id, **vars(file)) for file in writing.files)
    if draft is not None:
        for attachment in session.scalars(
            select(Attachment).where(Attachment.draft_id == draft.id, Attachment.id.in_(writing.attachment_ids))
        ):
            attachment.message_id, attachment.draft_id = message.id, None
            names.append(attachment.name)
        session.flush()
        session.delete(draft)
    search_index.write_many(session, [search_index.row(ticket.id, message.id, words, search_index.tokens_of(ticket.subject, *names))])


def hash_of(writing: Writing) -> str:
    """Tells one text and its recipients from another."""
    parts = [writing.body.strip(), *(p.address for p in writing.to), "", *(p.address for p in writing.cc)]
    return sha256("\0".join(parts).encode()).hexdigest()


def snippet_of(body: str) -> str:
    """The first words, for the list."""
    return " ".join(body.split())[:200]
