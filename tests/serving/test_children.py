"""Children: they come back with growing pauses, are written down, and never outlive their parent."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from helpdesk.serving import children
from helpdesk.serving.child import fork
from helpdesk.serving.children import Children, recorded
from tests.servers import until


def sleep() -> None:
    time.sleep(60)


@pytest.fixture
def all_of_them(tmp_path: Path):
    found = Children(tmp_path / "children.json")
    yield found
    found.stop(0, last="")


def rounds(all_of_them: Children) -> bool:
    all_of_them.reap()
    all_of_them.restart_due()
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_dies_is_named_and_comes_back(all_of_them: Children) -> None:
    child = all_of_them.start("web", sleep)
    first = child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    until(lambda: bool(all_of_them.reap()), "seen", 5)
    assert recorded(all_of_them.record) == [
        {"name": "web", "pid": None, "restarts": 1, "last_exit": "SIGKILL", "since": child.since}]
    until(lambda: rounds(all_of_them) and child.pid is not None, "started again", 5)
    assert child.pid != first
    assert recorded(all_of_them.record)[0]["pid"] == child.pid


def test_pauses_grow_and_begin_anew_after_a_healthy_minute(all_of_them: Children) -> None:
    child = all_of_them.start("web", sleep)
    pauses, pid = [], child.pid
    for _ in range(10):
        child.fell(1 << 8)
        assert child.due is not None
        pauses.append(round(child.due - time.monotonic(), 1))
        child.due = None
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
    assert child.last_exit == "exit 1"
    child.started = time.monotonic() - children.HEALTHY_SECONDS
    child.fell(0)
    assert child.due is not None
    assert child.due - time.monotonic() < 0.3
    child.pid = pid  # it lives: the fixture ends it


def test_stop_kills_who_does_not_listen_and_ends_the_last_last(tmp_path: Path) -> None:
    def deaf() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (tmp_path / "deaf").touch()
        time.sleep(60)

    found = Children(tmp_path / "children.json")
    pids = [found.start(name, work).pid for name, work in (("valkey", sleep), ("web", sleep), ("worker", deaf))]
    until((tmp_path / "deaf").exists, "deaf", 5)
    begun = time.monotonic()
    found.stop(0.5, last="valkey")
    assert 0.5 <= time.monotonic() - begun < 20
    assert not any(alive(pid) for pid in pids if pid)
    assert [child.last_exit for child in found.all] == ["SIGTERM", "SIGTERM", "SIGKILL"]
    assert not found.record.exists()


def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    def parent() -> None:
        inner = [fork("one", sleep), fork("two", lambda: os.execv("/bin/sleep", ["sleep", "60"]))]
        (tmp_path / "new").write_text(json.dumps(inner))
        (tmp_path / "new").rename(tmp_path / "pids")
        time.sleep(60)

    pid = fork("parent", parent)
    until((tmp_path / "pids").exists, "children", 5)
    grandchildren = json.loads((tmp_path / "pids").read_text())
    assert all(alive(each) for each in grandchildren)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    until(lambda: not any(alive(each) for each in grandchildren), "no orphan", 5)


def test_a_child_says_nothing_on_the_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    pid = fork("talker", lambda: os.writev(1, [b"hello\n"]))
    os.waitpid(pid, 0)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "hello\n")


def test_a_child_has_its_own_session_and_default_signals(tmp_path: Path) -> None:
    def tell() -> None:
        (tmp_path / "told").write_text(json.dumps([os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGINT) == signal.SIG_DFL,
                                                   not signal.pthread_sigmask(signal.SIG_BLOCK, ())]))

    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    os.waitpid(fork("teller", tell), 0)
    signal.pthread_sigmask(signal.SIG_SETMASK, old)
    assert json.loads((tmp_path / "told").read_text()) == [True, True, True]


def test_a_full_disk_does_not_end_the_desk(tmp_path: Path) -> None:
    found = Children(tmp_path / "nowhere" / "children.json")
    found.start("web", sleep)
    found.stop(1, last="")
    assert recorded(found.record) == []
