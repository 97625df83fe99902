"""The small version of `make bench ONLY=kills SIZE=full`: 500 mails in and 500 answers out on PostgreSQL, a kill each at five points, while
PostgreSQL and Redis fall too and customers' servers fail; nothing lost, nothing twice, and the ledger adds up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.kills.books import OnPostgresql
from bench.kills.oracle import Verdict, judge_answer
from bench.kills.story import Plan, Story, caught
from tests.conftest import HELPDESK

MANY = 500
POINTS = [
    ("store_raw.after_commit", 20),
    ("reply.after_commit", 20),
    ("receive.before_commit", 2),
    ("outbox.before_commit", 5),
    ("delivery.after_dot", 20),
]


def test_nothing_lost_nothing_twice(tmp_path: Path) -> None:
    books = OnPostgresql()
    try:
        plan = Plan(POINTS, MANY, MANY, 1, agents=4, redis=2, database=2, power_cuts=False)
        outcome = Story(tmp_path, [HELPDESK, "run"], books).run(plan)
    finally:
        books.stop()
    assert (outcome.mails, outcome.answers, outcome.troubles) == (MANY, MANY, {"redis": 2, "database": 2, "cuts": 0})
    assert all(outcome.kills.values()), f"a point that killed nothing proves nothing: {outcome.kills}"
    assert outcome.under_way >= len(POINTS)
    assert outcome.sink_faults
    assert not outcome.verdict.lost
    assert not outcome.verdict.twice
    assert outcome.unexplained == []
    assert len(outcome.verdict.uncertain) <= outcome.may_be_uncertain
    assert outcome.hidden == 0
    assert (outcome.ledger["in"]["messages"], outcome.ledger["difference"]) == (MANY, 0)


@pytest.mark.parametrize(
    ("state", "arrivals", "lost", "twice"),
    [
        ("sent", 1, 0, 0),
        ("sent", 0, 1, 0),
        ("sent", 2, 0, 1),
        ("uncertain", 0, 0, 0),
        ("uncertain", 1, 0, 0),
        ("uncertain", 2, 0, 1),
        ("failed", 0, 1, 0),
    ],
)
def test_the_judge_sees_what_is_wrong(state: str, arrivals: int, lost: int, twice: int) -> None:
    verdict = Verdict()
    judge_answer(verdict, (7, 8), state, arrivals)
    assert (len(verdict.lost), len(verdict.twice)) == (lost, twice)
    assert verdict.uncertain == ([(7, 8)] if state == "uncertain" else [])


def test_an_answer_that_was_forgotten_on_the_line_has_no_excuse() -> None:
    now = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
    left = {1: now - timedelta(seconds=1), 2: now - timedelta(minutes=5), 3: now - timedelta(minutes=5)}
    assert caught(left, seen={3}, now=now) == {1, 3}
