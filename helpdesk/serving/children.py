"""The table of children: who runs, who fell, when it is tried again; written to a file for the health page."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk.clock import now
from helpdesk.serving import logs
from helpdesk.serving.child import fork

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY_SECONDS = 0.2, 30.0, 60.0


@dataclass
class Child:
    """One part of the desk. `due` is a monotonic time: when it is started again, None while it runs."""

    name: str
    work: Callable[[], None]
    pid: int | None = None
    restarts: int = 0
    last_exit: str | None = None
    since: str = ""
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float | None = None

    def start(self) -> None:
        """Forks it."""
        self.pid, self.due = fork(f"desk-{self.name}", self.begin), None
        self.started, self.since = time.monotonic(), now().isoformat(timespec="seconds")

    def begin(self) -> None:
        """In the child."""
        logs.name_process(self.name)
        self.work()

    def fell(self, status: int) -> None:
        """Notes how it ended and when it is tried again: after 0.2 s, doubling to 30 s, and anew after a healthy minute."""
        if time.monotonic() - self.started >= HEALTHY_SECONDS:
            self.pause = FIRST_PAUSE
        self.pid, self.last_exit, self.since = None, in_words(status), now().isoformat(timespec="seconds")
        self.restarts += 1
        self.due = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def told(self) -> dict[str, Any]:
        """What the health page shows."""
        return {"name": self.name, "pid": self.pid, "restarts": self.restarts, "last_exit": self.last_exit, "since": self.since}


def in_words(status: int) -> str:
    """`exit 1` or `SIGKILL`."""
    code = os.waitstatus_to_exitcode(status)
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


class Children:
    """All of them, in the order in which they are started."""

    def __init__(self, record: Path) -> None:
        self.record = record
        self.all: list[Child] = []

    def start(self, name: str, work: Callable[[], None]) -> Child:
        """Starts a part and looks after it from now on."""
        child = Child(name, work)
        child.start()
        self.all.append(child)
        self.write()
        return child

    def reap(self) -> list[Child]:
        """Those that have ended since the last look. A lost pid that is none of ours is forgotten."""
        fallen = []
        while (ended := self.wait_any()) is not None:
            pid, status = ended
            for child in self.all:
                if child.pid == pid:
                    child.fell(status)
                    fallen.append(child)
        if fallen:
            self.write()
        return fallen

    @staticmethod
    def wait_any() -> tuple[int, int] | None:
        """One ended child of this process, or None."""
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        return (pid, status) if pid else None

    def restart_due(self) -> None:
        """Starts again whose pause is over."""
        for child in [child for child in self.all if child.due is not None and child.due <= time.monotonic()]:
            child.start()
            self.write()

    def seconds_to_next(self, most: float) -> float:
        """How long nothing is to be started."""
        pauses = [child.due - time.monotonic() for child in self.all if child.due is not None]
        return max(0.0, min([most, *pauses]))

    def stop(self, seconds: float, last: str) -> None:
        """Asks all to end but the one named `last`, which the others still need; what is left after so many seconds is killed."""
        until = time.monotonic() + seconds
        self.end([child for child in self.all if child.name != last], until)
        self.end([child for child in self.all if child.name == last], max(until, time.monotonic() + 0.3))
        self.record.unlink(missing_ok=True)

    def end(self, children: list[Child], until: float) -> None:
        """SIGTERM, patience, SIGKILL."""
        self.signal(children, signal.SIGTERM)
        while any(child.pid for child in children) and time.monotonic() < until:
            self.reap()
            time.sleep(0.01)
        self.signal(children, signal.SIGKILL)
        while any(child.pid for child in children):
            self.reap()
            time.sleep(0.005)

    @staticmethod
    def signal(children: list[Child], number: signal.Signals) -> None:
        """To those that live. A pid is ours until we have waited for it, so it cannot be another program's."""
        for child in children:
            if child.pid:
                os.kill(child.pid, number)

    def write(self) -> None:
        """Puts the state where the web part reads it; whole or not at all. A full disk must not end the desk."""
        try:
            beside = self.record.with_suffix(".new")
            beside.write_text(json.dumps({"children": [child.told() for child in self.all]}))
            beside.replace(self.record)
        except OSError:
            pass


def recorded(record: Path) -> list[dict[str, Any]]:
    """The children as last written: [{name, pid, restarts, last_exit, since}]; empty where no supervisor runs."""
    try:
        children: list[dict[str, Any]] = json.loads(record.read_text())["children"]
    except (OSError, ValueError, KeyError):
        return []
    return children
