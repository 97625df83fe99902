"""What the placeholders of a canned reply stand for in one ticket, in the moment of use."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.fields import clean
from helpdesk.models import Agent, Contact, Desk, Inbox, Message, Team, Ticket, TicketType

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def values_for(
    session: Session, ticket: Ticket, language: str, agent: Agent | None = None, *, answering: Message | None = None,
) -> dict[str, str]:
    """Placeholder -> its value in that language, "" where there is none. Dates are those of the desk's zone; their digits the agent's in
    an Arabic text; a ticket's number stays as people copy it.

    `answering` is the message that the desk answers by itself: where nobody vouches for its sender, nothing of what he wrote goes into
    a mail that may reach somebody else (safety S10): he is a customer without a name, and his subject is no value.
    """
    contact, desk, inbox = session.get(Contact, ticket.contact_id), session.get(Desk, 1), session.get_one(Inbox, ticket.inbox_id)
    team, kind = session.get(Team, ticket.team_id or 0), session.get(TicketType, ticket.type_id or 0)
    digits = agent.digits if agent is not None and language == "ar" else "latn"
    doubted = answering is not None and not answering.verified
    return {
        "customer_name": nameless(language) if doubted else line(contact.name if contact else ""),
        "ticket_number": str(ticket.id),
        "subject": "" if doubted else line(ticket.subject),
        "ticket_type": kind.shown_name(language) if kind else "",
        "agent_name": agent.shown_name(language) if agent else "",
        "team_name": team.shown_name(language) if team else "",
        "desk_name": desk.shown_name(language) if desk else "",
        "inbox_name": inbox.shown_name(language),
        "inbox_address": inbox.address,
        **days(ticket.due_at, ZoneInfo(desk.time_zone if desk else "Asia/Riyadh"), language, digits),
    }


def nameless(language: str) -> str:
    """How somebody is addressed whose name is not proved to be his."""
    with force_locale(language):
        return str(_("dear customer"))


def line(text: str) -> str:
    """What somebody wrote, as one line without controls."""
    return clean(" ".join(text.split()))


def days(due: datetime | None, zone: ZoneInfo, language: str, digits: str) -> dict[str, str]:
    """Today, and when the ticket is due."""
    locale = Locale.parse(language if language in ("ar", "en") else "en")
    then = due.astimezone(zone) if due else None
    found = {
        "today": format_date(clock.now().astimezone(zone), "d MMMM y", locale=locale),
        "due_date": format_date(then, "EEEE d MMMM y", locale=locale) if then else "",
        "due_time": format_time(then, "H:mm", locale=locale) if then else "",
    }
    return {name: text.translate(ARABIC_INDIC) if digits == "arab" else text for name, text in found.items()}
