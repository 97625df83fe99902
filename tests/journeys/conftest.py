"""What the journeys share: the real product, started by its own command, and Debian's Chromium to sit before it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import HELPDESK
from tests.journeys.desk_page import Seat
from tests.journeys.product import Product
from tests.servers import Missing, PostgreSQL, Redis, until

Start = Callable[..., Product]
CHROMIUM = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium a test process; each seat is a window of its own without anybody's cookies."""
    program = shutil.which("chromium")
    if program is None:
        raise Missing("the journeys need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Callable[[], dict[str, str]]:
    """The settings of one more desk: none for SQLite and a private Valkey; with --on postgresql a database of its own, and Redis."""
    if request.config.getoption("--on") != "postgresql":
        return dict
    postgresql: PostgreSQL = request.getfixturevalue("postgresql_server")
    redis: Redis = request.getfixturevalue("redis_server")

    def settings() -> dict[str, str]:
        redis.empty()
        return {"HELPDESK_DATABASE_URL": postgresql.url(postgresql.new_database()), "HELPDESK_REDIS_URL": redis.url}
    return settings


@pytest.fixture(scope="module")
def start(servers: Callable[[], dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts products in empty folders, and ends them; `settings` are HELPDESK_* by their whole names."""
    running: list[Product] = []

    def begin(*command: str, frozen: bool = False, **settings: str) -> Product:
        folder: Path = tmp_path_factory.mktemp("desk")
        running.append(Product(folder, list(command) or [HELPDESK, "run"], servers() | settings, frozen))
        return running[-1].wait_until_ready()

    yield begin
    for product in running:
        product.stop()


@pytest.fixture
def sit(browser: Browser) -> Iterator[Callable[..., Seat]]:
    """Opens a browser for somebody of the demo and signs in; afterwards no page may have done what none may do."""
    seats: list[Seat] = []

    def sit_down(product: Product, who: str = "agent", language: str = "en", **options: Any) -> Seat:
        seats.append(Seat(browser, product, f"{who}@example.com", language, **options))
        return seats[-1].sign_in()

    yield sit_down
    for seat in seats:
        seat.context.close()
    assert [problem for seat in seats for problem in seat.problems] == []


@pytest.fixture
def outage(request: pytest.FixtureRequest, product: Product) -> Callable[[], AbstractContextManager[None]]:
    """`with outage():` the server that carries hints and nudges is down; it comes back empty.

    The private one by itself, three seconds after its fifth fall (the pauses double); another by our hand.
    """
    @contextmanager
    def private() -> Iterator[None]:
        for _ in range(4):
            product.wait_for_child("valkey", but=product.kill("valkey"))
        fallen = product.kill("valkey")
        until(lambda: product.child("valkey") == 0, "valkey is down", 5)
        yield
        product.wait_for_child("valkey", but=fallen)

    @contextmanager
    def shared() -> Iterator[None]:
        server: Redis = request.getfixturevalue("redis_server")
        server.kill()
        try:
            yield
        finally:
            server.start()
    return private if product.child("valkey") else shared
