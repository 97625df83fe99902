"""The walks of saved views go along the indexes of the fixed views on both databases, and never through the table."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from automations.conditions.as_filter import in_views
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.queries import saved_lists, walks
from helpdesk.queries.filters import filter_of
from helpdesk.queries.saved_lists import bound, edges, end_of
from helpdesk.queries.walks import walk_of
from tests.factories import NOW, SmallDesk, ticket

TAGGED = {"word": "tags", "test": "has_any", "value": ["vip"]}
URGENT = {"word": "priority", "test": "is", "value": ["urgent"]}
ANSWERED = {"word": "from_us", "test": "over", "value": 1}
VALUES: dict[str, Any] = {"choices": ["1"], "tags": ["vip"], "number": 1, "minutes": 5, "": None}
CASES = [
    ("newest", ("open", "waiting"), "newest"), ("waiting", ("open",), "waiting"), ("priority", ("open",), "priority"),
    ("due", ("open", "waiting"), "due"),
]  # fmt: skip


def plan(statement: Any, values: dict[str, Any]) -> str:
    """What the database would do, where it has no choice but an index."""
    made = statement.compile(db.engine)
    with db.engine.connect() as line:
        if db.engine.dialect.name == "sqlite":
            given = made.construct_params(values)
            return str(line.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}", tuple(processed(made, given))).all())
        line.execute(text("SET enable_seqscan = off"))
        try:
            return str(line.exec_driver_sql(f"EXPLAIN {made}", made.construct_params(values)).all())
        finally:
            line.exec_driver_sql("RESET enable_seqscan")


def processed(made: Any, given: dict[str, Any]) -> list[Any]:
    """Values as SQLite takes them."""
    return [value.replace(tzinfo=None).isoformat(" ") if hasattr(value, "isoformat") else value
            for value in (given[name] for name in made.positiontup or [])]  # fmt: skip


@pytest.fixture(autouse=True)
def grown(desk: SmallDesk) -> None:
    """A desk of some size, which its database has looked at."""
    number = desk.ticket()
    others = receive([desk.mail(sender=f"c{place}@example.com") for place in range(60)])
    contacts = [ticket(one.ticket_id).contact_id for one in others]
    row = {name: getattr(ticket(number), name) for name in Ticket.__table__.c.keys() if name != "id"}  # noqa: SIM118  no dict
    places = ("open", "waiting", "solved", "solved")
    rows = [row | {"queue": places[n % 4], "last_at": NOW - timedelta(minutes=n), "waiting_since": NOW - timedelta(minutes=n),
                   "priority": n % 3, "due_at": NOW + timedelta(minutes=n), "inbox_id": desk.ids["support" if n % 2 else "parcels"],
                   "team_id": desk.ids["repairs" if n % 3 else "returns"], "assignee_id": desk.ids["omar"] if n % 2 else None,
                   "contact_id": contacts[n % 60]}
            for n in range(3000)]  # fmt: skip
    with transaction() as session:
        session.execute(insert(Ticket), rows)
    with transaction() as session:
        session.execute(text("ANALYZE"))


@pytest.mark.parametrize(("sort", "queues", "index"), CASES)
def test_walks_take_the_index_of_their_order(
    desk: SmallDesk, monkeypatch: pytest.MonkeyPatch, sort: str, queues: tuple[str, ...], index: str,
) -> None:
    monkeypatch.setattr(walks, "STEPS", 0)
    said = filter_of(json.dumps({"all": [URGENT, {"none": [TAGGED, ANSWERED]}]}))
    assert said
    for who, scope in (("rana", "inbox"), ("supervisor", "all")):
        viewer = desk.viewer(who)
        walk = walk_of(viewer, queues, sort, said)
        first = edges(sort)[0]
        end = end_of(viewer, walk, said, first)
        assert end, "the walks are longer than their reach"
        values = bound(viewer, walk, said, first, end) | {"far": 5}
        for statement in (walks.ends_statement(walk), walks.ids(walk, said, 26, db.engine.dialect.name)):
            shown = plan(statement, values)
            assert re.search(rf"ix_ticket_({scope}|all)_{index}", shown), (who, shown)  # of an inbox that has half of all, either will do
            if db.engine.dialect.name == "sqlite":
                assert "SCAN ticket" not in shown.replace("SCAN ticket USING INDEX", ""), (who, shown)
            else:
                assert "Seq Scan on ticket" not in shown, (who, shown)


def test_what_a_word_looks_at_is_found_by_the_ticket(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other table is asked by an index, one ticket at a time."""
    monkeypatch.setattr(walks, "STEPS", 0)
    viewer, first = desk.viewer("supervisor"), edges("newest")[0]
    for word in (word for word in WORDS.values() if in_views(word)):
        test, takes = next((name, test.takes) for name, test in KINDS[word.kind].items())
        said = filter_of(json.dumps({"none": [{"word": word.name, "test": test, "value": VALUES[takes]}]}))
        assert said
        walk = walk_of(viewer, ("open",), "newest", said)
        values = bound(viewer, walk, said, first, end_of(viewer, walk, said, first))
        shown = plan(walks.ids(walk, said, 26, db.engine.dialect.name), values)
        walked = re.findall(r"SCAN (\w+)\b(?! USING)|Seq Scan on (\w+)", shown)
        assert not {one or other for one, other in walked} & {*db.metadata.tables, "ticket_1"}, (word.name, shown)


def test_a_team_or_nobody_is_where_a_walk_begins(desk: SmallDesk) -> None:
    viewer = desk.viewer("supervisor")
    for word, value, index in (("team", str(desk.ids["repairs"]), "ix_ticket_team_newest"), ("assignee", "", "ix_ticket_all_free")):
        said = filter_of(json.dumps({"all": [{"word": word, "test": "is", "value": [value]}]}))
        assert said
        walk = walk_of(viewer, ("open",), "newest", said)
        shown = plan(walks.ends_statement(walk), saved_lists.bound(viewer, walk, said, edges("newest")[0], None) | {"far": 5})
        assert index in shown, shown
