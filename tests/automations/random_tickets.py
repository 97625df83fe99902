"""Tickets of every kind, and groups of conditions that somebody could ask of them, drawn by chance."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from automations.conditions.as_filter import in_views
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS, Word
from helpdesk.actions import sla_policies, ticket_types
from helpdesk.actions.receive import receive
from helpdesk.actions.sla_policies import PolicyChange
from helpdesk.actions.transaction import transaction
from helpdesk.clock import FAR
from helpdesk.extensions import db
from helpdesk.models import Address, Contact, Event, Message, SlaPolicy, SlaTarget, Tag, Ticket
from helpdesk.models.sla import TARGET_STATES
from helpdesk.models.ticket import PLACES, STATUSES
from tests.factories import NOW, SmallDesk

MINUTES = (0, 1, 2, 59, 60, 61, 1440)
LANGUAGES = ("ar", "en", "und", "")
FLAGS = ("stranger", "forged", "unverified", "same_id", "forwarded_by_agent")
HAPPENED = ("status_changed", "ticket_assigned", "team_changed", "priority_changed", "type_changed", "ticket_tagged", "policy_changed",
            "subject_changed", "ticket_snoozed", "ticket_woken", "ticket_moved", "delivery_failed", "delivery_bounced")  # fmt: skip
TAGS = ("مرتجع", "repair", "vip")


def moments(chance: random.Random) -> Any:
    """Around the edges of whole minutes, and a little in the future."""
    return NOW - timedelta(minutes=chance.choice([*MINUTES, -1, -2]), seconds=chance.choice([0, 1, -1, 30]))


def fill(desk: SmallDesk, chance: random.Random, many: int) -> list[int]:
    """So many tickets with their messages, tags and customers; their numbers."""
    types = [ticket_types.add(name).id for name in ("Repair", "Return")]
    promises = [PolicyChange(name, "", {"targets": {}}) for name in ("One", "Another")]
    policies = [sla_policies.create(desk.viewer("admin"), promised).id for promised in promises]
    mails = [desk.mail(f"Mail {place}", sender=f"c{place % (many - 5)}@example.com") for place in range(many)]
    numbers = [receipt.ticket_id for receipt in receive(mails)]
    with transaction() as session:
        tags = [Tag(name=name, folded=name) for name in TAGS]
        session.add_all(tags)
        for number in numbers:
            ticket = session.get_one(Ticket, number)
            ticket.tags = chance.sample(tags, chance.randint(0, 3))
            ticket.status, ticket.place, ticket.priority = chance.choice(STATUSES), chance.choice([*PLACES, "inbox"]), chance.randint(0, 3)
            ticket.snoozed_until = chance.choice([None, None, NOW + timedelta(days=1)])
            ticket.team_id = chance.choice([None, desk.ids["repairs"], desk.ids["returns"]])
            ticket.assignee_id = chance.choice([None, desk.ids["rana"], desk.ids["omar"]])
            ticket.inbox_id = desk.ids[chance.choice(["support", "parcels"])]
            ticket.type_id = chance.choice([None, *types])
            ticket.due_state, ticket.due_at = chance.choice([("", None), ("running", moments(chance)), ("paused", None), ("breached", NOW)])
            ticket.created_at, ticket.waiting_since = moments(chance), chance.choice([FAR, moments(chance)])
            ticket.last_at = moments(chance)
            ticket.sla_policy_id = chance.choice([None, None, *policies])
            ticket.settle()
            talk(desk, chance, ticket)
            happen(chance, ticket, policies[0])
        session.flush()
        silent = chance.sample(numbers, 3)
        session.execute(update(Message).where(Message.ticket_id.in_(silent)).values(kind="note"))
    db.session.expire_all()
    return numbers


def talk(desk: SmallDesk, chance: random.Random, ticket: Ticket) -> None:
    """Some messages more, of every sort."""
    first = db.session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
    first.created_at, first.language = moments(chance), chance.choice(LANGUAGES)
    contact = db.session.get_one(Contact, ticket.contact_id)
    contact.language, contact.created_at = chance.choice(LANGUAGES), moments(chance)
    contact.addresses.append(Address(  # house: a test's own rows
        kind="phone", value=f"+96650000{ticket.id:04}", shown="", blocked_at=chance.choice([None, NOW]),
        undeliverable_at=chance.choice([None, NOW])))
    for _ in range(chance.randint(0, 3)):
        db.session.add(Message(  # house: a test's own rows
            ticket_id=ticket.id, inbox_id=ticket.inbox_id, kind=chance.choice(["incoming", "outgoing", "note"]),
            channel=chance.choice(["email", "sms", "chat"]), language=chance.choice(LANGUAGES), verified=chance.random() < 0.5,
            auto_reply=chance.choice(["", "absence"]), automatic=chance.random() < 0.3, flags=chance.sample(FLAGS, chance.randint(0, 2)),
            authentication=chance.choice(["pass", "fail", ""]), signature=chance.choice(["valid", "unchecked", ""]),
            created_at=moments(chance), cancelled_at=chance.choice([None, None, NOW])))


def happen(chance: random.Random, ticket: Ticket, policy: int) -> None:
    """Events of every sort, and promises in every state."""
    for kind in chance.sample(HAPPENED * 2, 8):
        db.session.add(Event(ticket_id=ticket.id, kind=kind, at=moments(chance), actor="system", data={}))  # house: a test's own rows
    version = db.session.get_one(SlaPolicy, policy).version_id
    for place, name in enumerate(chance.choices(("first_response", "next_response", "resolution"), k=chance.randint(0, 5))):
        db.session.add(SlaTarget(  # house: a test's own rows
            ticket_id=ticket.id, version_id=version, name=name, state=chance.choice(TARGET_STATES), started_at=NOW + timedelta(place)))


def group(chance: random.Random, depth: int = 1) -> dict[str, Any]:
    """A group of up to three parts, in which groups stand."""
    parts = [group(chance, depth + 1) if depth < 4 and chance.random() < 0.25 else condition(chance) for _ in range(chance.randint(0, 3))]
    return {chance.choice(["all", "any", "none"]): parts}


def condition(chance: random.Random, word: Word | None = None) -> dict[str, Any]:
    """A condition of a word that views ask with."""
    word = word or chance.choice([word for word in WORDS.values() if in_views(word)])
    test = chance.choice(list(KINDS[word.kind]))
    takes = KINDS[word.kind][test].takes
    return {"word": word.name, "test": test} | ({"value": value(chance, word, takes)} if takes else {})


def value(chance: random.Random, word: Word, takes: str) -> Any:
    """What it is compared with; some of what can be chosen is gone."""
    if takes == "choices":
        known = [key for key, _label in word.choices()] if word.choices else []
        return chance.sample([*known, "99999", "007", "gone"], chance.randint(1, 3))
    if takes == "tags":
        return chance.sample([*TAGS, "nobody's"], chance.randint(1, 2))
    return chance.choice(MINUTES) if takes == "minutes" else chance.choice([0, 1, 2, 2.5, 3, 10**9])
