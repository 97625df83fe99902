"""The site on the small desk, on both grounds. No context is pushed: requests would share it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.app import create_app
from helpdesk.extensions import db
from helpdesk.settings import Settings
from tests.factories import Clock, SmallDesk
from tests.web.site import Site


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it."""
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def site(ground: dict[str, str], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """With one of everything."""
    for name, value in ground.items():
        monkeypatch.setenv(name, value)
    app = create_app(Settings.from_environ(ground | {"HELPDESK_BASE_URL": "http://desk.example.com"}))
    site = Site(app, SmallDesk(app))
    site.fill()
    yield site
    with app.app_context():
        db.engine.dispose()
