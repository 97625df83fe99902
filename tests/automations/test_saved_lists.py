"""Saved views as lists: the page, its order, the count and the rows asked for again are the tickets that the reader may see and of which
the evaluator says yes; however short the walks are."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from automations.conditions.evaluate import evaluate
from automations.facts import facts_of
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.models.ticket import QUEUES
from helpdesk.models.view import ORDERS
from helpdesk.policy import Viewer, sees
from helpdesk.queries import saved_lists, walks
from helpdesk.queries.filters import filter_of
from helpdesk.queries.saved_lists import Wanted, number_of, rows_in_saved, saved_page
from tests.automations import random_tickets
from tests.factories import SmallDesk

TICKETS, EACH = 60, 6
ORDERED: dict[str, Callable[[Any], Any]] = {
    "newest": lambda row: (-row.last_at.timestamp(), -row.id), "waiting": lambda row: (row.waiting_since, row.id),
    "priority": lambda row: (-row.priority, -row.last_at.timestamp(), -row.id), "due": lambda row: (row.due_at, row.id),
}  # fmt: skip


@pytest.fixture
def tickets(desk: SmallDesk) -> list[Ticket]:
    numbers = random_tickets.fill(desk, random.Random(21), TICKETS)
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.id.in_(numbers[::4])).values(also_inbox_id=desk.ids["parcels"]))
    return list(db.session.scalars(select(Ticket).where(Ticket.id.in_(numbers)).execution_options(populate_existing=True)))


@pytest.fixture(params=[(walks.STEPS, walks.LEAST), (0, 2)], ids=["long walks", "short walks"])
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far a window goes; the shortest walks there can be come to the same in the end."""
    monkeypatch.setattr(walks, "STEPS", request.param[0])
    monkeypatch.setattr(walks, "LEAST", request.param[1])


def views(chance: random.Random) -> Iterator[Wanted]:
    """Every order, looked for in some queues, with conditions drawn by chance."""
    for sort in ORDERS:
        for _ in range(EACH):
            some = tuple(chance.sample(QUEUES, chance.randint(1, len(QUEUES))))
            queues = ("open",) if sort in ("waiting", "priority") else some
            conditions = random_tickets.group(chance) if chance.random() < 0.7 else {"all": [random_tickets.condition(chance)]}
            yield Wanted(queues, sort, json.dumps(conditions))


def expected(viewer: Viewer, asked: Wanted, tickets: list[Ticket]) -> set[int]:
    group = json.loads(asked.conditions)
    return {
        ticket.id for ticket in tickets
        if sees(viewer, ticket) and ticket.queue in asked.queues and (asked.sort != "due" or ticket.due_at)
        and evaluate(group, facts_of(db.session(), ticket)).holds
    }  # fmt: skip


def every_page(viewer: Viewer, asked: Wanted) -> list[Any]:
    rows: list[Any] = []
    after = ""
    for _page in range(200):
        page = saved_page(viewer, asked, after)
        rows += page.rows
        if not (after := page.after):
            return rows
    raise AssertionError("the pages have no end")


def test_list_count_and_rows_are_the_same(desk: SmallDesk, tickets: list[Ticket], reach: None) -> None:
    chance, told_apart = random.Random(22), 0
    for asked in views(chance):
        for who in ("rana", "huda", "lina", "omar", "supervisor"):
            viewer = desk.viewer(who)
            wanted = expected(viewer, asked, tickets)
            rows = every_page(viewer, asked)
            assert sorted(row.id for row in rows) == sorted(wanted), (who, asked)
            assert rows == sorted(rows, key=ORDERED[asked.sort]), (who, asked)
            assert {row.id for row in rows_in_saved(viewer, asked, [ticket.id for ticket in tickets])} == wanted, (who, asked)
            number = number_of(viewer, asked)
            assert number.found == len(wanted) or (number.cut and number.found < len(wanted)), (who, asked)
            told_apart += 0 < len(wanted) < len(tickets)
    assert told_apart > EACH


def test_a_page_says_when_it_did_not_look_further(desk: SmallDesk, tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "STEPS", 0)
    monkeypatch.setattr(walks, "LEAST", 2)
    monkeypatch.setattr(saved_lists, "MOST_WINDOWS", 1)
    oldest = min((ticket for ticket in tickets if ticket.queue == "open"), key=lambda ticket: (ticket.last_at, ticket.id))
    asked = Wanted(("open",), "newest", json.dumps({"all": [{"word": "priority", "test": "is", "value": ["gone"]}]}))
    page = saved_page(desk.viewer("supervisor"), asked)
    assert (list(page.rows), page.cut) == ([], True)
    assert page.after, oldest


def test_an_agent_who_left_the_team_walks_elsewhere(desk: SmallDesk, tickets: list[Ticket]) -> None:
    """A view of one team begins at that team for who sees all of it; who does not walks where he sees something, and finds his own."""
    team = {"all": [{"word": "team", "test": "is", "value": [str(desk.ids["returns"])]}]}
    asked = Wanted(QUEUES, "newest", json.dumps(team))
    said = filter_of(asked.conditions)
    assert said
    assert [walks.pin_of(desk.viewer(who), said) for who in ("omar", "supervisor", "rana", "lina")] == ["team_id", "team_id", "", ""]
    for who in ("omar", "supervisor", "rana", "lina"):
        assert {row.id for row in every_page(desk.viewer(who), asked)} == expected(desk.viewer(who), asked, tickets)


def test_a_word_that_is_gone_finds_nothing(desk: SmallDesk, tickets: list[Ticket]) -> None:
    asked = Wanted(QUEUES, "newest", json.dumps({"none": [{"word": "gone", "test": "is", "value": ["1"]}]}))
    assert list(saved_page(desk.viewer("admin"), asked).rows) == rows_in_saved(desk.viewer("admin"), asked, [1]) == []
    assert number_of(desk.viewer("admin"), asked).found == 0
