"""A rule that acts too often is switched off, whatever acts beside it, each time that it has to be; its owner is told once an hour."""

import itertools
from collections import defaultdict
from typing import Any

import pytest

from helpdesk import clock as time
from helpdesk.actions import rule_runs, rules
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Notice, Rule, RuleRun
from tests.automations.conftest import Write, settle
from tests.factories import Clock, SmallDesk


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many runs an hour a rule may have."""
    monkeypatch.setattr(rule_runs, "MOST_OF_RULE", 30)
    monkeypatch.setattr(rule_runs, "looks", defaultdict(itertools.count))
    return 30


def acted(rule_id: int, ticket_id: int, times: int) -> None:
    """The rule has acted so often by now."""
    rows: list[dict[str, Any]] = [{"cause": f"event:{-place}", "ticket_id": ticket_id, "at": time.now()} for place in range(1, times + 1)]
    with transaction() as session:
        version = session.get_one(Rule, rule_id).version_id
        session.add_all([RuleRun(rule_id=rule_id, version_id=version, matched=True, seen=[], did=[], **row) for row in rows])


def off(rule_id: int) -> str:
    """Why it is switched off; "" while it is on."""
    db.session.rollback()
    rule = db.session.get_one(Rule, rule_id, populate_existing=True)
    return "" if rule.active else rule.switched_off


def told(desk: SmallDesk) -> list[str]:
    db.session.rollback()
    return [notice.words["kind"] for notice in db.session.query(Notice).filter(Notice.agent_id == desk.ids["admin"])]


@pytest.mark.parametrize("others", [0, 1, 3])
def test_each_rule_is_looked_at_however_many_act_beside_it(desk: SmallDesk, rule: Write, few: int, others: int) -> None:
    first = desk.ticket()
    settle()
    beside = [rule(then=[{"do": "tag", "value": [f"tag{place}"]}]) for place in range(others)]
    often = rule(then=[{"do": "set_priority", "value": "high"}])
    acted(often, first, few)
    for place in range(rule_runs.LOOK_EVERY + 1):
        desk.ticket(f"Number {place}")
    settle()
    settle()
    assert (off(often), [off(one) for one in beside], told(desk)) == ("often", [""] * others, ["rule_off"])


def test_a_rule_is_switched_off_as_often_as_it_has_to_be(desk: SmallDesk, rule: Write, clock: Clock, few: int) -> None:
    often = rule(then=[{"do": "set_priority", "value": "high"}])
    first = desk.ticket()
    settle()
    acted(often, first, few)
    for _ in range(2):
        with transaction() as session:
            rule_runs.trip(session, often, first, "rule")
        assert off(often) == "often"
        rules.switch(often, on=True)
        assert off(often) == ""
        clock.move(minutes=10)
    assert told(desk) == ["rule_off"], "once an hour"


def test_a_rule_that_cannot_be_read_stays_off_though_its_owner_was_told(desk: SmallDesk, rule: Write) -> None:
    broken = rule(conditions=[{"word": "no_such_word", "test": "is", "value": []}])
    for place in range(2):
        rules.switch(broken, on=True)
        desk.ticket(f"Number {place}")
        settle()
        assert off(broken) == "broken"
    assert told(desk) == ["rule_broken"]
