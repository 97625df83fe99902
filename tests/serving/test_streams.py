"""Event streams: who gets what, what ends them, and what a dead Valkey does to them."""

import socket
import time
from collections.abc import Callable

from tests.servers import Valkey, until
from tests.serving.parts import EventStream, FakeDesk

Listen = Callable[[FakeDesk, str], EventStream]


def test_each_listener_gets_each_hint_once(desk: FakeDesk, listen: Listen) -> None:
    one, other = listen(desk, "inbox:1,team:2,agent:3"), listen(desk, "inbox:9,agent:4")
    desk.publish(["inbox:1", "team:2", "desk"], ticket=7, kind="reply")
    desk.publish(["agent:4"], ticket=8, kind="reply")
    one.wait_for("hint", ticket=7)
    other.wait_for("hint", ticket=8)
    desk.publish(["agent:3", "agent:4"], ticket=9, kind="last")
    one.wait_for("hint", ticket=9)
    other.wait_for("hint", ticket=9)
    assert [hint["ticket"] for hint in one.hints("reply")] == [7]
    assert [hint["ticket"] for hint in other.hints("reply")] == [8]


def test_what_flask_refuses_stays_refused(desk: FakeDesk) -> None:
    status, headers, body = desk.ask("GET", "/live")
    assert (status, body) == (401, b"no")
    assert "x-live-topics" not in headers


def test_headers_of_a_stream(desk: FakeDesk, listen: Listen) -> None:
    stream = listen(desk, "desk,agent:1")
    named = {name.lower(): value for name, value in stream.answer.getheaders()}
    assert named["content-type"].startswith("text/event-stream")
    assert named["cache-control"] == "no-cache, no-transform"
    assert named["x-accel-buffering"] == "no"
    assert "x-live-topics" not in named


def test_beats(start_desk: Callable[..., FakeDesk], listen: Listen) -> None:
    stream = listen(start_desk("BEAT_SECONDS=0.1"), "desk,agent:1")
    until(lambda: stream.beats >= 3, "three beats", 10)


def test_a_stream_ends_after_its_life(start_desk: Callable[..., FakeDesk], listen: Listen) -> None:
    stream = listen(start_desk("BEAT_SECONDS=0.1", "LIFE_SECONDS=0.5"), "desk,agent:1")
    assert stream.ended.wait(10)


def test_an_agents_streams_are_ended_by_a_message(desk: FakeDesk, listen: Listen) -> None:
    his, hers = listen(desk, "desk,agent:3"), listen(desk, "desk,agent:4")
    desk.publish(["end:agent:3"])
    assert his.ended.wait(10)
    desk.publish(["desk"], ticket=1, kind="x")
    hers.wait_for("hint", ticket=1)
    assert his.hints("x") == []


def test_nobody_can_listen_to_an_ending(desk: FakeDesk, listen: Listen) -> None:
    stream = listen(desk, "agent:4")
    desk.publish(["end:agent:3", "end:agent:4x"], ticket=1, kind="x")
    desk.publish(["agent:4"], ticket=2, kind="x")
    stream.wait_for("hint", ticket=2)
    assert [hint["ticket"] for hint in stream.hints("x")] == [2]


def test_too_many_streams_of_one_agent_end_the_oldest(start_desk: Callable[..., FakeDesk], listen: Listen) -> None:
    desk = start_desk("MOST_OF_AN_AGENT=2")
    first, second, third = (listen(desk, "agent:3") for _ in range(3))
    assert first.ended.wait(10)
    assert not second.ended.is_set()
    assert not third.ended.is_set()


def test_a_reader_who_does_not_read_is_ended_and_the_others_go_on(desk: FakeDesk, listen: Listen) -> None:
    deaf = socket.create_connection(("127.0.0.1", desk.port))
    deaf.sendall(b"GET /live?topics=agent:5 HTTP/1.1\r\nHost: x\r\n\r\n")
    until(lambda: b"hello" in deaf.recv(4096, socket.MSG_PEEK), "hello", 10)
    for _ in range(1000):
        desk.publish(["agent:5"], kind="flood", filler="x" * 20_000)
    hearing = listen(desk, "agent:6")
    desk.publish(["agent:6"], kind="after", ticket=1)
    hearing.wait_for("hint", kind="after")
    received = 0
    deaf.settimeout(10)
    while chunk := deaf.recv(1 << 20):
        received += len(chunk)
    assert received < 1000 * 20_000  # the line was cut, the flood was not kept for him
    deaf.close()


def test_junk_on_the_channels_is_dropped(desk: FakeDesk, listen: Listen) -> None:
    stream = listen(desk, "agent:3")
    for junk in (b"\xff", b"[]", b"{}", b'{"topics": 5}', b'{"topics": ["agent:3"], "hint": 7}', b"null"):
        desk.redis.publish("live", junk)
        desk.redis.publish("here", junk)
    desk.publish(["agent:3"], ticket=1, kind="good")
    stream.wait_for("hint", kind="good")


def test_a_killed_valkey_leaves_streams_open_and_says_reset(start_desk: Callable[..., FakeDesk], valkey: Valkey, listen: Listen) -> None:
    desk = start_desk()
    stream = listen(desk, "agent:3")
    valkey.kill()
    assert desk.ask("GET", "/healthz")[0] == 200
    assert desk.ask("POST", "/live/here", {"stream": stream.id, "agent": 3, "tickets": []})[0] == 200
    assert desk.present(7) == []
    valkey.start()
    stream.wait_for("reset")
    desk.publish(["agent:3"], ticket=2, kind="x")
    stream.wait_for("hint", ticket=2)
    assert not stream.ended.is_set()


def test_two_hundred_streams_end_with_the_process(start_desk: Callable[..., FakeDesk]) -> None:
    desk = start_desk()
    streams = [EventStream(desk.port, f"agent:{number}") for number in range(200)]
    begun = time.monotonic()
    desk.stop()
    assert time.monotonic() - begun < 10
    assert all(stream.ended.wait(5) for stream in streams)
