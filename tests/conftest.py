"""What every test may ask for: a desk on each pair of database and Redis. Nothing leaves this machine, nothing is skipped in silence."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.servers import PostgreSQL, Redis, Valkey, free_port

ROOT = Path(__file__).resolve().parents[1]
HELPDESK = str(Path(__file__).absolute().parents[1] / ".venv" / "bin" / "helpdesk")
GROUNDS = ("sqlite", "postgresql")
LONGEST = [f"tests/{name}.py" for name in (
    "pages/test_pages", "pages/test_hostile_html", "automations/test_simulate", "automations/sla/test_hours", "test_kills",
    "test_migrations", "automations/test_as_filter",
)]  # fmt: skip

for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
    del os.environ[name]  # the settings of whoever runs the tests are not the tests' settings

# The same cases on every machine, busy or not; `--hypothesis-profile=default` looks for new ones.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", choices=[*GROUNDS, "both"], default="both", help="SQLite with Valkey, PostgreSQL with Redis, or both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ground" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--on")
        metafunc.parametrize("ground", GROUNDS if chosen == "both" else [chosen], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes first, so that the last of them does not run alone beside an idle processor."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A skipped test is a red one: what is missing is installed or named, never passed over."""
    report = yield
    if report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, which this suite forbids: {report.longrepr}"
    return report


def no_way_out(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses every connection of the test process that would leave this machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            raise PermissionError(f"a test tried to reach {host}; tests use no network")


sys.addaudithook(no_way_out)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """Debian's Redis, one a test process."""
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    """The Valkey of the product's wheel, one a test process."""
    with Valkey() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """Debian's PostgreSQL, one a test process."""
    with PostgreSQL() as server:
        yield server


def migrate(database_url: str, data: Path) -> None:
    """Brings an empty database to today's tables by the product's own command."""
    environment = os.environ | {"HELPDESK_DATA": str(data), "HELPDESK_DATABASE_URL": database_url}
    subprocess.run([HELPDESK, "migrate"], check=True, capture_output=True, env=environment, timeout=120)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file; tests take copies."""
    data = tmp_path_factory.mktemp("template")
    migrate(f"sqlite:///{data / 'helpdesk.db'}", data)
    return data / "helpdesk.db"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated, empty database; tests take copies."""
    name = postgresql_server.new_database()
    migrate(postgresql_server.url(name), tmp_path_factory.mktemp("template"))
    return name


@pytest.fixture(scope="session")
def postgresql_desk(postgresql_server: PostgreSQL, postgresql_template: str) -> str:
    """The name of the one database that all tests of this process use in turn; each finds it empty."""
    return postgresql_server.new_database(postgresql_template)


@pytest.fixture
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of one empty, migrated desk of its own; a test that asks for it runs on both grounds."""
    environment = {"HELPDESK_DATA": str(tmp_path / "data"), "HELPDESK_PORT": str(free_port()), "HELPDESK_TESTING": "1"}
    (tmp_path / "data").mkdir()
    redis = request.getfixturevalue("redis_server" if request.param == "postgresql" else "valkey_server")
    redis.empty()
    environment["HELPDESK_REDIS_URL"] = redis.url
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "data" / "helpdesk.db")
        yield environment
        return
    server, name = request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_desk")
    server.empty_database(name)  # before and not after: whatever the test before left running is cut off
    yield environment | {"HELPDESK_DATABASE_URL": server.url(name)}


@contextmanager
def no_collection() -> Iterator[None]:
    """In CPython 3.11 a collection amid `ast.parse`, by which werkzeug makes routes, lets another thread in, and then "recursion depth
    mismatch" is raised (python/cpython#106905, mended in 3.11.8). Threads of the test before may still be ending here."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.fixture
def app(ground: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The whole application on that desk, in this process, with its context pushed."""
    from helpdesk.app import create_app
    from helpdesk.extensions import db
    from helpdesk.settings import Settings

    for variable, value in ground.items():
        monkeypatch.setenv(variable, value)
    with no_collection():
        application = create_app(Settings.from_environ(ground))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Any) -> Any:
    """A browser without a screen, nobody logged in."""
    return app.test_client()
