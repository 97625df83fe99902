"""The fake desk on a Valkey of its own: one a module for most tests, a fresh one for those that change constants or kill things."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk import clock
from helpdesk.actions.inboxes import InboxChange, create
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Desk
from tests.servers import Valkey, until
from tests.serving.doors import Door
from tests.serving.parts import EventStream, FakeDesk


@pytest.fixture(scope="session")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three megabytes that are nowhere the same."""
    path = tmp_path_factory.mktemp("files") / "big.bin"
    path.write_bytes(b"".join(number.to_bytes(4, "big") for number in range(750_000)))
    return path


@pytest.fixture(scope="module")
def desk(big_file: Path) -> Iterator[FakeDesk]:
    """One fake desk with the product's own constants, for a whole file of tests."""
    with Valkey() as server, FakeDesk(server.url, big_file) as desk:
        yield desk


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A private server that a test may kill."""
    with Valkey() as server:
        yield server


@pytest.fixture
def start_desk(valkey: Valkey, big_file: Path) -> Iterator[Callable[..., FakeDesk]]:
    """Starts fake desks on it, with changed constants, and ends them."""
    desks: list[FakeDesk] = []

    def start(*options: str) -> FakeDesk:
        desks.append(FakeDesk(valkey.url, big_file, *options))
        return desks[-1]

    yield start
    for desk in desks:
        desk.__exit__()


@pytest.fixture
def listen() -> Iterator[Callable[[FakeDesk, str], EventStream]]:
    """Opens event streams and closes them; afterwards nobody is present any more."""
    opened: list[tuple[FakeDesk, EventStream]] = []

    def open_stream(desk: FakeDesk, topics: str) -> EventStream:
        opened.append((desk, EventStream(desk.port, topics)))
        return opened[-1][1]

    yield open_stream
    for _, stream in opened:
        stream.close()
    for desk in {desk for desk, _ in opened if desk.process.poll() is None}:
        until(lambda desk=desk: not desk.redis.keys("presence:*"), "nobody present", 20)  # type: ignore[misc]


@pytest.fixture
def open_door(app: Any, ground: dict[str, str]) -> Iterator[Callable[..., Door]]:
    """Opens doors to a practice desk with one open inbox and a closed one."""
    with transaction() as session:
        session.add(Desk(id=1, name="Desk", demo=True, created_at=clock.now()))
    create(InboxChange("support@example.com", "Support", "الدعم"))
    create(InboxChange("closed@example.com", "Closed", "مغلق", active=False))
    db.session.remove()
    doors: list[Door] = []

    def start(*options: str, **environment: str) -> Door:
        doors.append(Door(ground | environment, *options))
        return doors[-1]

    yield start
    for door in doors:
        door.stop()


@pytest.fixture
def door(open_door: Callable[..., Door]) -> Door:
    return open_door()
