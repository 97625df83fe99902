"""The small version of `make bench ONLY=kills`: five points, forty mails in and forty answers out, nothing lost and nothing twice."""

from pathlib import Path

import pytest

from bench.kills.oracle import Verdict, judge_answer
from bench.kills.story import Story
from tests.conftest import HELPDESK

POINTS = [
    ("store_raw.after_commit", 4),
    ("reply.after_commit", 4),
    ("receive.before_commit", 1),
    ("outbox.before_commit", 3),
    ("delivery.after_dot", 3),
]


def test_nothing_lost_nothing_twice(tmp_path: Path) -> None:
    outcome = Story(tmp_path, [HELPDESK, "run"]).run(POINTS, mails=40, answers=40, kills_a_round=1)
    assert (outcome.mails, outcome.answers) == (40, 40)
    assert all(outcome.kills.values()), f"a point that killed nothing proves nothing: {outcome.kills}"
    assert outcome.under_way >= len(POINTS)
    assert not outcome.verdict.lost
    assert not outcome.verdict.twice
    assert len(outcome.verdict.uncertain) <= outcome.kills["delivery.after_dot"]
    assert outcome.hidden == 0


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
