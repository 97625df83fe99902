"""May the desk write by itself? One question for acknowledgements and for every rule that answers (RFC 3834, safety S9 to S11).

No where a program may have written, where the sender is doubted, or where it was enough. The counters are rows of the database, so
that no restart and no second worker forgets them; they count one by one, whoever asks at the same time.
"""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.actions.attempts import Limit, spend
from helpdesk.folding import fold_email
from helpdesk.models import Address, Inbox, Message, Screening, Ticket
from helpdesk.queries import breaker

DAY, HOUR = 24 * 3600, 3600
PER_TICKET = Limit("automatic-ticket", 1, DAY)
UNPROVED = Limit("automatic-unproved", 1, HOUR)
PER_ADDRESS = Limit("automatic-address", 3, DAY)
PER_INBOX = Limit(breaker.NAME, breaker.MOST, breaker.SECONDS)
ROBOTS = ("auto_reply", "absence", "bulk", "machine", "bounce", "complaint", "loop", "own_mail", "spam")
UNANSWERED = re.compile(r"(?:no|do[-_.]?not|donot)[-_.]?(?:reply|respond|answer)\d*|mailer[-_.]?daemon|postmaster|bounces?", re.IGNORECASE)


def may_answer_automatically(session: Session, ticket: Ticket, message: Message) -> str:
    """ "" when a mail may leave to the requester by itself in answer to this message of his; it is counted at once. Else why not: "robot",
    "sender", "ours", "forged", "stranger", "unreachable", "often" or "breaker". Part of the caller's transaction, which locks the ticket.
    """
    return refused(session, ticket, message) or counted(session, ticket, message)


def refused(session: Session, ticket: Ticket, message: Message) -> str:
    """What the message itself forbids, whoever asks and however often."""
    address = fold_email(message.from_address)
    local, _, domain = address.rpartition("@")
    if message.kind != "incoming" or message.backfilled or not local:
        return "sender"
    if message.auto_reply or is_marked(session, message):
        return "robot"
    if UNANSWERED.fullmatch(local.partition("+")[0]):
        return "sender"
    if session.scalar(select(Inbox.id).where(Inbox.address.in_([address, f"{local.partition('+')[0]}@{domain}"])).limit(1)):
        return "ours"
    if message.authentication == "fail" or "forged" in message.flags:
        return "forged"
    known = session.scalar(select(Address).where(Address.kind == "email", Address.value == address))
    wrote_himself = message.contact_id == ticket.contact_id and not {"stranger", "forwarded_by_agent"} & set(message.flags)
    if not wrote_himself or known is None or known.contact_id != ticket.contact_id:
        return "stranger"
    return "unreachable" if known.undeliverable_at or known.blocked_at else ""


def is_marked(session: Session, message: Message) -> bool:
    """Whether a step of screening said that no person wrote it (RFC 3834 section 2)."""
    if message.raw_message_id is None:
        return False
    marked = select(Screening.id).where(
        Screening.raw_message_id == message.raw_message_id, Screening.step.in_(ROBOTS), Screening.undone_at.is_(None))
    return session.scalar(marked.limit(1)) is not None


def counted(session: Session, ticket: Ticket, message: Message) -> str:
    """What was sent lately: once a sender and ticket, three times an address a day, once an hour where nothing proves who wrote; and the
    breaker of the inbox, for what nobody thought of."""
    address = fold_email(message.from_address)
    if spend(session, PER_TICKET, f"{address} {ticket.id}").full:
        return "often"
    if not message.verified and spend(session, UNPROVED, address).full:
        return "often"
    if spend(session, PER_ADDRESS, address).full:
        return "often"
    return "breaker" if spend(session, PER_INBOX, str(ticket.inbox_id)).full else ""
