"""`make check-guards`: takes each guard of tests/guards.toml away, in a copy of the tree, and demands that its test goes red.

A guard is a safety rule in the code. What nothing tests, nobody may rely on. With a word as argument: only guards whose name holds it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.house import ROOT, tracked

AT_ONCE, A_RUN, TIMEOUT_SECONDS = 2, 40, 600
LINKED = (".venv", "node_modules", "helpdesk/static")


@dataclass(frozen=True)
class Guard:
    """One rule: without `remove` (or with `replace` in its place) in `file`, `test` must fail."""

    name: str
    file: str
    remove: str
    test: str
    replace: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of it; `word` is "red" where all is well."""

    guard: Guard
    word: str
    seconds: float
    words: str = ""


def main(arguments: list[str]) -> int:
    """Runs what was asked for, prints a table, returns the exit code."""
    only = arguments[0] if arguments else ""
    guards = [guard for guard in read(ROOT / "tests/guards.toml") if only in guard.name]
    if not guards:
        print("no such guard")
        return 1
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory(prefix="helpdesk-guards-") as folder:
        for number in range(AT_ONCE):
            copies.put(copy_tree(Path(folder) / str(number)))
        if not green_before(guards, copies):
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda guard: told(judge(guard, copies)), guards))
    return summary(outcomes)


def read(path: Path) -> list[Guard]:
    """The guards, in the order of the file; their names are unique."""
    guards = [Guard(**each) for each in tomllib.loads(path.read_text(encoding="utf-8"))["guard"]]
    if len({guard.name for guard in guards}) < len(guards):
        raise SystemExit("two guards have the same name")
    return guards


def copy_tree(to: Path) -> Path:
    """What people wrote, copied; what is installed or built, linked."""
    for source in [*tracked(), *ROOT.glob("*/translations/**/*.mo")]:
        target = to / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    for name in LINKED:
        if (ROOT / name).exists():
            (to / name).symlink_to(ROOT / name)
    return to


def green_before(guards: list[Guard], copies: "Queue[Path]") -> bool:
    """Whether all tests pass while the guards stand: a test that is always red proves nothing."""
    tests = sorted({guard.test for guard in guards})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        words = list(pool.map(lambda some: red_among(some, copies), (tests[first:first + A_RUN] for first in range(0, len(tests), A_RUN))))
    for red in filter(None, words):
        print(red[-4000:], "\nthese tests must be green while the guards stand", sep="")
    return not any(words)


def red_among(tests: list[str], copies: "Queue[Path]") -> str:
    """What pytest says of them; "" when they pass. What is red among many is tried once more alone, when nothing waits beside it."""
    copy = copies.get()
    try:
        done = run(copy, tests)
        if red := [test for test in tests if f"FAILED {test.partition('[')[0]}" in done.stdout]:
            done = run(copy, red)
    except subprocess.TimeoutExpired:
        return f"took longer than {TIMEOUT_SECONDS} s: {' '.join(tests)}"
    finally:
        copies.put(copy)
    return done.stdout if done.returncode else ""


def judge(guard: Guard, copies: "Queue[Path]") -> Outcome:
    """Takes the guard away in a free copy, runs its test, puts the guard back."""
    copy, start = copies.get(), time.monotonic()
    try:
        with without(guard, copy / guard.file):
            done = run(copy, ["-x", guard.test])
            return Outcome(guard, verdict(done), time.monotonic() - start, done.stdout)
    except (LookupError, OSError, subprocess.TimeoutExpired) as error:
        return Outcome(guard, str(error), time.monotonic() - start)
    finally:
        copies.put(copy)


@contextmanager
def without(guard: Guard, path: Path) -> Iterator[None]:
    """The file without the guard's text, for as long as the block lasts."""
    text = path.read_text(encoding="utf-8")
    if text.count(guard.remove) != 1:
        raise LookupError(f"its text is {text.count(guard.remove)} times in {guard.file}, not once")
    path.write_text(text.replace(guard.remove, guard.replace), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


def run(copy: Path, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    """pytest in a copy, on the copy's code; no bytecode, so that no old one is believed."""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [str(copy / ".venv/bin/pytest"), *arguments], cwd=copy, env=environment, timeout=TIMEOUT_SECONDS, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def verdict(done: "subprocess.CompletedProcess[str]") -> str:
    """Red is a test that ran and failed; a file that cannot be read any more proves nothing."""
    if done.returncode == 0:
        return "STAYS GREEN"
    if done.returncode == 1 and re.search(r"^\d+ failed|, \d+ failed", done.stdout, re.MULTILINE):
        return "red"
    return f"broken (pytest ended with {done.returncode})"


def told(outcome: Outcome) -> Outcome:
    """Says it at once, since all of them take minutes."""
    print(f"{outcome.seconds:6.1f} s  {outcome.word:<12} {outcome.guard.name}", flush=True)
    return outcome


def summary(outcomes: list[Outcome]) -> int:
    """What is wrong, with the end of pytest's words; 0 when every guard is red."""
    wrong = [outcome for outcome in outcomes if outcome.word != "red"]
    for outcome in wrong:
        print(f"\n{outcome.guard.name}: {outcome.word} — {outcome.guard.test}\n{outcome.words[-1500:]}")
    print(f"{len(outcomes) - len(wrong)} of {len(outcomes)} guards are red without their text")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
