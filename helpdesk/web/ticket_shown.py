"""A ticket as the templates show it."""

import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import get_locale
from markupsafe import Markup

from helpdesk import clock
from helpdesk.actions.reply import Writing
from helpdesk.models import Draft, Event, Message
from helpdesk.placeholders import LABELS
from helpdesk.policy import Viewer
from helpdesk.presence import present
from helpdesk.queries import roster
from helpdesk.queries.held import marks_of
from helpdesk.queries.tags import all_tags, tags_of
from helpdesk.queries.ticket import Entry, TicketPage
from helpdesk.queries.ticket import ticket_page as ask
from helpdesk.visit.reader import reader
from helpdesk.web.event_words import ICONS, in_words
from helpdesk.web.held_words import mark_word

FOLDED_UNSAID = 3
"""So few letters, the rule above a signature, may be left out without a word; all else that was cut off can be unfolded."""


@dataclass(frozen=True)
class ShownEntry:
    """One thing in the timeline. `kind`: "incoming", "outgoing", "note" or "event"; `order` is the id of its event.

    Of a message: `message`, `name` of who wrote it, `quoted` (the part that was not newly written, "" if none), `state` of its delivery
    ("" when it has none), `undo_seconds` left to take it back (only for its author), `marks` of screening in words; `robot`: one
    of them says that no person wrote it. Of an event: `icon` and `words`.
    """

    kind: str
    at: datetime
    order: int
    name: str = ""
    person_id: int = 0
    message: Message | None = None
    text: str = ""
    quoted: str = ""
    state: str = ""
    provider_words: str = ""
    undo_seconds: int = 0
    icon: str = ""
    words: Markup = field(default_factory=Markup)
    late: bool = False
    marks: tuple[str, ...] = ()
    robot: bool = False


def context(viewer: Viewer, number: int, *, everything: bool = False) -> dict[str, Any]:
    """For tickets/show.html and its parts: page, ticket, contact, entries, names to choose from, drafts and what the form needs."""
    page, language, names = ask(viewer, number, everything=everything), str(get_locale() or "ar"), roster.names()
    return {
        "page": page,
        "ticket": page.ticket,
        "contact": page.contact,
        "hidden": page.hidden,
        "tags": tags_of([number]).get(number, []),
        "entries": with_marks([shown(entry, page, names, language, viewer) for entry in page.entries]),
        "earlier": page.earlier,
        "names": page.names,
        "named_by": page.named_by,
        "assignee": names.agent(page.ticket.assignee_id, language),
        "team": names.team(page.ticket.team_id, language),
        "type": names.type(page.ticket.type_id, language),
        "inbox": names.inbox(page.ticket.inbox_id, language),
        "inbox_address": names.address(page.ticket.inbox_id),
        "quotes_history": page.ticket.inbox_id in names.quoting,
        "choices": choices(),
        "reply": form_of(page, "reply"),
        "placeholder_labels": placeholder_labels(language),
        "also_addressed": page.also_addressed,
        "note": form_of(page, "note"),
        "last_event_id": page.ticket.last_event_id,
        "presence": present([number]).get(number, []),
        "now": clock.now(),
    }


def choices() -> dict[str, Any]:
    """What the menus of a ticket offer: agents, teams and types that are in use as (id, name), and tags."""
    names, language = roster.names(), reader().language
    return {
        "agents": names.choices[language],
        "teams": [(i, names.team(i, language)) for i in names.teams],
        "types": [(i, names.type(i, language)) for i, kind in names.types.items() if kind[2]],
        "tags": all_tags(),
    }


@lru_cache(maxsize=10)
def placeholder_labels(_language: str) -> str:
    """{placeholder: what it stands for} as JSON, in the reader's language: the composer tells by it what is still open."""
    return json.dumps({name: str(label) for name, label in LABELS.items()}, ensure_ascii=False)


def form_of(page: TicketPage, kind: str) -> dict[str, Any]:
    """What the composer starts with: the draft, else an empty text to the contact."""
    draft: Draft | None = page.drafts.get(kind)
    to = ", ".join(person.address for person in page.to)
    fresh = {
        "body": "",
        "to": to,
        "cc": ", ".join(person.address for person in page.cc),
        "seen_event_id": page.ticket.last_event_id,
        "idempotency_key": secrets.token_hex(16),
        "files": [],
        "updated_at": None,
    }
    if draft is None:
        return fresh
    return fresh | {
        "body": draft.body,
        "to": draft.to or to,
        "cc": draft.cc,
        "files": draft.attachments,
        "updated_at": draft.updated_at,
        "seen_event_id": draft.seen_event_id if draft.body.strip() else page.ticket.last_event_id,
        "idempotency_key": draft.idempotency_key or fresh["idempotency_key"],
    }


def shown(entry: Entry, page: TicketPage, names: roster.Names, language: str, viewer: Viewer) -> ShownEntry:
    """A message or an event."""
    if entry.message is not None:
        return shown_message(entry, entry.message, names, language, viewer)
    event: Event | None = entry.event
    assert event is not None
    return ShownEntry(
        "event",
        entry.at,
        entry.order,
        person_id=event.agent_id or 0,
        icon=ICONS.get(event.kind, "info"),
        late=event.kind in ("delivery_failed", "delivery_uncertain"),
        words=in_words(event, names, page.contact.name, language),
    )


def letters(text: str) -> int:
    """How many there are, blanks aside."""
    return len("".join(text.split()))


def shown_message(entry: Entry, message: Message, names: roster.Names, language: str, viewer: Viewer) -> ShownEntry:
    """With its author's name, its own text apart from what it quotes, and how far it got."""
    incoming = message.kind == "incoming"
    text = message.reply_text or message.text
    quoted = message.text if incoming and message.reply_text and letters(message.text) > letters(message.reply_text) + FOLDED_UNSAID else ""
    ours = names.inbox(message.inbox_id, language) if message.automatic else names.agent(message.agent_id, language)
    name = message.from_name or message.from_address if incoming else ours
    left = (message.release_at - clock.now()).total_seconds() if message.release_at and message.released_at is None else 0
    return ShownEntry(
        message.kind,
        entry.at,
        entry.order,
        name=name,
        person_id=(message.contact_id if incoming else message.agent_id) or 0,
        message=message,
        text=text,
        quoted=quoted,
        state=state_of(message),
        provider_words=message.delivery.provider_words if message.delivery else "",
        undo_seconds=max(0, round(left)) if message.agent_id == viewer.agent_id else 0,
    )


def with_marks(entries: list[ShownEntry]) -> list[ShownEntry]:
    """What screening said of the messages, by one look-up."""
    raw_ids = [entry.message.raw_message_id for entry in entries if entry.message and entry.message.raw_message_id]
    marks = marks_of(raw_ids)
    return [marked(entry, steps_of(entry.message, marks)) if entry.kind == "incoming" else entry for entry in entries]


def marked(entry: ShownEntry, steps: list[str]) -> ShownEntry:
    """With its marks."""
    return replace(entry, marks=tuple(mark_word(step) for step in steps), robot=any(step != "partial" for step in steps))


def steps_of(message: Message | None, marks: dict[int, list[str]]) -> list[str]:
    """Of one message; a robot that came by a door without screening is one, too."""
    steps = marks.get(message.raw_message_id or 0, []) if message else []
    robot = ["auto_reply"] if message and message.auto_reply and not {"auto_reply", "absence"} & set(steps) else []
    return [*steps, *robot]


def state_of(message: Message) -> str:
    """The delivery's state; "pending" from writing until there is one, as every mail gets it; "" for what does not leave."""
    if message.kind != "outgoing":
        return ""
    if message.delivery is not None:
        return message.delivery.state
    return "pending" if message.release_at or message.channel == "email" else "sent"


def stopped_context(viewer: Viewer, number: int, entries: list[Entry], writing: Writing) -> dict[str, Any]:
    """For tickets/_stopped.html: `unseen` is what is new, `draft` what was about to leave, `last_event_id` what is seen from now on."""
    found = context(viewer, number)
    language, names = str(get_locale() or "ar"), roster.names()
    return found | {
        "unseen": with_marks([shown(entry, found["page"], names, language, viewer) for entry in entries]),
        "draft": writing,
        "key": writing.key,
    }
