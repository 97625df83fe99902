"""Presence: who views, who writes, and that nobody stays who has left."""

from collections.abc import Callable

from helpdesk.presence import states
from tests.servers import Valkey, until
from tests.serving.parts import EventStream, FakeDesk

Listen = Callable[[FakeDesk, str], EventStream]


def test_writing_wins_over_viewing() -> None:
    assert states([b"3:viewing", b"3:writing", b"4:viewing"]) == [(3, "writing"), (4, "viewing")]
    assert states([b"3:writing", b"3:viewing"]) == [(3, "writing")]


def test_coming_writing_and_leaving_are_told(desk: FakeDesk, listen: Listen) -> None:
    watcher, agent = listen(desk, "inbox:1,agent:9"), listen(desk, "agent:3")
    desk.here(agent, 3, t7="viewing")
    watcher.wait_for("hint", kind="presence", ticket=7, agent=3, state="viewing")
    assert desk.present(7) == [(3, "viewing")]
    desk.here(agent, 3, t7="writing")
    watcher.wait_for("hint", kind="presence", state="writing")
    assert desk.present(7) == [(3, "writing")]
    agent.close()
    watcher.wait_for("hint", kind="presence", state="gone")
    assert desk.present(7) == []


def test_gone_only_when_the_last_tab_left(desk: FakeDesk, listen: Listen) -> None:
    watcher = listen(desk, "inbox:1,agent:9")
    one, other = listen(desk, "agent:3"), listen(desk, "agent:3")
    desk.here(one, 3, t7="writing")
    watcher.wait_for("hint", kind="presence", state="writing")
    desk.here(other, 3, t7="viewing")
    until(lambda: desk.present(7) == [(3, "writing")], "writing")
    one.close()
    watcher.wait_for("hint", kind="presence", state="viewing")
    assert [hint["state"] for hint in watcher.hints("presence")] == ["writing", "viewing"]
    other.close()
    watcher.wait_for("hint", kind="presence", state="gone")


def test_a_tab_that_moves_on_leaves_the_old_ticket(desk: FakeDesk, listen: Listen) -> None:
    watcher, agent = listen(desk, "inbox:1,agent:9"), listen(desk, "agent:3")
    desk.here(agent, 3, t7="viewing", t8="viewing")
    watcher.wait_for("hint", kind="presence", ticket=8, state="viewing")
    desk.here(agent, 3, t8="viewing")
    watcher.wait_for("hint", kind="presence", ticket=7, state="gone")
    assert desk.present(8) == [(3, "viewing")]


def test_another_agents_stream_cannot_be_used(desk: FakeDesk, listen: Listen) -> None:
    victim, forger = listen(desk, "agent:3"), listen(desk, "agent:4")
    desk.here(victim, 4, t7="writing")
    desk.here(forger, 4, t8="viewing")
    until(lambda: desk.present(8) == [(4, "viewing")], "the forger's own")
    assert desk.present(7) == []


def test_presence_is_refreshed_and_forgets_a_killed_process(start_desk: Callable[..., FakeDesk], listen: Listen) -> None:
    desk, other = start_desk("REFRESH_SECONDS=0.2", "SECONDS=1"), start_desk()
    agent = listen(desk, "agent:3")
    desk.here(agent, 3, t7="viewing")
    until(lambda: other.present(7) == [(3, "viewing")], "present")
    score = desk.redis.zscore("presence:7", "3:viewing")
    until(lambda: desk.redis.zscore("presence:7", "3:viewing") > score + 1.5, "kept up beyond its first expiry", 10)
    desk.process.kill()
    until(lambda: other.present(7) == [], "forgotten", 15)


def test_gone_from_one_process_is_contradicted_by_another(start_desk: Callable[..., FakeDesk], listen: Listen) -> None:
    desk, other = start_desk(), start_desk()
    watcher = listen(desk, "inbox:1,agent:9")
    here, there = listen(desk, "agent:3"), listen(other, "agent:3")
    desk.here(here, 3, t7="viewing")
    desk.here(there, 3, t7="viewing")
    until(lambda: len(watcher.hints("presence")) == 2, "both told", 10)
    here.close()
    until(lambda: [hint["state"] for hint in watcher.hints("presence")][2:] == ["gone", "viewing"], "contradicted", 10)
    assert desk.present(7) == [(3, "viewing")]


def test_presence_comes_back_after_valkey_does(start_desk: Callable[..., FakeDesk], valkey: Valkey, listen: Listen) -> None:
    desk = start_desk("REFRESH_SECONDS=0.2")
    agent = listen(desk, "agent:3")
    desk.here(agent, 3, t7="viewing")
    until(lambda: desk.present(7) == [(3, "viewing")], "present")
    valkey.kill()
    valkey.start()
    until(lambda: desk.present(7) == [(3, "viewing")], "present again", 15)
