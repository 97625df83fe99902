"""The small desk, whose mail leaves through a server that fails as asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels import delivery
from helpdesk.actions import drain_outbox
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.incoming import Person
from tests.channels.deliveries import Send
from tests.factories import Clock, SmallDesk, writing
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


@pytest.fixture
def send(desk: SmallDesk, clock: Clock) -> Send:
    """An answer to these recipients whose window is over, tried once; its message id."""

    def written(*recipients: str, attempt: bool = True) -> int:
        number = desk.ticket()
        message = reply(desk.viewer("rana"), number, writing(number, to=[Person("", one) for one in recipients]))
        clock.move(seconds=UNDO_SECONDS)
        release_due()
        drain_outbox.drain()
        if attempt:
            delivery.drain()
        return message.id

    return written
