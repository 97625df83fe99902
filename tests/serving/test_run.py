"""`helpdesk run`, the real one: its lines, its children, its end."""

import json
import os
import re
import signal
import smtplib
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.serving.children import recorded
from tests.conftest import HELPDESK
from tests.servers import free_port, until


class Run:
    """One `helpdesk run` with its lines."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self.data, self.begun = data, time.monotonic()
        known = {"HELPDESK_DATA": str(data), "HELPDESK_PORT": "0"}
        self.process = subprocess.Popen(
            [HELPDESK, "run", *arguments], env=os.environ | known | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []

    def open(self) -> "Run":
        """Waits for the last line."""
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("ready "):
                self.seconds = time.monotonic() - self.begun
                self.url = self.lines[-1].split()[1]
                return self
        raise AssertionError(f"it ended: {self.process.stderr.read()}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit code, and how long it took."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, time.monotonic() - begun

    def refused(self) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a start that must not be."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err

    def get(self, path: str) -> tuple[int, bytes]:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return answer.status, answer.read()

    def child(self, name: str) -> dict[str, object]:
        return next((each for each in recorded(self.data / "run" / "children.json") if each["name"] == name), {})

    def pids(self) -> list[int]:
        return [int(str(each["pid"])) for each in recorded(self.data / "run" / "children.json") if each["pid"]]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pss(pid: int) -> int:
    """Kilobytes."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts desks and ends them."""
    runs: list[Run] = []

    def begin(data: Path, *arguments: str, **environment: str) -> Run:
        runs.append(Run(data, *arguments, **environment))
        return runs[-1]

    yield begin
    for run in runs:
        if not run.process.stdout.closed:
            run.end()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The demo desk, begun in an empty folder."""
    run = Run(tmp_path_factory.mktemp("desk") / "data").open()
    yield run
    if not run.process.stdout.closed:
        run.end()


def test_its_lines(demo: Run) -> None:
    practice, *logins, ready = demo.lines
    assert re.fullmatch(r"practice smtp 127\.0\.0\.1:\d+", practice)
    assert logins == [f"login {name}@example.com helpdesk-demo" for name in ("admin", "supervisor", "agent")]
    assert re.fullmatch(r"ready http://127\.0\.0\.1:\d+", ready)
    assert demo.get("/healthz")[0] == 200
    assert json.loads(demo.get("/readyz")[1])["ready"] is True


def test_it_is_small_at_rest(demo: Run) -> None:
    demo.get("/login")
    assert sum(pss(pid) for pid in [demo.process.pid, *demo.pids()]) < 250 * 1024


def test_a_mail_goes_through_all_parts(demo: Run) -> None:
    host, _, port = demo.lines[0].split()[2].rpartition(":")
    with smtplib.SMTP(host, int(port)) as line:
        line.sendmail("new@example.com", ["support@example.com"], "From: new@example.com\r\nSubject: all parts\r\n\r\nHello\r\n")
    with sqlite3.connect(demo.data / "helpdesk.db") as database:
        until(lambda: database.execute("SELECT count(*) FROM ticket WHERE subject = 'all parts'").fetchone() == (1,), "a ticket", 20)
    database.close()


@pytest.mark.parametrize("name", ["web", "worker-1", "worker-2", "timetable", "mail", "valkey"])
def test_a_killed_child_comes_back_and_is_named(demo: Run, name: str) -> None:
    first = demo.child(name)["pid"]
    os.kill(int(str(first)), signal.SIGKILL)
    until(lambda: demo.child(name).get("pid") not in (None, first), f"{name} is back", 20)
    assert demo.child(name)["last_exit"] == "SIGKILL"
    until(lambda: ready(demo), "the desk is well", 20)


def ready(run: Run) -> bool:
    try:
        return run.get("/readyz")[0] == 200
    except OSError:
        return False


def test_two_desks_never_share_a_folder(demo: Run, start: Callable[..., Run]) -> None:
    code, out, err = start(demo.data).refused()
    assert (code, out) == (2, "")
    assert err.startswith("Another desk already runs on the data folder")


def test_a_taken_port_is_one_sentence(demo: Run, start: Callable[..., Run], tmp_path: Path) -> None:
    port = demo.url.rpartition(":")[2]
    code, out, err = start(tmp_path / "data", HELPDESK_PORT=port).refused()
    assert (code, out) == (2, "")
    assert err == f"Port {port} is in use by another program. Stop it, or choose another: HELPDESK_PORT={int(port) + 1} make run\n"
    assert not (tmp_path / "data").exists()


def test_a_wrong_setting_is_one_sentence(start: Callable[..., Run], tmp_path: Path) -> None:
    code, out, err = start(tmp_path / "data", HELPDESK_TRUSTED_PROXIES="many").refused()
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_interrupted_it_ends_and_nothing_is_left(demo: Run, start: Callable[..., Run]) -> None:
    pids = demo.pids()
    assert len(pids) == 7
    code, seconds = demo.end(signal.SIGINT)
    assert (code, seconds < 5) == (0, True)
    assert not any(alive(pid) for pid in pids)
    again = start(demo.data).open()
    assert again.lines[1:4] == demo.lines[1:4]
    pids = again.pids()
    again.process.kill()
    until(lambda: not any(alive(pid) for pid in pids), "a killed supervisor leaves no orphan", 5)
    third = start(demo.data).open()  # and neither port nor folder nor socket stays taken
    assert third.end()[0] == 0


def test_the_demo_listens_on_this_machine_only(start: Callable[..., Run], tmp_path: Path) -> None:
    code, out, err = start(tmp_path / "data", HELPDESK_HOST="0.0.0.0").refused()
    assert (code, out) == (2, "")
    assert err.startswith("The demo desk listens on this machine only")


def test_an_empty_desk_has_no_logins_and_may_listen_to_all(start: Callable[..., Run], tmp_path: Path) -> None:
    port = str(free_port())
    lmtp = {"HELPDESK_LMTP_LISTEN": f"unix:{tmp_path}/lmtp"}
    run = start(tmp_path / "data", "--empty", HELPDESK_HOST="0.0.0.0", HELPDESK_PORT=port, **lmtp).open()
    assert [line.split()[0] for line in run.lines] == ["practice", "ready"]
    assert run.url == f"http://127.0.0.1:{port}"
    assert (tmp_path / "lmtp").is_socket()
    assert run.get("/login")[0] == 200
    assert run.end()[0] == 0


def test_ended_while_it_prepares(start: Callable[..., Run], tmp_path: Path) -> None:
    run = start(tmp_path / "data")
    until((tmp_path / "data" / "run" / "children.json").exists, "it has begun", 20)
    code, seconds = run.end()
    assert (code, seconds < 5) == (0, True)
