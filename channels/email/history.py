"""What an answer carries below its text: what was said before, newest first, in the words of the answer's language."""

from babel.dates import format_datetime, get_timezone
from sqlalchemy import select

from channels.email.compose import Quoted
from helpdesk.extensions import db
from helpdesk.models import Desk, Message

MOST_MESSAGES, MOST_CHARACTERS = 10, 20_000
WROTE = {"en": "On {when}, {who} wrote:", "ar": "في {when}، كتب {who}:"}
FORMS = {"en": "d MMM y 'at' HH:mm", "ar": "d MMMM y 'الساعة' HH:mm"}


def history_of(message: Message, language: str) -> list[Quoted]:
    """The public messages of the ticket up to `message.quoted_id`; empty where the answer quotes nothing."""
    if message.quoted_id is None:
        return []
    earlier = (
        select(Message)
        .where(Message.ticket_id == message.ticket_id, Message.id <= message.quoted_id)
        .where(Message.kind != "note", Message.cancelled_at.is_(None), Message.automatic.is_(False))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MOST_MESSAGES)
    )
    desk = db.session.get(Desk, 1)
    zone = desk.time_zone if desk else "Asia/Riyadh"
    found, left = [], MOST_CHARACTERS
    for one in db.session.scalars(earlier):
        text = (one.reply_text or one.text)[:left]
        left -= len(text)
        if text.strip():
            found.append(Quoted(line_of(one, language, zone), text))
    return found


def line_of(message: Message, language: str, zone: str) -> str:
    """When and who, on one line, as mail programs write it, so that they fold it away."""
    at = (message.sent_at or message.created_at).astimezone(get_timezone(zone))
    who = message.from_name or message.from_address
    return WROTE[language].format(when=format_datetime(at, FORMS[language], locale=language), who=" ".join(who.split()))
