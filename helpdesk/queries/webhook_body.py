"""What a webhook is told of an event: one JSON object, read when the event is handled and the same ever after."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models import Agent, Contact, Event, Inbox, Message, Rule, Tag, Team, Ticket, TicketType, ticket_tag
from helpdesk.models.ticket import PRIORITIES

MOST_TEXT = 10_000
"""Bytes of UTF-8 of what somebody wrote."""
SECRET = ("password", "secret", "token", "key")
"""What the names of values end with that are told to nobody."""
Named = dict[str, Any] | None


def body_of(session: Session, ticket: Ticket, event: Event, key: str, *, with_texts: bool, rule_id: int | None = None) -> str:
    """The body for an event. `rule_id`: the rule that asked for it, where it was one."""
    message = session.get(Message, event.message_id) if event.message_id is not None else None
    return written({
        "id": key, "kind": event.kind, "at": iso(event.at), "actor": actor_of(session, event), "ticket": ticket_of(session, ticket),
        "change": without_secrets(event.data), "message": message_of(message, with_texts) if message else None,
        "rule": named(session, Rule, rule_id),
    })  # fmt: skip


def body_of_rule(session: Session, ticket: Ticket, key: str, rule_id: int | None) -> str:
    """The body where a rule or a macro asked for it and no event stands behind it: time came, or an agent pressed a button."""
    rule = named(session, Rule, rule_id)
    return written({
        "id": key, "kind": "rule_asked", "at": iso(clock.now()), "actor": {"kind": "rule", **(rule or {"id": None, "name": ""})},
        "ticket": ticket_of(session, ticket), "change": {}, "message": None, "rule": rule,
    })  # fmt: skip


def body_of_test(key: str) -> str:
    """The body of a test."""
    nobody = {"kind": "system", "id": None, "name": ""}
    return written({"id": key, "kind": "test", "at": iso(clock.now()), "actor": nobody, "ticket": None, "change": {}, "message": None,
                    "rule": None})  # fmt: skip


def written(told: dict[str, Any]) -> str:
    """JSON in one line, letters as they are."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def iso(moment: datetime) -> str:
    """UTC, as RFC 3339 has it."""
    return moment.isoformat().replace("+00:00", "Z")


def actor_of(session: Session, event: Event) -> dict[str, Any]:
    """Who did it; the desk itself has no number."""
    model, number = {
        "agent": (Agent, event.agent_id), "contact": (Contact, event.contact_id), "rule": (Rule, event.rule_id),
    }.get(event.actor, (None, None))  # fmt: skip
    found = named(session, model, number) if model else None
    return {"kind": event.actor, **(found or {"id": number, "name": ""})}


def ticket_of(session: Session, ticket: Ticket) -> dict[str, Any]:
    """The ticket as it stands now."""
    tags = select(Tag.name).join(ticket_tag, ticket_tag.c.tag_id == Tag.id).where(ticket_tag.c.ticket_id == ticket.id).order_by(Tag.name)
    inbox = session.get_one(Inbox, ticket.inbox_id)
    return {
        "number": ticket.id, "subject": ticket.subject, "status": ticket.status, "priority": PRIORITIES[ticket.priority],
        "type": named(session, TicketType, ticket.type_id), "team": named(session, Team, ticket.team_id),
        "assignee": named(session, Agent, ticket.assignee_id), "tags": list(session.scalars(tags)),
        "inbox": {"id": inbox.id, "name": inbox.name}, "channel": inbox.channel, "contact": named(session, Contact, ticket.contact_id),
    }  # fmt: skip


def message_of(message: Message, with_texts: bool) -> dict[str, Any]:
    """Its number and direction; with what was newly written where the webhook may have it."""
    told: dict[str, Any] = {"id": message.id, "direction": message.kind}
    return told | ({"text": cut(message.reply_text or message.text)} if with_texts else {})


def cut(text: str) -> str:
    """No more than MOST_TEXT bytes, and no half letter."""
    return text.encode()[:MOST_TEXT].decode(errors="ignore")


def named(session: Session, model: Any, number: int | None) -> Named:
    """{"id", "name"} of a row; None for none."""
    found = session.get(model, number) if number is not None else None
    return {"id": found.id, "name": found.name} if found is not None else None


def without_secrets(value: Any) -> Any:
    """What changed, without values whose names say that they are secrets."""
    if isinstance(value, dict):
        return {name: without_secrets(inner) for name, inner in value.items() if not name.lower().endswith(SECRET)}
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value
