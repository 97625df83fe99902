"""A mail that the desk writes by itself: a confirmation, or what a rule answers. One way out for both (RFC 3834, safety S9 to S11)."""

from sqlalchemy.orm import Session

from helpdesk import clock, vault
from helpdesk.actions.automatic import may_answer_automatically
from helpdesk.actions.record import Actor, record
from helpdesk.models import Inbox, Message, Ticket

MOST_REFERENCES = 50


def answer_with(session: Session, ticket: Ticket, message: Message, text: str, language: str, actor: Actor, *, subject: str = "") -> str:
    """Answers a message of the requester with a text, by the door it came in; part of the caller's transaction, which locks the ticket.

    "" once it is written, else why not, and nothing is: "empty", or a word of `may_answer_automatically`. Without a subject of its own
    it carries the ticket's, but to somebody whom nobody vouches for only the number, because the subject is a stranger's text. The
    status and whoever waits stay as they are: a mail that wrote itself is no answer.
    """
    if not text.strip():
        return "empty"
    if reason := may_answer_automatically(session, ticket, message):
        return reason
    write_automatic(session, ticket, message, subject or (ticket.subject if message.verified else f"#{ticket.id}"), text, language, actor)
    return ""


def write_automatic(session: Session, ticket: Ticket, message: Message, subject: str, text: str, language: str, actor: Actor) -> Message:
    """The mail as a message that has left the undo window, to the requester alone. Only after `may_answer_automatically` allowed it."""
    written = automatic_message(session.get_one(Inbox, ticket.inbox_id), ticket, message, subject, text, language)
    session.add(written)
    session.flush()
    record(session, ticket, "reply_released", actor, message=written)
    return written


def automatic_message(inbox: Inbox, ticket: Ticket, message: Message, subject: str, text: str, language: str) -> Message:
    """It goes to the bare address: a name is the stranger's own text (safety S10)."""
    now = clock.now()
    names = [*message.references, *([message.external_id] if message.external_id else [])]
    return Message(
        ticket_id=ticket.id, inbox_id=inbox.id, kind="outgoing", channel=inbox.channel, from_address=inbox.address,
        to=[{"name": "", "address": message.from_address}], subject=subject, text=text, reply_text=text, language=language,
        external_id=vault.mint_message_id(ticket.id, inbox.address.rpartition("@")[2]), in_reply_to=message.external_id or "",
        references=names[-MOST_REFERENCES:], verified=True, created_at=now, released_at=now, automatic=True,
    )  # fmt: skip
