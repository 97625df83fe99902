"""The small desk, and rules that are written in a line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from automations.webhooks import sender
from helpdesk.actions import drain_outbox, rules
from helpdesk.extensions import db
from helpdesk.models import RuleRun
from tests.automations.hooks import allow
from tests.factories import Clock, SmallDesk
from tests.webhook import Hook

Write = Callable[..., int]


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it."""
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def desk(app: Any, clock: Clock) -> SmallDesk:
    """People, teams, inboxes."""
    return SmallDesk(app)


@pytest.fixture
def rule(desk: SmallDesk) -> Write:
    """A rule in force; its id. `on` one kind of event, `conditions` all of them, `then` its actions."""

    def write(on: str = "message_received", conditions: list[Any] | None = None, then: list[Any] | None = None, **more: Any) -> int:
        definition = {"on": [on], "if": {"all": conditions or []}, "then": then or [{"do": "tag", "value": ["seen"]}], "stop": False} | more
        made = rules.create(desk.viewer("admin"), rules.RuleChange("trigger", "A rule", "قاعدة", definition))
        rules.switch(made.id, on=True)
        return made.id

    return write


@pytest.fixture
def hook(app: Any) -> Iterator[Hook]:
    """A receiver that the operator allows."""
    found = Hook()
    allow(app, found)
    yield found
    found.end()
    for lane in sender.Lane.opened:
        lane.join(15)


def settle() -> None:
    """Everybody has heard of everything."""
    drain_outbox.drain()
    db.session.rollback()


def runs() -> list[RuleRun]:
    """What rules did, oldest first."""
    db.session.rollback()
    return db.session.query(RuleRun).order_by(RuleRun.id).all()
