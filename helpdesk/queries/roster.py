"""Colleagues, teams, inboxes and types by id, for names on every page; read once in a few seconds a process."""

import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from sqlalchemy import select

from helpdesk.extensions import db
from helpdesk.models import Agent, Desk, Inbox, Rule, Team, TicketType

KEPT_SECONDS = 3.0
TYPES = select(TicketType.id, TicketType.name, TicketType.name_ar, TicketType.active).order_by(TicketType.position, TicketType.id)


@dataclass(frozen=True)
class Names:
    """id -> (name, name in Arabic); `active` are the agents that can be assigned to, `quoting` the inboxes whose answers carry
    what was said before; `types` stand in the desk's order: id -> (name, name in Arabic, in use)."""

    agents: dict[int, tuple[str, str]]
    teams: dict[int, tuple[str, str]]
    inboxes: dict[int, tuple[str, str, str]]
    active: frozenset[int]
    desk: tuple[str, str, bool]
    quoting: frozenset[int] = frozenset()
    types: dict[int, tuple[str, str, bool]] = field(default_factory=dict)
    rules: dict[int, tuple[str, str]] = field(default_factory=dict)
    away: frozenset[int] = frozenset()

    @cached_property
    def choices(self) -> dict[str, tuple[tuple[int, str], ...]]:
        """Language -> (id, name) of those that can be assigned to, by name."""
        named = {language: [(number, self.agent(number, language)) for number in self.active] for language in ("ar", "en")}
        return {language: tuple(sorted(pairs, key=itemgetter(1))) for language, pairs in named.items()}

    def agent(self, agent_id: int | None, language: str) -> str:
        """The agent's name in that language, "" for nobody."""
        return pick(self.agents.get(agent_id or 0, ("", "")), language)

    def team(self, team_id: int | None, language: str) -> str:
        """The team's name in that language, "" for none."""
        return pick(self.teams.get(team_id or 0, ("", "")), language)

    def inbox(self, inbox_id: int | None, language: str) -> str:
        """The inbox's name in that language."""
        return pick(self.inboxes.get(inbox_id or 0, ("", "", ""))[:2], language)

    def type(self, type_id: int | None, language: str) -> str:
        """The type's name in that language, "" for none."""
        return pick(self.types.get(type_id or 0, ("", "", False))[:2], language)

    def rule(self, rule_id: int | None, language: str) -> str:
        """The rule's or macro's name in that language, "" for one that is gone."""
        return pick(self.rules.get(rule_id or 0, ("", "")), language)

    def address(self, inbox_id: int) -> str:
        """The inbox's own address; "" for one that is younger than what is kept."""
        return self.inboxes.get(inbox_id, ("", "", ""))[2]


kept: tuple[float, Names] | None = None
lock = threading.Lock()


def pick(names: tuple[str, str], language: str) -> str:
    """The one in the reader's language, else the one there is."""
    return (names[1] if language == "ar" else names[0]) or names[0] or names[1]


def names() -> Names:
    """Everybody's names as they were at most KEPT_SECONDS ago."""
    global kept
    now = time.monotonic()
    with lock:
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
    agents = db.session.execute(select(Agent.id, Agent.name, Agent.name_ar, Agent.active, Agent.away_since)).all()
    teams = db.session.execute(select(Team.id, Team.name, Team.name_ar)).all()
    inboxes = db.session.execute(select(Inbox.id, Inbox.name, Inbox.name_ar, Inbox.address, Inbox.quote_history)).all()
    types = db.session.execute(TYPES).all()
    rules = db.session.execute(select(Rule.id, Rule.name, Rule.name_ar)).all()
    desk = db.session.execute(select(Desk.name, Desk.name_ar, Desk.demo)).first()
    fresh = Names({row[0]: (row[1], row[2]) for row in agents}, {row[0]: (row[1], row[2]) for row in teams},
                  {row[0]: (row[1], row[2], row[3]) for row in inboxes}, frozenset(row[0] for row in agents if row[3]),
                  (desk[0], desk[1], desk[2]) if desk else ("", "", False), frozenset(row[0] for row in inboxes if row[4]),
                  {row[0]: (row[1], row[2], row[3]) for row in types}, {row[0]: (row[1], row[2]) for row in rules},
                  frozenset(row[0] for row in agents if row[4]))
    with lock:
        kept = (now, fresh)
    return fresh


def forget() -> None:
    """After a change of names."""
    global kept
    with lock:
        kept = None
