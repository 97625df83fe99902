"""Two workers give work at the same moment, on both databases: nobody is given more than fits, and nothing goes to one who has left."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from automations import assignment
from automations import routing as routing_wing
from helpdesk.actions import away, change, routing, sessions
from helpdesk.actions.record import SYSTEM, held_ticket
from helpdesk.actions.teams import set_members
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Agent, Event
from tests.automations.conftest import settle
from tests.factories import SmallDesk, ticket

A_MOMENT = 1.0
"""Seconds in which whoever does not wait is done."""


def prepare(desk: SmallDesk, method: str, **more: bool) -> tuple[int, int]:
    """Rana is in both teams, signed in, and there is room for one ticket; each team has a ticket that nobody has."""
    rana = desk.ids["rana"]
    with transaction() as session:
        for team in ("repairs", "returns"):
            set_members(session, desk.ids[team], (rana,))
        sessions.open_session(session, session.get_one(Agent, rana), sessions.Browser("127.0.0.1", "Firefox"))
    numbers = desk.ticket(), desk.ticket(inbox_id=desk.ids["parcels"])
    change.change(desk.viewer("admin"), numbers[1], change.set_team(desk.ids["returns"]))
    settle()
    routing.set_ability(rana, 1, [])
    for team in ("repairs", "returns"):
        routing.set_routing(desk.ids[team], routing.RoutingChange(method, **more))
    return numbers


def together(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch, number: int, meanwhile: Callable[[], object]) -> bool:
    """Gives the ticket, and lets `meanwhile` begin as soon as it is decided who gets it; whether that had to wait."""
    decide, waited = assignment.choose, []

    def elsewhere() -> None:
        with desk.app.app_context():
            meanwhile()

    def choose(*asked: Any) -> assignment.Chosen:
        found = decide(*asked)
        if not waited:
            waited.append(False)
            other.start()
            other.join(A_MOMENT)
            waited[0] = other.is_alive()
        return found

    other = threading.Thread(target=elsewhere)
    monkeypatch.setattr(assignment, "choose", choose)
    with transaction():
        assert give(number, desk.ids["repairs"]) == "done"
    other.join(30)
    assert not other.is_alive()
    return waited[0]


def give(number: int, team_id: int) -> str:
    """As a worker does, within a transaction."""
    session = db.session()
    return routing_wing.assign_by(session, held_ticket(session, number), SYSTEM, team_id, "least_busy")


def test_an_agent_of_two_teams_is_not_filled_twice(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = prepare(desk, "least_busy")
    found: list[str] = []

    def give_too() -> None:
        with transaction():
            found.append(give(second, desk.ids["returns"]))

    assert together(desk, monkeypatch, first, give_too), "it looked before the other had told what it did"
    assert found == ["all_full"]
    assert (ticket(first).assignee_id, ticket(second).assignee_id) == (desk.ids["rana"], None)


def test_nothing_is_left_with_somebody_who_goes_at_that_moment(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _second = prepare(desk, "least_busy", return_when_away=True)
    viewer, gone = desk.viewer("rana"), desk.ids["rana"]
    assert together(desk, monkeypatch, first, lambda: away.leave(viewer, gone)), "it was away before the other had told what it did"
    assert ticket(first).assignee_id is None
    kinds = db.session.scalars(select(Event.kind).where(Event.ticket_id == first, Event.kind.like("ticket%assigned")).order_by(Event.id))
    assert [*kinds] == ["ticket_assigned", "ticket_unassigned"]
