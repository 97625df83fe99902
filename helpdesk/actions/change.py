"""What agents do to a ticket: assign, team, status, priority, type, tags, subject, place, snooze. What changes nothing writes nothing."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk import clock, search_index
from helpdesk.actions.record import SYSTEM, Actor, by_agent, held_ticket, record
from helpdesk.actions.transaction import hint, transaction
from helpdesk.errors import Invalid
from helpdesk.folding import fold
from helpdesk.models import Agent, SlaPolicy, Tag, Team, Ticket, TicketType, ticket_tag
from helpdesk.models.ticket import PLACES, PRIORITIES, STATUSES
from helpdesk.policy import Viewer, topics_of_ticket
from helpdesk.queries import together
from helpdesk.queries.tags import tags_on

MAKES_TAGS = select(func.pg_advisory_xact_lock(func.hashtext("tag")))
"""Whoever makes a new tag; held until the transaction ends."""
TAGGED, NAMED = ticket_tag.insert(), select(Tag).where(Tag.folded == bindparam("folded")).execution_options(autoflush=False)
Change = Callable[[Session, Ticket, Actor], None]


def change(viewer: Viewer, number: int, *changes: Change) -> Ticket:
    """Applies changes to a ticket the viewer sees, in one transaction. Those who lose sight of it hear of it too."""
    with transaction() as session:
        ticket = held_ticket(session, number, viewer)
        before, last = topics_of_ticket(ticket), ticket.last_event_id
        for apply in changes:
            apply(session, ticket, by_agent(viewer.agent_id))
        if ticket.last_event_id != last:
            tell_those_who_lost_it(session, ticket, before, viewer.agent_id)
    return ticket


def tell_those_who_lost_it(session: Session, ticket: Ticket, before: list[str], agent_id: int) -> None:
    """A hint to those who saw the ticket (`before` are its topics of then) and see it no more."""
    if lost := [topic for topic in before if topic not in topics_of_ticket(ticket)]:
        told = {"ticket": ticket.id, "kind": "team_changed", "inbox": ticket.inbox_id, "event": ticket.last_event_id, "agent": agent_id}
        hint(session, lost, told)


def assign(agent_id: int | None) -> Change:
    """To an agent, or to nobody."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if ticket.assignee_id == agent_id:
            return
        agent = session.get(Agent, agent_id) if agent_id is not None else None
        if agent_id is not None and (agent is None or not agent.active):
            raise Invalid("agent_unknown", "assignee")
        before, ticket.assignee_id = ticket.assignee_id, agent_id
        record(session, ticket, "ticket_assigned" if agent else "ticket_unassigned", actor, {"from": before, "to": agent_id})

    return apply


def set_team(team_id: int | None) -> Change:
    """To a team, or to none."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if ticket.team_id == team_id:
            return
        if team_id is not None and session.get(Team, team_id) is None:
            raise Invalid("team_unknown", "team")
        before, ticket.team_id = ticket.team_id, team_id
        record(session, ticket, "team_changed", actor, {"from": before, "to": team_id})

    return apply


def set_status(status: str) -> Change:
    """One of STATUSES."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if status not in STATUSES:
            raise Invalid("status_unknown", "status")
        if ticket.status == status and ticket.snoozed_until is None:
            return
        before = ticket.status
        ticket.set_status(status)
        record(session, ticket, "status_changed", actor, {"from": before, "to": status})

    return apply


def set_priority(priority: str) -> Change:
    """One of PRIORITIES, by its word."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if priority not in PRIORITIES:
            raise Invalid("priority_unknown", "priority")
        rank = PRIORITIES.index(priority)
        if ticket.priority == rank:
            return
        before, ticket.priority = PRIORITIES[ticket.priority], rank
        record(session, ticket, "priority_changed", actor, {"from": before, "to": priority})

    return apply


def set_type(type_id: int | None) -> Change:
    """One of the desk's types that is in use, or none."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if ticket.type_id == type_id:
            return
        kind = session.get(TicketType, type_id) if type_id is not None else None
        if type_id is not None and (kind is None or not kind.active):
            raise Invalid("type_unknown", "type")
        before, ticket.type_id = ticket.type_id, type_id
        record(session, ticket, "type_changed", actor, {"from": before, "to": type_id})

    return apply


def set_policy(policy_id: int | None) -> Change:
    """Under a promise that somebody chose, whatever its conditions say; None: under the first whose conditions hold."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if ticket.sla_policy_id == policy_id:
            return
        policy = session.get(SlaPolicy, policy_id) if policy_id is not None else None
        if policy_id is not None and (policy is None or not policy.active):
            raise Invalid("policy_unknown", "policy")
        before, ticket.sla_policy_id = ticket.sla_policy_id, policy_id
        names = {"name": policy.name, "name_ar": policy.name_ar} if policy else {}
        record(session, ticket, "policy_changed", actor, {"from": before, "to": policy_id} | names)

    return apply


def set_subject(subject: str) -> Change:
    """New words over the ticket."""
    words = " ".join(subject.split())[:500]

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if not words:
            raise Invalid("subject_missing", "subject")
        if ticket.subject == words:
            return
        before, ticket.subject = ticket.subject, words
        record(session, ticket, "subject_changed", actor, {"from": before, "to": words})
        search_index.write(session, ticket, None, words)

    return apply


def tag(name: str) -> Change:
    """Adds a tag; one that differs only in spelling is the same."""
    word = " ".join(name.replace("#", " ").split())[:60]

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if not any(letter.isalnum() for letter in word):
            raise Invalid("tag_missing", "tag")
        found, on = tag_named(session, word), tags_on(session, ticket.id)
        if found.id in on:
            return
        session.connection().execute(TAGGED, {"ticket_id": ticket.id, "tag_id": found.id})
        on[found.id] = found.folded
        record(session, ticket, "ticket_tagged", actor, {"tag": found.name})

    return apply


def tag_named(session: Session, word: str) -> Tag:
    """The tag; made when new, also where somebody makes the same one in this moment."""
    folded = fold(word)[:60]
    return together.once(session, f"tag {folded}", lambda: found_or_made(session, word, folded))


def found_or_made(session: Session, word: str, folded: str) -> Tag:
    """The same from the tables."""
    found = session.scalar(NAMED, {"folded": folded})
    if found is None:
        dialect = session.get_bind().dialect.name
        if dialect == "postgresql":  # two sets that make the same tags in another order would wait for each other
            session.execute(MAKES_TAGS)
        insert = (postgresql if dialect == "postgresql" else sqlite).insert(Tag)
        session.execute(insert.values(name=word, folded=folded).on_conflict_do_nothing(index_elements=[Tag.folded]))
        found = session.scalars(NAMED, {"folded": folded}).one()
    return found


def untag(name: str) -> Change:
    """Takes a tag off."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        found = session.scalar(NAMED, {"folded": fold(name)[:60]})
        if found and tags_on(session, ticket.id).pop(found.id, None) is not None:
            session.execute(ticket_tag.delete().where(ticket_tag.c.ticket_id == ticket.id, ticket_tag.c.tag_id == found.id))
            record(session, ticket, "ticket_untagged", actor, {"tag": found.name})

    return apply


def move(place: str) -> Change:
    """To the inbox, to spam or to the trash."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if place not in PLACES:
            raise Invalid("place_unknown", "place")
        if ticket.place == place:
            return
        before = ticket.place
        ticket.move(place)
        record(session, ticket, "ticket_moved", actor, {"from": before, "to": place})

    return apply


def snooze(until: datetime | None) -> Change:
    """Rests until a time to come; None wakes it."""

    def apply(session: Session, ticket: Ticket, actor: Actor) -> None:
        if until is None:
            if ticket.snoozed_until is not None:
                ticket.wake()
                record(session, ticket, "ticket_woken", actor)
            return
        if until <= clock.now():
            raise Invalid("snooze_past", "until")
        ticket.snooze(until)
        record(session, ticket, "ticket_snoozed", actor, {"until": until.isoformat()})

    return apply


def wake_due() -> None:
    """Wakes what has rested long enough."""
    with transaction() as session:
        due = select(Ticket.id).where(Ticket.snoozed_until <= clock.now()).order_by(Ticket.id).limit(100)
        for number in session.scalars(due).all():
            ticket = held_ticket(session, number)
            if ticket.snoozed_until is not None and ticket.snoozed_until <= clock.now():
                ticket.wake()
                record(session, ticket, "ticket_woken", Actor(SYSTEM.kind, why="time_came"))
