"""Who watches a mailbox: one at a time, fenced when it loses the lease, followed at once when it is killed."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from channels.email.mailbox_holder import is_dead, new_token
from helpdesk import clock
from helpdesk.actions import mailboxes as actions
from helpdesk.actions.mailboxes import Fenced, Fetched
from helpdesk.queries.mailboxes import active
from tests.channels.email.mailbox_desk import CALM, PARCELS, SUPPORT, Boxes, Process, letter, mailbox_now, mark_now, raws, subjects
from tests.servers import until
from tests.tcp_proxy import TcpProxy


@pytest.fixture
def start(boxes: Boxes, ground: dict[str, str]) -> Iterator[Callable[..., Process]]:
    """Starts the part as processes; all are ended."""
    started: list[Process] = []

    def begin(**options: Any) -> Process:
        started.append(Process(ground | {"HELPDESK_EGRESS_ALLOW": ",".join(boxes.allow)}, **options))
        return started[-1]

    yield begin
    for process in started:
        process.stop()


@pytest.mark.parametrize("point", ["fetch.fetched", "fetch.before_commit", "fetch.after_commit"])
def test_killed_at_any_point_nothing_is_lost_or_twice(boxes: Boxes, start: Callable[..., Process], point: str) -> None:
    """The next one does not wait for the lease of a process that is dead, though that has a minute to go."""
    boxes.post.deliver(SUPPORT, *(letter(f"mail {number}") for number in range(70)))
    box = boxes.add()
    first = start(HELPDESK_TEST_CRASH=f"{point}:2")
    until(first.ended, "killed", 15)
    assert first.status == -signal.SIGKILL
    assert len(raws()) == (70 if point.endswith("after_commit") else 50)
    start()
    boxes.come(70)
    boxes.swept(box)
    assert sorted(raw.uid or 0 for raw in raws()) == list(range(1, 71))
    assert (len(set(subjects())), mark_now(box).live_uid, boxes.adds_up(box)) == (70, 70, True)


def test_one_that_was_stopped_past_its_lease_writes_nothing(boxes: Boxes, start: Callable[..., Process]) -> None:
    box = boxes.add()
    first = start(lease=1, pace=CALM)
    boxes.swept(box)
    time.sleep(1)  # its first renewal is over: whoever is stopped while he writes stops everybody
    first.signal(signal.SIGSTOP)
    token = mailbox_now(box).lease_token
    boxes.post.deliver(SUPPORT, letter("announced to both"))
    start(lease=60)
    boxes.come(1)
    second = mailbox_now(box).lease_token
    assert second not in ("", token)
    first.signal(signal.SIGCONT)
    boxes.post.deliver(SUPPORT, letter("after it woke up"))
    boxes.come(2)
    boxes.swept(box)
    assert (len(raws()), mailbox_now(box).lease_token, mailbox_now(box).problem) == (2, second, "")


def test_without_the_lease_nothing_can_be_written(boxes: Boxes) -> None:
    """Every write of a watcher, against one that lost its lease: refused, and nothing changed."""
    box, now = boxes.add(), clock.now()
    assert actions.lease(box, "mine")
    assert not actions.lease(box, "another")
    assert not actions.lease(box, "another", instead_of="somebody")
    actions.begin_numbering(box, "mine", 7, 1, now)
    mails = [Fetched(1, b"Subject: x\r\n\r\n", now, 14)]
    assert actions.store_fetched(box, "mine", 7, mails) == 1
    assert actions.store_fetched(box, "mine", 7, mails) == 0, "the number is known"
    assert actions.lease(box, "other", instead_of="mine")
    writes: dict[str, Callable[[str], Any]] = {
        "store": lambda token: actions.store_fetched(box, token, 7, [Fetched(2, b"Subject: y\r\n\r\n", now, 14)]),
        "number": lambda token: actions.begin_numbering(box, token, 8, 1, now),
        "plan": lambda token: actions.plan_backfill(box, token, 7, 5),
        "sweep": lambda token: actions.note_sweep(box, token, 9, 9), "failure": lambda token: actions.note_failure(box, token, "login", ""),
    }  # fmt: skip
    for name, write in writes.items():
        for token in ("mine", ""):
            with pytest.raises(Fenced):
                write(token)
        assert (len(raws()), mailbox_now(box).uidvalidity, mailbox_now(box).problem, mark_now(box).backfill_total) == (1, 7, "", 0), name
    assert actions.renew({box: "mine"}) == set()
    actions.release({box: "mine"})
    assert (actions.renew({box: "other"}), mailbox_now(box).lease_token) == ({box}, "other")
    boxes.change(box, lease_until=now - timedelta(seconds=1))
    assert actions.lease(box, "third"), "its time is over"


def test_a_token_tells_whether_its_process_lives() -> None:
    token = new_token()
    machine, pid, beginning, word = token.split("-")
    dead = [f"{machine}-{pid}-{int(beginning) - 1}-{word}", f"{machine}-4194999-{beginning}-{word}"]
    assert ([is_dead(one) for one in dead], is_dead(token), len(token) <= 40) == ([True, True], False, True)
    assert not is_dead(f"00000000-4194999-{beginning}-{word}"), "of another machine nobody knows"
    assert not is_dead("mine")


def test_sigterm_ends_it_within_two_seconds(boxes: Boxes, start: Callable[..., Process]) -> None:
    """Though one server is silent and another is waited for; its leases are free at once."""
    with TcpProxy(boxes.post.port) as proxy:
        proxy.swallow(new=True)
        silent, waited = boxes.add(port=proxy.port), boxes.add("parcels")
        process = start()
        boxes.swept(waited)
        until(lambda: proxy.connections > 0, "connected", 10)
        assert process.stop() < 2
    assert (process.status, mailbox_now(silent).lease_token, mailbox_now(waited).lease_token) == (0, "", "")


def test_changes_of_settings_are_picked_up(boxes: Boxes) -> None:
    box = boxes.add()
    boxes.look()
    boxes.swept(box)
    boxes.post.deliver(PARCELS, letter("to the new one"))
    parcels = boxes.add("parcels")
    boxes.look()
    boxes.come(1)
    boxes.change(parcels, active=False)
    boxes.look()
    assert (set(boxes.watchers.running), mailbox_now(parcels).lease_token) == ({box}, "")
    assert [held.watched.mailbox_id for held in active()] == [box]
    boxes.post.deliver(PARCELS, letter("while it rests"))
    boxes.change(parcels, active=True)
    old = boxes.watchers.running[box]
    boxes.change(box, folder="Sent")
    boxes.look()
    boxes.come(2)
    assert boxes.watchers.running[box] is not old
    until(lambda: not old.is_alive(), "ended", 5)
    time.sleep(0.1)
    assert len(raws()) == 2
