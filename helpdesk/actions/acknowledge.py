"""A new ticket is confirmed at once, where its inbox says so: with its number and the promised hours, and no word of whoever wrote."""

from datetime import timedelta

from flask_babel import force_locale, gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.automatic import may_answer_automatically
from helpdesk.actions.automatic_reply import write_automatic
from helpdesk.actions.record import SYSTEM, held_ticket
from helpdesk.models import Contact, Desk, Event, Inbox, Message, Ticket

LATE = timedelta(hours=12)
"""So long after the mail, a confirmation confirms nothing."""


def wanted(session: Session, ticket: Ticket, _kind: str) -> bool:
    """Only the inboxes that acknowledge cost a row."""
    return session.get_one(Inbox, ticket.inbox_id).acknowledge


def acknowledge(session: Session, event: Event) -> None:
    """The subscriber of ticket_opened: once a ticket, to the requester alone, unless somebody was quicker or the desk may not write by
    itself. The status and whoever waits stay as they are."""
    ticket = held_ticket(session, event.ticket_id)
    message = session.get(Message, event.message_id)
    inbox = session.get_one(Inbox, ticket.inbox_id)
    if message is None or not inbox.acknowledge or event.at < clock.now() - LATE or is_answered(session, ticket):
        return
    if may_answer_automatically(session, ticket, message):
        return
    language = language_for(session, inbox, message)
    desk = session.get(Desk, 1)
    subject, text = words(language, desk.shown_name(language) if desk else inbox.shown_name(language), ticket.id, inbox.promise_hours)
    write_automatic(session, ticket, message, subject, text, language, SYSTEM)


def is_answered(session: Session, ticket: Ticket) -> bool:
    """Whether anything left in this ticket, or is about to."""
    answers = select(Message.id).where(Message.ticket_id == ticket.id, Message.kind == "outgoing", Message.cancelled_at.is_(None))
    return session.scalar(answers.limit(1)) is not None


def language_for(session: Session, inbox: Inbox, message: Message) -> str:
    """Of the mail, else of its writer, of the inbox, of the desk; "ar" or "en"."""
    desk, contact = session.get(Desk, 1), session.get(Contact, message.contact_id or 0)
    found = message.language or (contact.language if contact else "") or inbox.language or (desk.language if desk else "")
    return "ar" if found == "ar" else "en"


def words(language: str, desk: str, number: int, hours: int | None) -> tuple[str, str]:
    """Subject and text of the confirmation in that language; `hours` None promises nothing."""
    with force_locale(language):
        promise = ngettext("We answer within %(num)s hour.", "We answer within %(num)s hours.", hours) if hours else ""
        subject = gettext("We have your message, number #%(number)s", number=number)
        text = gettext(
            "Hello,\n\nyour message has reached %(desk)s. Its number is #%(number)s.", desk=desk, number=number)
        end = gettext("To add something, answer this mail. It was sent by itself; a person reads yours.")
    return subject, "\n\n".join(part for part in (text, promise, end) if part)
