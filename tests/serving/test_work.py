"""The worker and the timetable: named work only, and neither dies of a dead Redis."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import rq
from flask import Flask
from rq.serializers import JSONSerializer

from helpdesk import jobs
from helpdesk.serving import timetable, worker
from helpdesk.serving.child import fork
from tests.servers import Valkey, until


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where the drains below write a line each time."""
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def small(valkey: Valkey, notes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application with three drains: one that notes, one that fails, one that takes a second."""
    app = Flask("small")
    app.config["REDIS_URL"] = valkey.url
    app.extensions["redis_client"] = redis.Redis.from_url(valkey.url, socket_timeout=1, retry=None)

    def note(word: str) -> None:
        with notes.open("a") as file:
            file.write(word + "\n")

    def slow() -> None:
        note("begun")
        time.sleep(1)
        note("ended")

    def fail() -> None:
        note("failing")
        raise ValueError("as asked")

    monkeypatch.setattr(jobs, "DRAINS", {
        "note": jobs.Drain("note", "fast", lambda: note("done"), 0.2), "fail": jobs.Drain("fail", "fast", fail, 60, lambda: False),
        "slow": jobs.Drain("slow", "slow", slow, 60, lambda: False)})
    with app.app_context():
        yield app
    app.extensions["redis_client"].close()


@pytest.fixture
def run(small: Flask) -> Iterator[Callable[..., int]]:
    """Runs a part of the desk; all are ended."""
    pids: list[int] = []

    def start(work: Callable[..., None], *arguments: object) -> int:
        pids.append(fork("part", lambda: work(small, *arguments)))
        return pids[-1]

    yield start
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # the test has ended it


def wait(notes: Path, word: str, times: int = 1) -> None:
    until(lambda: notes.read_text().split().count(word) >= times, f"{times} × {word}", 20)


def end(pid: int) -> int:
    """SIGTERM; its exit code, within five seconds."""
    os.kill(pid, signal.SIGTERM)
    until(lambda: bool(os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)), "ended", 5)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_nudges_are_worked_off_and_a_failure_stops_nobody(run: Callable[..., int], notes: Path) -> None:
    pid = run(worker.serve, ("fast", "slow"))
    jobs.later("fail")
    wait(notes, "failing")
    jobs.later("note")
    wait(notes, "done")
    assert end(pid) == 0


def test_sigterm_lets_the_work_under_way_end(run: Callable[..., int], notes: Path) -> None:
    pid = run(worker.serve, ("slow",))
    jobs.later("slow")
    wait(notes, "begun")
    assert end(pid) == 0
    assert notes.read_text().split() == ["begun", "ended"]


@pytest.mark.parametrize(("function", "arguments", "more"), [
    ("os.system", ("touch {stolen}",), {}), ("helpdesk.jobs.run", ("unknown",), {}), ("helpdesk.jobs.run", ("note", "note"), {}),
    ("subprocess.call", (["touch", "{stolen}"],), {}), ("helpdesk.jobs.run", (), {"name": "note"}),
])
def test_other_functions_are_refused(
    function: str, arguments: tuple[object, ...], more: dict[str, str], run: Callable[..., int], notes: Path, valkey: Valkey,
    tmp_path: Path,
) -> None:
    stolen = str(tmp_path / "stolen")
    filled = tuple([part.format(stolen=stolen) for part in each] if isinstance(each, list) else str(each).format(stolen=stolen)
                   for each in arguments)
    with redis.Redis.from_url(valkey.url) as connection:
        job = rq.Queue("fast", connection=connection, serializer=JSONSerializer).enqueue_call(function, args=filled, kwargs=more)
        connection.hset(job.key, "success_callback_name", "os.mkdir")
        run(worker.serve, ("fast",))
        until(lambda: job.get_status() == "failed", "refused", 20)
    jobs.later("note")
    wait(notes, "done")
    assert not Path(stolen).exists()
    assert notes.read_text().split() == ["done"]


def test_a_pickle_is_refused(run: Callable[..., int], notes: Path, valkey: Valkey, tmp_path: Path) -> None:
    with redis.Redis.from_url(valkey.url) as connection:
        rq.Queue("fast", connection=connection).enqueue_call("os.system", args=(f"touch {tmp_path}/stolen",))  # rq's own serializer
        run(worker.serve, ("fast",))
        jobs.later("note")
        wait(notes, "done")
    assert not (tmp_path / "stolen").exists()


def test_a_worker_outlives_its_redis(run: Callable[..., int], notes: Path, valkey: Valkey) -> None:
    pid = run(worker.serve, ("fast",))
    jobs.later("note")
    wait(notes, "done")
    valkey.kill()
    until(lambda: not valkey.answers(), "dead", 10)
    valkey.start()
    until(lambda: nudged(notes, 2), "at work again", 30)
    valkey.kill()
    assert end(pid) == 0


def nudged(notes: Path, times: int) -> bool:
    jobs.later("note")
    return notes.read_text().split().count("done") >= times


def test_a_worker_may_start_before_its_redis(run: Callable[..., int], notes: Path, valkey: Valkey) -> None:
    valkey.kill()
    run(worker.serve, ("fast",))
    valkey.start()
    until(lambda: nudged(notes, 1), "at work", 30)


def test_the_timetable_nudges_what_is_due(run: Callable[..., int], notes: Path) -> None:
    run(worker.serve, ("fast",))
    run(timetable.serve)
    wait(notes, "done", 3)
    assert "failing" not in notes.read_text()  # it says that nothing is due


def test_the_timetable_goes_on_when_looking_fails(
    small: Flask, run: Callable[..., int], notes: Path, monkeypatch: pytest.MonkeyPatch, valkey: Valkey,
) -> None:
    def broken() -> bool:
        raise OSError("the database is away")

    monkeypatch.setitem(jobs.DRAINS, "broken", jobs.Drain("broken", "fast", lambda: None, 0.1, broken))
    run(timetable.serve)
    run(worker.serve, ("fast",))
    wait(notes, "done", 2)
    valkey.kill()
    valkey.start()
    count = notes.read_text().count("done")
    wait(notes, "done", count + 2)


def test_looks_that_fail_become_rare(small: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> bool:
        raise OSError("the database is away")

    monkeypatch.setitem(jobs.DRAINS, "broken", jobs.Drain("broken", "fast", lambda: None, 1, broken))
    row, pauses = timetable.Row(jobs.DRAINS["broken"]), []
    for _ in range(8):
        timetable.look(small, row)
        pauses.append(row.pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
