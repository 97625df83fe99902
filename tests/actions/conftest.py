"""The small desk with a stopped clock, on both grounds."""

from pathlib import Path
from typing import Any

import pytest

from tests.factories import Clock, SmallDesk


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it."""
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def desk(app: Any, clock: Clock) -> SmallDesk:
    """People, teams, inboxes; no ticket yet."""
    return SmallDesk(app)
