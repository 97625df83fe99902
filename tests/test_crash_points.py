"""Named places to die at: each is passed somewhere, each dies as asked, and none without being asked."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk import crash
from tests.conftest import HELPDESK
from tests.house import ROOT

PASSED = {
    node.args[0].value: path.relative_to(ROOT).as_posix()
    for folder in ("helpdesk", "channels")
    for path in (ROOT / folder).rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call)
    and isinstance(node.func, ast.Name)
    and node.func.id == "crash_point"
    and isinstance(node.args[0], ast.Constant)
}
PASS_TWICE = "from helpdesk.crash import crash_point; crash_point('{0}'); print('once', flush=True); crash_point('{0}'); print('twice')"


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=60)


def test_every_point_is_passed_and_every_pass_is_known() -> None:
    assert set(PASSED) == set(crash.POINTS)


def test_it_dies_at_the_nth_pass() -> None:
    done = run(PASS_TWICE.format("reply.before_commit"), HELPDESK_TESTING="1", HELPDESK_TEST_CRASH="reply.before_commit:2")
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "once\n")


@pytest.mark.parametrize(
    "environment",
    [
        {"HELPDESK_TEST_CRASH": "reply.before_commit:1"},
        {"HELPDESK_TESTING": "1"},
        {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CRASH": "reply.after_commit:1"},
        {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CRASH": "reply.before_commit:3"},
    ],
)
def test_nobody_dies_unasked(environment: dict[str, str]) -> None:
    done = run(PASS_TWICE.format("reply.before_commit"), **environment)
    assert (done.returncode, done.stdout) == (0, "once\ntwice\n")


def test_the_command_lists_them(tmp_path: Path) -> None:
    done = subprocess.run(
        [HELPDESK, "crash-points"], capture_output=True, text=True, timeout=60, env=os.environ | {"HELPDESK_DATA": str(tmp_path)}
    )
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(crash.POINTS)
