"""`helpdesk mail deliver`: mail from another program's pipe."""

import os
import signal
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from channels.email import deliver_pipe
from helpdesk.app import create_app
from helpdesk.settings import Settings
from tests.conftest import HELPDESK
from tests.serving.doors import MAIL, Door, raws


def deliver(ground: dict[str, str], content: bytes, *arguments: str, **environment: str) -> int:
    command = [HELPDESK, "mail", "deliver", *arguments]
    return subprocess.run(command, input=content, env=os.environ | ground | environment, timeout=60, capture_output=True).returncode


def test_the_pipe_speaks_in_exit_codes(open_door: Callable[..., Door], app: Any, ground: dict[str, str], tmp_path: Path) -> None:
    assert deliver(ground, MAIL, "--inbox", "support+x@example.com", "--sender", "sara@example.com") == 0
    raw, = raws()
    assert (raw.content, raw.source, raw.envelope_from, raw.envelope_to) == (MAIL, "pipe", "sara@example.com", "support+x@example.com")
    assert deliver(ground, MAIL, "--inbox", "support@example.com", "surplus") == 64
    dead = create_app(Settings.from_environ(ground | {"HELPDESK_DATABASE_URL": f"sqlite:///{tmp_path}/no/desk.db"}))
    assert deliver_pipe.deliver(lambda: app, "support@example.com", BytesIO(b"x" * (50 * 1024 * 1024 + 1))) == 65
    assert deliver_pipe.deliver(lambda: app, "nobody@example.com", BytesIO(MAIL)) == 67
    assert deliver_pipe.deliver(lambda: dead, "support@example.com", BytesIO(MAIL)) == 75
    assert deliver_pipe.deliver(lambda: create_app(Settings.from_environ({"HELPDESK_PORT": "x"})), "a@example.com", BytesIO(MAIL)) == 75
    assert len(raws()) == 1


def test_a_pipe_killed_before_the_commit_has_kept_nothing(open_door: Callable[..., Door], ground: dict[str, str]) -> None:
    crash = {"HELPDESK_TEST_CRASH": "store_raw.before_commit:1"}
    assert deliver(ground, MAIL, "--inbox", "support@example.com", **crash) == -signal.SIGKILL
    assert raws() == []
