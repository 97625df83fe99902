"""What was put aside after five failures goes on when somebody says so: on the page, or at the command line."""

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk import cli_outbox, outbox
from helpdesk.actions import change, drain_outbox
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import PendingEvent
from tests.factories import Clock, SmallDesk


@pytest.fixture
def heard(desk: SmallDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a subscriber heard that failed five times on three events and is mended now."""
    told: list[str] = []
    broken = [True]
    monkeypatch.setattr(outbox, "SUBSCRIBERS", dict(outbox.SUBSCRIBERS))
    monkeypatch.setattr(drain_outbox, "SUBSCRIBERS", outbox.SUBSCRIBERS)

    def handle(_session: Any, event: Any) -> None:
        if broken:
            raise LookupError
        told.append(event.data["to"])

    outbox.subscribe("test", {"priority_changed"}, handle)
    for name in ("high", "urgent", "low"):
        change.change(desk.viewer("admin"), desk.ticket(), change.set_priority(name))
    for _attempt in range(5):
        drain_outbox.drain()
        clock.move(minutes=1)
    broken.clear()
    return told


def rows() -> list[tuple[int, bool]]:
    """(attempts, parked) of what waits."""
    db.session.rollback()
    found = select(PendingEvent).order_by(PendingEvent.id).execution_options(populate_existing=True)
    return [(row.attempts, row.parked_at is not None) for row in db.session.scalars(found)]


def test_all_go_on_or_one(heard: list[str], desk: SmallDesk) -> None:
    assert rows() == [(5, True)] * 3
    second = db.session.scalars(select(PendingEvent.id).order_by(PendingEvent.id).offset(1)).first()
    assert drain_outbox.go_on(second) == 1
    assert rows() == [(5, True), (0, False), (5, True)]
    drain_outbox.drain()
    assert heard == ["urgent"]
    assert drain_outbox.go_on() == 2
    drain_outbox.drain()
    assert (sorted(heard), rows()) == (["high", "low", "urgent"], [])
    assert drain_outbox.go_on() == 0


def test_the_commands(heard: list[str], desk: SmallDesk) -> None:
    def run(command: Any, *arguments: str) -> Any:
        return CliRunner().invoke(command, arguments, obj=lambda: desk.app)

    lines = run(cli_outbox.put_aside).output.splitlines()
    assert [line.split("  ")[2] for line in lines] == ["test"] * 3
    assert all("LookupError" in line for line in lines)
    first = lines[0].split()[0]
    assert "1 put aside and back in the line" in run(cli_outbox.retry, first).output
    assert "in the line already" in run(cli_outbox.retry, first).output
    assert "2 put aside" in run(cli_outbox.retry).output
    assert "Nothing was put aside." in run(cli_outbox.retry).output
    for unknown in ("99999", "4000000000"):
        assert isinstance(run(cli_outbox.retry, unknown).exception, NotFound)
    drain_outbox.drain()
    assert sorted(heard) == ["high", "low", "urgent"]
