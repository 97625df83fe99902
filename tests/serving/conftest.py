"""The fake desk on a Valkey of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.servers import Valkey
from tests.serving.parts import FakeDesk


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A private server that a test may kill."""
    with Valkey() as server:
        yield server


@pytest.fixture
def publisher(valkey: Valkey) -> Iterator["redis.Redis"]:
    """A client of it."""
    client = redis.Redis.from_url(valkey.url)
    yield client
    client.close()


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    """Three megabytes that are nowhere the same."""
    path = tmp_path / "big.bin"
    path.write_bytes(b"".join(number.to_bytes(4, "big") for number in range(750_000)))
    return path


@pytest.fixture
def start_desk(valkey: Valkey, big_file: Path) -> Iterator[Callable[..., FakeDesk]]:
    """Starts fake desks, with options, and ends them."""
    desks: list[FakeDesk] = []

    def start(*options: str) -> FakeDesk:
        desks.append(FakeDesk(valkey.url, big_file, *options))
        return desks[-1]

    yield start
    for desk in desks:
        if desk.process.poll() is None:
            desk.stop()


@pytest.fixture
def desk(start_desk: Callable[..., FakeDesk]) -> FakeDesk:
    """One fake desk with the product's own constants."""
    return start_desk()
