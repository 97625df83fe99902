"""A view's SQL finds exactly the tickets of which the evaluator says yes, on both databases."""

import json
import random
from typing import Any

import pytest
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from automations.conditions import as_filter, words
from automations.conditions.as_filter import ASKED, filter_of, in_views, pins
from automations.conditions.columns import Column
from automations.conditions.evaluate import evaluate
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS, Word
from automations.facts import facts_of
from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Ticket
from tests.automations import random_tickets
from tests.factories import SmallDesk

TICKETS, GROUPS, EACH = 40, 150, 6


@pytest.fixture
def tickets(desk: SmallDesk) -> list[Ticket]:
    numbers = random_tickets.fill(desk, random.Random(11), TICKETS)
    return list(db.session.scalars(select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id)))


def found(group: dict[str, Any]) -> set[int]:
    """By SQL."""
    said = filter_of(json.dumps(group))
    assert said is not None
    values = {name: clock.now() - span for name, span in said.ago.items()}
    return set(db.session.scalars(select(Ticket.id).where(said.where), values))


def held(group: dict[str, Any], tickets: list[Ticket]) -> set[int]:
    """By the evaluator."""
    return {ticket.id for ticket in tickets if evaluate(group, facts_of(db.session(), ticket)).holds}


def test_sql_and_evaluator_agree(tickets: list[Ticket]) -> None:
    chance = random.Random(12)
    some = 0
    for _ in range(GROUPS):
        group = random_tickets.group(chance)
        expected = held(group, tickets)
        assert found(group) == expected, group
        some += 0 < len(expected) < TICKETS
    assert some > GROUPS / 3, "most groups were told apart by nothing"


def test_every_word_with_every_test_agrees(tickets: list[Ticket]) -> None:
    chance = random.Random(13)
    for word in [word for word in WORDS.values() if in_views(word)]:
        for test in KINDS[word.kind]:
            takes = KINDS[word.kind][test].takes
            for _ in range(EACH if takes else 1):
                asked = {"word": word.name, "test": test} | ({"value": random_tickets.value(chance, word, takes)} if takes else {})
                for group in ({"all": [asked]}, {"none": [asked]}):
                    assert found(group) == held(group, tickets), group


def test_what_no_stored_ticket_tells_is_not_asked() -> None:
    offered = {word.name for word in WORDS.values() if in_views(word)}
    untold = {word.name for word in WORDS.values() if word.group in ("change", "desk") or word.kind == "text"}
    assert WORDS.keys() - offered == untold | {"suggested", "file_count", "file_size", "invitation", "answers"}, "tell it in the documents"
    assert {(word.kind, test) for word in WORDS.values() if in_views(word) for test in KINDS[word.kind]} == set(ASKED)
    for part in ({"word": "by", "test": "is", "value": ["contact"]}, {"word": "gone", "test": "is", "value": ["1"]},
                 {"word": "status", "test": "gone", "value": ["open"]}, {"word": "text", "test": "has_any", "value": ["x"]}):
        assert filter_of(json.dumps({"all": [{"any": [part]}]})) is None, part


def test_a_later_noun_joins_views_by_its_row(tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(words.WORDS, "odd", Word(
        "odd", _l("the number"), "ticket", "number", lambda facts: facts.ticket.id % 2, column=Column(Ticket.id % 2)))
    as_filter.filter_of.cache_clear()
    group = {"all": [{"word": "odd", "test": "equals", "value": 1}]}
    assert found(group) == held(group, tickets) == {ticket.id for ticket in tickets if ticket.id % 2}
    as_filter.filter_of.cache_clear()


def test_a_walk_may_begin_where_the_whole_group_stands_and_falls() -> None:
    assignee, team = {"word": "assignee", "test": "is", "value": ["3", ""]}, {"word": "team", "test": "is", "value": ["7"]}
    assert pins({"all": [assignee, {"any": [team]}]}) == {"assignee_id": (3, None)}
    assert pins({"all": [team, assignee | {"test": "is_not"}]}) == {"team_id": (7,)}
    assert pins({"any": [assignee]}) == pins({"none": [team]}) == pins({}) == {}
