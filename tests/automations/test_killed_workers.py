"""The small version of `make bench ONLY=rules`: two workers on PostgreSQL that are killed in the midst of their work leave the same desk as
one that is not."""

from bench.rules import Plan, ask, by_one, by_two, differences, two_desks
from tests.servers import PostgreSQL, Redis

PLAN = Plan(mails=90, rules=20, kills=4)


def test_each_act_is_done_once_whoever_dies() -> None:
    with PostgreSQL() as server, Redis() as redis:
        assert isinstance(server, PostgreSQL)
        assert isinstance(redis, Redis)
        desks = two_desks(server, redis, PLAN)
        by_one(desks[0])
        kills = by_two(desks[1], PLAN.kills)
        one, two = ask(desks[0], "state"), ask(desks[1], "state")
    assert kills == PLAN.kills, "kills that hit nothing prove nothing"
    assert (one["left"], two["left"]) == (0, 0)
    assert len(one["runs"]) > PLAN.mails
    assert one["events"] == two["events"] > 4 * PLAN.mails
    assert [differences(one[what], two[what]) for what in ("runs", "tickets", "promised")] == [0, 0, 0]


def test_lines_are_compared_as_often_as_they_are_there() -> None:
    assert differences([[1], [1], [2]], [[1], [2]]) == 1
    assert differences([[1], [2]], [[2], [1]]) == 0
    assert differences([[1]], [[2]]) == 2
