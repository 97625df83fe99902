"""Who sees what: the same set by every road, on desks drawn at random, against a rule written down a second time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, or_, select, text, update

from helpdesk.actions.draft import save_draft
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import Agent, Attachment, Inbox, Team, Ticket, team_agent, team_inbox
from helpdesk.policy import Viewer, sees, topics_of_ticket, topics_of_viewer
from helpdesk.queries import counts
from helpdesk.queries.search import search
from helpdesk.queries.ticket import find_attachment, find_message, find_ticket, unseen_entries
from helpdesk.queries.ticket import ticket_page as one_ticket
from helpdesk.queries.ticket_list import ticket_page, ticket_rows, ticket_rows_in_view
from helpdesk.queries.views import SORTS, VIEWS, branch, scopes, shape_of, values_of
from tests.factories import PEOPLE, Clock, SmallDesk

TICKETS = 6
ASKED = ("supervisor", "rana", "huda", "lina")
QUEUES = ("open", "open", "open", "waiting", "snoozed", "solved", "spam", "trash")
AGENTS = ("rana", "omar", "huda", "lina")
VIEWS_ASKED = ("open", "solved")


@dataclass
class Drawn:
    """A desk: who is in which team, which team sees which inbox, and where each ticket is."""

    roles: dict[int, str]
    members: set[tuple[int, int]]
    shown: set[tuple[int, int]]
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)

    def visible(self, me: int) -> set[int]:
        """The rule, written again: an admin or supervisor all; an agent the tickets of his teams' inboxes, whichever of two a mail went
        to, his teams' and his own."""
        if self.roles[me] != "agent":
            return set(self.tickets)
        mine = {team for team, agent in self.members if agent == me}
        inboxes = {inbox for team, inbox in self.shown if team in mine}
        return {
            number
            for number, one in self.tickets.items()
            if {one["inbox_id"], one["also_inbox_id"]} & inboxes or one["team_id"] in mine or one["assignee_id"] == me
        }

    def in_view(self, me: int, view: str) -> set[int]:
        """The tickets of a view."""
        mine = {team for team, agent in self.members if agent == me}
        fits: dict[str, Callable[[dict[str, Any]], bool]] = {
            "mine": lambda one: one["assignee_id"] == me,
            "unassigned": lambda one: one["assignee_id"] is None,
            "teams": lambda one: one["team_id"] in mine,
        }
        queue = "open" if view in fits else view
        return {
            number for number in self.visible(me) if self.tickets[number]["queue"] == queue and fits.get(view, bool)(self.tickets[number])
        }


@pytest.fixture
def desk(app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallDesk:
    """Ten tickets of one contact with a file each, before anything is drawn."""
    Clock(tmp_path / "clock", monkeypatch)
    desk = SmallDesk(app)
    receive([desk.mail("zebra crossing", files=[StoredFile("a.txt", "text/plain", 1, "a" * 64)]) for _ in range(TICKETS)])
    return desk


def drawn(data: st.DataObject, desk: SmallDesk) -> Drawn:
    """Draws a desk and puts it into the database."""
    people, teams = [desk.ids[name] for name in PEOPLE], [desk.ids[name] for name in ("repairs", "returns")]
    inboxes = [desk.ids[name] for name in ("support", "parcels")]
    pairs = data.draw(st.sets(st.tuples(st.sampled_from(teams), st.sampled_from(people))))
    found = Drawn(
        {desk.ids[name]: role for name, (role, _) in PEOPLE.items()},
        pairs,
        data.draw(st.sets(st.tuples(st.sampled_from(teams), st.sampled_from(inboxes)))),
    )
    db.session.rollback()
    with transaction() as session:
        for table, rows, names in (
            (team_agent, found.members, ("team_id", "agent_id")),
            (team_inbox, found.shown, ("team_id", "inbox_id")),
        ):
            session.execute(delete(table))
            if rows:
                session.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        for number in session.scalars(select(Ticket.id)).all():
            found.tickets[number] = {
                "inbox_id": data.draw(st.sampled_from(inboxes)),
                "also_inbox_id": data.draw(st.sampled_from([None, *inboxes])),
                "team_id": data.draw(st.sampled_from([None, *teams])),
                "assignee_id": data.draw(st.sampled_from([None, None, *people])),
                "queue": data.draw(st.sampled_from(QUEUES)),
            }
            session.execute(update(Ticket).where(Ticket.id == number).values(found.tickets[number]))
    db.session.expire_all()
    counts.kept.clear()
    return found


def allowed(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except NotFound:
        return False
    return True


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_road_shows_the_same(desk: SmallDesk, data: st.DataObject) -> None:
    state = drawn(data, desk)
    for name in ASKED:
        viewer = desk.viewer(name)
        expected = state.visible(viewer.agent_id)
        lists(viewer, state)
        one_by_one(viewer, state, expected)
        assert {row.id for row in search(viewer, "zebra").rows} == expected
        assert {number for number in state.tickets if [row.id for row in search(viewer, f"#{number}").rows] == [number]} == expected
        assert {row.id for row in ticket_rows(viewer, list(state.tickets))} == expected


def lists(viewer: Viewer, state: Drawn) -> None:
    """Lists in every order, their counts, and the rows that a page asks for again."""
    numbers = counts.counts(viewer)
    for view in VIEWS:
        expected = state.in_view(viewer.agent_id, view)
        for sort in SORTS:
            assert {row.id for row in ticket_page(viewer, view, sort).rows} == expected, (view, sort)
        assert {row.id for row in ticket_rows_in_view(viewer, view, list(state.tickets))} == expected, view
        if view in numbers:
            assert numbers[view] == len(expected), view


def one_by_one(viewer: Viewer, state: Drawn, expected: set[int]) -> None:
    """A ticket, its messages, files, drafts, news and earlier tickets; and whether its hints reach the viewer's stream."""
    mine = set(topics_of_viewer(viewer))
    for number in state.tickets:
        ticket = db.session.get_one(Ticket, number)
        roads = {
            "policy": sees(viewer, ticket),
            "ticket": allowed(lambda number=number: find_ticket(viewer, number)),
            "page": allowed(lambda number=number: one_ticket(viewer, number)),
            "message": allowed(lambda number=number: find_message(viewer, number)),
            "file": allowed(lambda number=number: find_attachment(viewer, number)),
            "news": allowed(lambda number=number: unseen_entries(viewer, number, 0)),
            "stream": bool(mine & set(topics_of_ticket(ticket))),
        }
        assert roads == dict.fromkeys(roads, number in expected), (number, viewer)
    if expected:
        shown = one_ticket(viewer, min(expected)).earlier
        assert {ticket.id for ticket in shown} <= expected
        assert len(shown) == min(5, len(expected) - 1)


def test_a_draft_needs_sight_of_its_ticket(desk: SmallDesk) -> None:
    number = db.session.scalars(select(Ticket.id)).first() or 0
    assert {name: allowed(lambda name=name: save_draft(desk.viewer(name), number, "reply", body="x")) for name in AGENTS} == {
        "rana": True,
        "omar": False,
        "huda": True,
        "lina": False,
    }
    assert db.session.scalars(select(Attachment.draft_id)).all() == [None] * TICKETS


def test_somebody_in_very_many_teams_sees_the_same(desk: SmallDesk) -> None:
    """Above a number of scopes a list is asked for in another way."""
    with transaction() as session:
        lina = session.get_one(Agent, desk.ids["lina"])
        lina.teams = [Team(name=f"Team {n}", inboxes=[Inbox(address=f"{n}@example.com", name=f"{n}", smtp={})]) for n in range(20)]
        session.flush()
        inboxes = [team.inboxes[0].id for team in lina.teams]
        for number, ticket in enumerate(session.scalars(select(Ticket).order_by(Ticket.id))):
            ticket.inbox_id = inboxes[number] if number < 3 else ticket.inbox_id
            ticket.also_inbox_id = inboxes[number] if number == 3 else None
            ticket.team_id = ticket.assignee_id = None
    expected = set(db.session.scalars(select(Ticket.id).where(or_(Ticket.inbox_id.in_(inboxes), Ticket.also_inbox_id.in_(inboxes)))))
    viewer = desk.viewer("lina")
    assert {row.id for row in ticket_page(viewer, "open").rows} == {row.id for row in search(viewer, "zebra").rows} == expected
    assert len(expected) == 4


def test_a_ticket_of_two_inboxes_costs_no_walk(desk: SmallDesk) -> None:
    """The branch of the second inbox goes along its own narrow index, on both databases; among few rows a planner may take any."""
    viewer, table = desk.viewer("rana"), Ticket.__table__
    with transaction() as session:
        one = dict(session.execute(select(table).limit(1)).mappings().one())
        session.execute(insert(table), [
            one | {"id": number, "queue": VIEWS_ASKED[number % 2], "also_inbox_id": None} for number in range(1_000, 4_000)
        ])  # fmt: skip
        session.execute(text("ANALYZE ticket"))
    assert viewer.inbox_ids
    for view in VIEWS_ASKED:
        shape = shape_of(viewer, view, "newest")
        (shared,) = [scope for scope in scopes(shape) if "also_inbox_id" in str(scope)]
        assert "ix_ticket_also" in plan_of(branch(shape, shared, 26), values_of(viewer)), view


def plan_of(statement: Any, values: dict[str, Any]) -> str:
    """What the database says it would do, where it has no choice but an index."""
    text_of = str(statement.compile(db.engine, compile_kwargs={"render_postcompile": True}))
    with db.engine.connect() as line:
        if db.engine.dialect.name == "sqlite":
            named = statement.compile(db.engine).construct_params(values)
            order = statement.compile(db.engine).positiontup or []
            return str(line.exec_driver_sql(f"EXPLAIN QUERY PLAN {text_of}", tuple(named[name] for name in order)).all())
        line.exec_driver_sql("SET enable_seqscan = off")
        try:
            return str(line.exec_driver_sql(f"EXPLAIN {text_of}", statement.compile(db.engine).construct_params(values)).all())
        finally:
            line.exec_driver_sql("RESET enable_seqscan")
