"""The small desk, whose mail leaves through a server that fails as asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import Clock, SmallDesk
from tests.smtp_sink import Sink


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it."""
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server of our own."""
    with Sink() as server:
        yield server


@pytest.fixture
def desk(app: Any, clock: Clock, sink: Sink) -> SmallDesk:
    """People, teams, inboxes; the operator allows the sink."""
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=(f"127.0.0.1:{sink.port}",))
    return SmallDesk(app, {"host": "127.0.0.1", "port": sink.port})
