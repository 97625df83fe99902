"""Work finds its agent, on both databases: who may get it, who gets it, what waits, what comes back."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from automations import routing as routing_wing
from helpdesk.actions import away, calendars, change, routing, sessions
from helpdesk.actions.receive import receive
from helpdesk.actions.reply import reply
from helpdesk.actions.teams import set_members
from helpdesk.actions.transaction import transaction
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent, Event, Ticket
from helpdesk.queries import workload
from tests.automations.conftest import Write, runs, settle
from tests.factories import NOW, Clock, SmallDesk, kinds, ticket, writing
from tests.house import ROOT

WORKER = """
from helpdesk.actions.drain_outbox import handle_next
from helpdesk.app import create_app
with create_app().app_context():
    handled = 0
    while handle_next():
        handled += 1
print(handled)
"""
Online = Callable[..., None]


@pytest.fixture
def online(desk: SmallDesk) -> Online:
    """Lets people sign in now."""

    def sign_in(*names: str) -> None:
        with transaction() as session:
            for name in names:
                agent = session.get_one(Agent, desk.ids[name])
                sessions.open_session(session, agent, sessions.Browser("127.0.0.1", "Firefox"))

    return sign_in


def auto(desk: SmallDesk, method: str = "round_robin", team: str = "repairs", **more: Any) -> None:
    """The team's work is given out by itself."""
    routing.set_routing(desk.ids[team], routing.RoutingChange(method, auto=True, **more))


def has(desk: SmallDesk, number: int) -> str:
    """Who has the ticket."""
    names = {number: name for name, number in desk.ids.items() if name in ("rana", "omar", "huda", "lina", "admin")}
    return names.get(ticket(number).assignee_id or 0, "")


def set_agent(desk: SmallDesk, name: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(Agent).where(Agent.id == desk.ids[name]).values(**values))


def test_new_tickets_go_round(desk: SmallDesk, online: Online, clock: Clock) -> None:
    online("rana", "huda", "omar", "lina")
    first = desk.ticket()
    settle()
    assert has(desk, first) == "", "nobody asked for it"
    auto(desk)
    numbers = [desk.ticket() for _ in range(4)]
    settle()
    assert [has(desk, number) for number in numbers] == ["rana", "huda", "rana", "huda"]
    event = db.session.scalars(select(Event).where(Event.ticket_id == numbers[0], Event.kind == "ticket_assigned")).one()
    assert (event.actor, event.data["why"], event.depth) == ("system", "routed_round_robin", 1)
    clock.move(minutes=11)
    waits = desk.ticket()
    settle()
    assert has(desk, waits) == "", "nobody has been seen for ten minutes"


def test_who_may_get_it(desk: SmallDesk, online: Online, clock: Clock) -> None:
    """Away, switched off, full: each by itself keeps somebody out, and the drain comes round when that has changed."""
    auto(desk)
    online("rana")
    for closed, opened in (
        ({"away_since": clock.move(seconds=1)}, {"away_since": None}), ({"active": False}, {"active": True}),
        ({"capacity": 0}, {"capacity": 9}),
    ):  # fmt: skip
        set_agent(desk, "rana", **closed)
        number = desk.ticket()
        settle()
        routing_wing.give_what_waits()
        assert has(desk, number) == "", closed
        assert routing_wing.somebody_could() is ("capacity" in closed)
        set_agent(desk, "rana", **opened)
        assert routing_wing.somebody_could()
        routing_wing.give_what_waits()
        assert has(desk, number) == "rana", opened
        assert not routing_wing.somebody_could()


def test_a_full_agent_waits_for_room(desk: SmallDesk, online: Online) -> None:
    auto(desk, "capacity", weights={"email": 2})
    online("rana")
    set_agent(desk, "rana", capacity=4)
    numbers = [desk.ticket() for _ in range(3)]
    settle()
    assert [has(desk, number) for number in numbers] == ["rana", "rana", ""]
    change.change(desk.viewer("rana"), numbers[0], change.set_status("solved"))
    routing_wing.give_what_waits()
    assert has(desk, numbers[2]) == "rana"


def test_the_hours_of_the_team(desk: SmallDesk, online: Online, clock: Clock) -> None:
    """It is noon in Riyadh, and the team begins at one."""
    calendars.create(calendars.CalendarChange("Late", "مسائي", "Asia/Riyadh", [[[13 * 60, 17 * 60]]] * 7, (desk.ids["repairs"],)))
    auto(desk)
    online("rana")
    number = desk.ticket()
    settle()
    routing_wing.give_what_waits()
    assert has(desk, number) == ""
    clock.move(hours=1)
    online("rana")
    routing_wing.give_what_waits()
    assert has(desk, number) == "rana"


def test_another_team_another_agent(desk: SmallDesk, online: Online) -> None:
    """What the desk gave goes to the new team's people; what a person gave stays."""
    online("rana", "omar")
    auto(desk)
    auto(desk, team="returns")
    by_desk, by_hand = desk.ticket(), desk.ticket()
    settle()
    change.change(desk.viewer("admin"), by_hand, change.assign(None), change.assign(desk.ids["rana"]))
    for number in (by_desk, by_hand):
        change.change(desk.viewer("admin"), number, change.set_team(desk.ids["returns"]))
    settle()
    assert (has(desk, by_desk), has(desk, by_hand)) == ("omar", "rana")


def test_skills(desk: SmallDesk, online: Online) -> None:
    online("rana", "huda")
    routing.set_ability(desk.ids["huda"], None, ["lang:ar", "lang:ar"])
    auto(desk, "skills")
    arabic, other = desk.ticket("لا تعمل الطابعة", language="ar"), desk.ticket(sender="sami@example.com")
    settle()
    assert (has(desk, arabic), has(desk, other)) == ("huda", "rana")


def test_who_helped_last(desk: SmallDesk, online: Online) -> None:
    online("rana", "huda")
    before, other = desk.ticket(), desk.ticket(sender="sami@example.com")
    reply(desk.viewer("huda"), before, writing(before))
    reply(desk.viewer("rana"), other, writing(other))
    auto(desk, "last_helper")
    number = desk.ticket()
    settle()
    assert has(desk, number) == "huda"


def test_a_rule_assigns(desk: SmallDesk, online: Online, rule: Write) -> None:
    rule("ticket_opened", then=[{"do": "assign_by", "value": "least_busy"}])
    waits = desk.ticket()
    settle()
    online("rana")
    given = desk.ticket()
    settle()
    assert (has(desk, waits), has(desk, given)) == ("", "rana")
    assert [run.did[0]["result"] for run in runs()] == ["nobody_there", "done"]
    assert "ticket_assigned" not in kinds(waits)


def test_going_away(desk: SmallDesk, online: Online) -> None:
    """What teams take back goes back with the reason, and to whoever is there; the rest stays."""
    online("rana", "huda")
    auto(desk, return_when_away=True)
    theirs, kept = desk.ticket(), desk.ticket(inbox_id=desk.ids["parcels"])
    settle()
    change.change(desk.viewer("admin"), kept, change.assign(desk.ids["rana"]))
    with pytest.raises(NotFound):
        away.leave(desk.viewer("huda"), desk.ids["rana"])
    assert away.leave(desk.viewer("rana"), desk.ids["rana"]) == 1
    assert (has(desk, theirs), has(desk, kept)) == ("", "rana")
    event = db.session.scalars(select(Event).where(Event.ticket_id == theirs, Event.kind == "ticket_unassigned")).one()
    assert (event.agent_id, event.data["why"]) == (desk.ids["rana"], "went_away")
    routing_wing.give_what_waits()
    assert has(desk, theirs) == "huda"
    away.come_back(desk.viewer("rana"), desk.ids["rana"])
    assert db.session.get_one(Agent, desk.ids["rana"], populate_existing=True).away_since is None


def test_what_the_board_tells(desk: SmallDesk, online: Online, clock: Clock) -> None:
    """Who has what, and what each was given by the desk and by hand; every figure has its tickets."""
    online("rana")
    auto(desk)
    by_desk, by_hand, waits = (desk.ticket() for _ in range(3))
    for number in (by_hand, waits):
        change.change(desk.viewer("admin"), number, change.assign(desk.ids["huda"]))
    settle()
    clock.move(minutes=30)
    change.change(desk.viewer("admin"), waits, change.assign(None))
    team, admin, rana, huda = desk.ids["repairs"], desk.viewer("admin"), desk.ids["rana"], desk.ids["huda"]
    columns = workload.board(admin, team, NOW)
    shown = {column.agent.id if column.agent else 0: ([row.id for row in column.rows], column.total, column.here) for column in columns}
    assert shown == {0: ([waits], 1, False), rana: ([by_desk], 1, True), huda: ([by_hand], 1, False)}
    assert workload.given(team, NOW) == {rana: workload.Given(1, 0), huda: workload.Given(0, 2)}
    assert workload.given(team, NOW + timedelta(minutes=1)) == {}
    for agent_id, hand, expected in ((rana, False, {by_desk}), (rana, True, set()), (huda, True, {by_hand, waits})):
        assert {row.id for row in workload.tickets_given(admin, team, agent_id, NOW, by_hand=hand)} == expected
    with pytest.raises(NotFound):
        workload.board(desk.viewer("rana"), team, NOW)


def test_two_processes_share_evenly(desk: SmallDesk, online: Online) -> None:
    """Two workers at the same moment, 200 tickets, four agents: 50 each (where there is one writer, 40)."""
    four = ("rana", "huda", "omar", "lina")
    with transaction() as session:
        set_members(session, desk.ids["repairs"], tuple(desk.ids[name] for name in four))
    online(*four)
    auto(desk)
    share = 50 if db.engine.dialect.name == "postgresql" else 10
    for _ in range(share // 5):
        receive([desk.mail() for _ in range(20)])
    workers = [subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    took = [int(worker.communicate(timeout=60)[0].strip() or 0) for worker in workers]
    settle()
    held = Counter(db.session.scalars(select(Ticket.assignee_id)))
    assert held == {desk.ids[name]: share for name in four}
    assert min(took) > 0, "one of them did all"
