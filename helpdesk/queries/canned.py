"""Canned replies: who sees and changes which, what a search while typing finds, and which text goes to a customer."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, exists, select
from sqlalchemy.orm import Session, selectinload

from helpdesk import placeholders
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.folding import fold
from helpdesk.models import CannedReply, CannedText, Contact, Desk, Inbox, Message, Ticket
from helpdesk.policy import Viewer
from helpdesk.queries.owned import seen_by

LANGUAGES = ("ar", "en")
"""In which a reply may be written."""
MOST_LETTERS, MOST_WORDS, MOST_SHOWN, MOST_PICKED, MOST_RANKED = 20_000, 8, 500, 20, 200


@dataclass(frozen=True)
class Chosen:
    """The text for a customer, in his language; its placeholders are not filled in yet."""

    language: str
    text: str


@dataclass(frozen=True)
class Missing:
    """There is no text in the customer's language; `there` are those in which there is one."""

    language: str
    there: tuple[str, ...]


def find(viewer: Viewer, reply_id: int) -> CannedReply:
    """One that the viewer sees, else NotFound."""
    wanted = select(CannedReply).where(CannedReply.id == reply_id, seen_by(viewer, CannedReply))
    found: CannedReply | None = db.session.scalar(wanted.options(selectinload(CannedReply.texts)))
    if found is None:
        raise NotFound
    return found


def shelf(viewer: Viewer, query: str = "") -> Sequence[CannedReply]:
    """Everything the viewer sees, by folder and name; with a query those of which one text, with names and folder, has all its words."""
    rows = with_texts(seen_by(viewer, CannedReply), *matching(query))
    return db.session.scalars(rows.order_by(CannedReply.folder, CannedReply.name, CannedReply.id).limit(MOST_SHOWN)).all()


def picked(viewer: Viewer, query: str = "") -> Sequence[CannedReply]:
    """What the composer offers: those that are switched on, those whose name is asked for before all others, then the most used."""
    rows = with_texts(CannedReply.active, seen_by(viewer, CannedReply), *matching(query))
    found = db.session.scalars(rows.order_by(CannedReply.uses.desc(), CannedReply.name, CannedReply.id).limit(MOST_RANKED)).all()
    return sorted(found, key=lambda reply: distance(reply, fold(query[:200])))[:MOST_PICKED]


def distance(reply: CannedReply, query: str) -> int:
    """How far a name is from a folded query: 0 the same, 1 it begins so, 2 each word begins one of its words, 3 only the text has them."""
    names, words = [fold(name) for name in (reply.name, reply.name_ar) if name], query.split()
    if not words:
        return 0
    if query.strip() in names:
        return 0
    if any(name.startswith(query.strip()) for name in names):
        return 1
    begun = any(all(any(part.startswith(word) for part in name.split()) for word in words) for name in names)
    return 2 if begun else 3


def with_texts(*which: ColumnExpressionArgument[bool]) -> Select[CannedReply]:
    """Those replies, and their texts by one more statement."""
    return select(CannedReply).where(*which).options(selectinload(CannedReply.texts))


def matching(query: str) -> list[ColumnElement[bool]]:
    """Every word of the query, begun or whole, in one text."""
    words = fold(query[:200]).split()[:MOST_WORDS]
    if not words:
        return []
    held = [CannedText.folded.contains(word, autoescape=True) for word in words]
    return [exists().where(CannedText.reply_id == CannedReply.id, *held)]


def problem_of(text: str) -> str:
    """Why a text cannot be kept, or ""."""
    if len(text) > MOST_LETTERS:
        return str(ngettext("At most %(num)s character.", "At most %(num)s characters.", MOST_LETTERS))
    if unknown := placeholders.unknown_in(text):
        return str(_("There is no placeholder %(name)s. Choose one of the list.", name=f"{{{{{unknown[0]}}}}}"))
    return ""


def text_for(session: Session, ticket: Ticket, reply: CannedReply, language: str = "") -> Chosen | Missing:
    """The reply in the customer's language, else Missing: never in another one unless `language` asks for it."""
    wanted = language or language_of_customer(session, ticket)
    texts = {text.language: text.text for text in reply.texts if text.text}
    return Chosen(wanted, texts[wanted]) if wanted in texts else Missing(wanted, tuple(sorted(texts)))


def language_of_customer(session: Session, ticket: Ticket) -> str:
    """The contact's, else that of the last message that came in, else the inbox's, else the desk's."""
    contact, inbox, desk = session.get(Contact, ticket.contact_id), session.get(Inbox, ticket.inbox_id), session.get(Desk, 1)
    last = select(Message.language).where(Message.ticket_id == ticket.id, Message.kind == "incoming", Message.language.not_in(["", "und"]))
    return (
        known(contact.language if contact else "")
        or session.scalar(last.order_by(Message.id.desc()).limit(1))
        or known(inbox.language if inbox else "")
        or (desk.language if desk else "ar")
    )


def known(language: str) -> str:
    """ "und" says as little as nothing."""
    return "" if language == "und" else language
