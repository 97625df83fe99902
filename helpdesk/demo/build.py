"""Fills an empty desk with the demo, by a few statements a table in one transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.orm import Session

from helpdesk import clock, search_index, store
from helpdesk.actions.transaction import transaction
from helpdesk.demo import shelf
from helpdesk.demo.pictures import draw
from helpdesk.demo.play import Play, Row, Stage, play
from helpdesk.demo.story import DOMAIN, PASSWORD, Cast, Story, read_cast, read_stories
from helpdesk.demo.timing import moments
from helpdesk.extensions import db
from helpdesk.folding import fold, fold_email, fold_phone
from helpdesk.models import (
    Address,
    Agent,
    Attachment,
    CannedReply,
    Contact,
    Delivery,
    Desk,
    Event,
    Inbox,
    Message,
    Tag,
    Team,
    Ticket,
    TicketType,
    team_agent,
    team_inbox,
    ticket_tag,
)
from helpdesk.passwords import hash_password

FIRST_NUMBER = 10_421
"""So that numbers look lived-in."""
OLDEST = timedelta(days=30)
MOVE = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)")


def ensure(now: datetime | None = None) -> bool:
    """Builds the demo where there is no desk yet; whether it did. `now`: the end of the story, by default the clock's."""
    if db.session.get(Desk, 1) is not None:
        return False
    now = now or clock.now()
    cast, stories = read_cast(), read_stories()
    stored = keep_files(stories)
    password_hash = hash_password(PASSWORD)
    with transaction() as session:
        if session.get(Desk, 1) is not None:
            return False
        stage = set_stage(session, cast, now, password_hash)
        write_plays(session, [*played(stage, stories)], stored)
        move_sequences(session)
    return True


def build() -> bool:
    """The same, and the standing orders with it; whether there was no desk yet."""
    if not ensure():
        return False
    for begin in current_app.extensions.get("demo", []):
        begin()
    return True


def keep_files(stories: list[Story]) -> dict[str, Row]:
    """Draws every attachment once and puts it into the store: columns of `attachment` by file name."""
    names = {name for story in stories for step in story.steps for name in step.files}
    kept = {}
    for name in sorted(names):
        content, content_type = draw(name)
        digest, size = store.keep(content)
        kept[name] = {"name": name, "content_type": content_type, "size": size, "sha256": digest}
    return kept


def set_stage(session: Session, cast: Cast, now: datetime, password_hash: str) -> Stage:
    """Desk, agents, teams, inboxes and contacts."""
    began = now - OLDEST
    session.execute(insert(Desk), [{"id": 1, **cast.desk, "language": "ar", "time_zone": "Asia/Riyadh", "demo": True, "created_at": began}])
    agents = {agent["key"]: number for number, agent in enumerate(cast.agents, 1)}
    session.execute(insert(Agent), [agent_row(agent, agents, began, password_hash) for agent in cast.agents])
    teams = {team["key"]: number for number, team in enumerate(cast.teams, 1)}
    session.execute(insert(Team), [{"id": teams[team["key"]], "name": team["name"], "name_ar": team["name_ar"]} for team in cast.teams])
    inboxes = {
        inbox["key"]: {"id": number, "name": inbox["name"], "name_ar": inbox["name_ar"], "address": inbox["address"],
                       "team_id": teams[inbox["team"]], "channel": "email", "smtp": {}, "active": True}
        for number, inbox in enumerate(cast.inboxes, 1)
    }  # fmt: skip
    session.execute(insert(Inbox), list(inboxes.values()))
    session.execute(insert(team_agent), [{"team_id": teams[t["key"]], "agent_id": agents[key]} for t in cast.teams for key in t["agents"]])
    session.execute(insert(team_inbox), [{"team_id": inbox["team_id"], "inbox_id": inbox["id"]} for inbox in inboxes.values()])
    types = shelf.stock(session, teams, began)
    return Stage(now, agents, teams, inboxes, add_contacts(session, cast, began), cast.customers, types)


def agent_row(agent: dict[str, Any], numbers: dict[str, int], began: datetime, password_hash: str) -> Row:
    """One agent; the shop's name stands under every answer."""
    return {
        "id": numbers[agent["key"]], "email": f"{agent['key']}@{DOMAIN}", "name": agent["name"], "name_ar": agent["name_ar"],
        "role": agent.get("role", "agent"), "language": agent.get("language", "ar"), "password_hash": password_hash, "created_at": began,
        "signature": f"{agent['name']}\nExample Store", "signature_ar": f"{agent['name_ar']}\nمتجر المثال",
    }  # fmt: skip


def add_contacts(session: Session, cast: Cast, began: datetime) -> dict[str, int]:
    """Customers with their addresses; their ids by key."""
    numbers = {key: number for number, key in enumerate(cast.customers, 1)}
    people = [{"id": numbers[key], "name": who.name, "language": who.language, "created_at": began} for key, who in cast.customers.items()]
    session.execute(insert(Contact), people)
    addresses = [
        {"contact_id": numbers[key], "kind": kind, "value": value, "shown": shown}
        for key, who in cast.customers.items()
        for kind, value, shown in (("email", fold_email(who.address), who.address), ("phone", fold_phone(who.phone), who.phone))
        if shown
    ]
    session.execute(insert(Address), addresses)
    return numbers


def played(stage: Stage, stories: list[Story]) -> Iterable[Play]:
    """Every story, numbered in the order in which the tickets were opened."""
    timed = sorted(((moments(story, stage.now), story) for story in stories), key=lambda pair: pair[0][0])
    return (play(stage, story, FIRST_NUMBER + place, times) for place, (times, story) in enumerate(timed))


def write_plays(session: Session, plays: list[Play], stored: dict[str, Row]) -> None:
    """All rows of all tickets; messages and events get their ids in the order of time, as they would have."""
    messages = numbered((row["created_at"], row) for play_ in plays for row in play_.messages)
    events = numbered((row["at"], row) for play_ in plays for row in play_.events)
    for play_ in plays:
        play_.ticket.last_event_id = max(row["id"] for row in play_.events)
    session.execute(insert(Ticket), [row_of(play_.ticket) for play_ in plays])
    session.execute(insert(Message), messages)
    session.execute(insert(Event), [event_row(row) for row in events])
    session.execute(insert(Delivery), [delivery_row(row) for row in messages if row["kind"] == "outgoing"])
    session.execute(insert(Attachment), [{"message_id": row["id"], **stored[name]} for play_ in plays for row, name in play_.files])
    add_tags(session, plays)
    search_index.write_many(session, [row for play_ in plays for row in search_rows(play_)])


def numbered(rows: Iterable[tuple[datetime, Row]]) -> list[Row]:
    """Gives each row an id, in the order of time; rows of one moment stay in their order."""
    ordered = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
    for number, row in enumerate(ordered, 1):
        row["id"] = number
    return ordered


def row_of(ticket: Ticket) -> Row:
    """The columns of a ticket that is in no session."""
    return {column.key: getattr(ticket, column.key) for column in inspect(Ticket).column_attrs}


def event_row(row: Row) -> Row:
    """An event with its message's id instead of the message."""
    message = row["message"]
    return {key: value for key, value in row.items() if key != "message"} | {"message_id": message["id"] if message else None}


def delivery_row(message: Row) -> Row:
    """An answer that left at once."""
    left = message["released_at"] + timedelta(seconds=2)
    return {
        "message_id": message["id"], "inbox_id": message["inbox_id"], "state": "sent", "attempts": 1, "next_at": message["released_at"],
        "data_started_at": left, "sent_at": left, "provider_words": "250 OK",
    }  # fmt: skip


def add_tags(session: Session, plays: list[Play]) -> None:
    """The words on tickets, each once."""
    names = sorted({name for play_ in plays for name in play_.tags})
    numbers = {name: number for number, name in enumerate(names, 1)}
    session.execute(insert(Tag), [{"id": numbers[name], "name": name, "folded": fold(name)} for name in names])
    session.execute(insert(ticket_tag), [{"ticket_id": play_.ticket.id, "tag_id": numbers[name]} for play_ in plays for name in play_.tags])


def search_rows(played_: Play) -> list[Row]:
    """As the actions write them: a customer's message is also found by number, name and address."""
    found = []
    for message in played_.messages:
        names = [name for row, name in played_.files if row is message]
        head = [str(played_.ticket.id), message["from_name"], message["from_address"]] if message["kind"] == "incoming" else []
        words = search_index.tokens_of(*head, message["subject"], message["text"], *names)
        found.append(search_index.row(played_.ticket.id, message["id"], words))
    return found


def move_sequences(session: Session) -> None:
    """PostgreSQL counts on from the ids that were given here; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in (Desk, Agent, Team, Inbox, Contact, Ticket, Message, Event, Tag, TicketType, CannedReply):
        highest = session.scalar(select(func.max(inspect(model).local_table.c.id)))
        session.execute(MOVE, {"table": model.__tablename__, "highest": highest})
