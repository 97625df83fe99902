"""One line of history, every step tried on a filled desk, on both databases; what comes out is what the models say."""

import multiprocessing
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    inspect,
    select,
    text,
)

import helpdesk.models  # noqa: F401
from helpdesk import migrate
from helpdesk.extensions import Base
from helpdesk.settings import Settings
from tests.conftest import GROUNDS

REVISIONS = sorted(path.stem.split("_")[0] for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py"))
SEARCH = "search_row"  # a virtual table on the one, a GIN index on the other: no model
ROWS = 3


@pytest.fixture(params=GROUNDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a desk without a single table."""
    environment = {"HELPDESK_DATA": str(tmp_path / "data")}
    if request.param == "sqlite":
        yield Settings.from_environ(environment)
        return
    server = request.getfixturevalue("postgresql_server")
    name = server.new_database()
    yield Settings.from_environ(environment | {"HELPDESK_DATABASE_URL": server.url(name)})
    server.drop_database(name)


@pytest.fixture
def engine(empty: Settings) -> Iterator[Engine]:
    engine = create_engine(empty.database_url)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> list[Table]:
    """All tables of today with columns, those that others lean on first."""
    found = MetaData()
    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith((SEARCH, "alembic", "sqlite"))]
        found.reflect(connection, only=names)
    return list(found.sorted_tables)


def fill(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """ROWS rows into every table that is empty; all rows by table."""
    for table in tables(engine):
        with engine.begin() as connection:
            if connection.execute(select(table).limit(1)).first() is None:
                connection.execute(
                    table.insert(), [{one.name: value(one, number) for one in table.columns} for number in range(1, ROWS + 1)]
                )
    return everything(engine)


def value(column: Column[Any], number: int) -> Any:
    """Something that fits; a foreign key leads to the row of the same number."""
    if column.foreign_keys or (isinstance(column.type, Integer) and column.primary_key):
        return number
    if isinstance(column.type, Boolean):
        return bool(number % 2)
    kinds = ((Integer, number), (DateTime, datetime(2026, 11, number, tzinfo=UTC)), (Date, date(2026, 11, number)), (JSON, {"n": number}),
             (LargeBinary, b"raw"))  # fmt: skip
    for kind, example in kinds:
        if isinstance(column.type, kind):
            return example
    return f"{column.name[:3]}{number}"


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
            for table in tables(engine)
        }


def test_every_step_on_a_filled_desk(empty: Settings, engine: Engine) -> None:
    """Rows that were there before a step are there after it, with every value that still has a column."""
    migrate.upgrade(empty, REVISIONS[0])
    before = fill(engine)
    for revision in REVISIONS[1:]:
        migrate.upgrade(empty, revision)
        after = everything(engine)
        for name, rows in before.items():
            kept = [{column: row[column] for column in row if column in after[name][0]} for row in rows]
            assert [{column: row[column] for column in old} for old, row in zip(kept, after[name], strict=True)] == kept, (revision, name)
        before = fill(engine)
    assert migrate.stands_at(empty) == REVISIONS[-1] == migrate.newest()
    assert set(before) == set(Base.metadata.tables)
    assert all(len(rows) == ROWS for rows in before.values())


def test_the_tables_are_what_the_models_say(empty: Settings, engine: Engine) -> None:
    migrate.upgrade(empty)

    def ours(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
        return not (kind == "table" and str(name).startswith(SEARCH))

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
        assert inspect(connection).has_table(SEARCH)


def test_a_step_that_fails_leaves_everything_as_it_was(
    empty: Settings, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(empty)
    rows = fill(engine)
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_breaks.py").write_text(
        f'from alembic import op\nrevision, down_revision = "9999", "{REVISIONS[-1]}"\nbranch_labels = depends_on = None\n'
        'def upgrade():\n    op.execute("CREATE TABLE half (id integer)")\n'
        '    op.execute("DELETE FROM team_agent")\n    raise ZeroDivisionError\n'
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(empty)
    assert migrate.stands_at(empty) == REVISIONS[-1]
    assert everything(engine) == rows
    with engine.connect() as connection:
        assert not inspect(connection).has_table("half")


def test_a_copy_of_sqlite_is_made_first(tmp_path: Path) -> None:
    settings = Settings.from_environ({"HELPDESK_DATA": str(tmp_path / "data")})
    migrate.upgrade(settings, REVISIONS[-2])
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO team (name, name_ar) VALUES ('Repairs', '')"))
    migrate.upgrade(settings)
    engine.dispose()
    with sqlite3.connect(settings.data / "helpdesk.before-migration.db") as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISIONS[-2],)
        assert copy.execute("SELECT name FROM team").fetchall() == [("Repairs",)]
    (settings.data / "helpdesk.before-migration.db").unlink()
    migrate.upgrade(settings)
    assert not (settings.data / "helpdesk.before-migration.db").exists(), "nothing was to be done"


def upgraded(settings: Settings, results: Any) -> None:
    try:
        migrate.upgrade(settings)
        results.put("")
    except Exception as error:  # noqa: BLE001  told to the test
        results.put(repr(error))


def test_three_machines_start_together(empty: Settings, engine: Engine, tmp_path: Path) -> None:
    """Each with a data folder of its own on PostgreSQL, all in the one folder on SQLite."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    folders = [empty.data if empty.on_sqlite else tmp_path / str(number) for number in range(3)]
    settings = [Settings.from_environ({"HELPDESK_DATA": str(folder), "HELPDESK_DATABASE_URL": empty.database_url}) for folder in folders]
    started = [context.Process(target=upgraded, args=(one, results)) for one in settings]
    for process in started:
        process.start()
    assert [results.get(timeout=60) for _ in started] == ["", "", ""]
    for process in started:
        process.join(20)
    assert migrate.stands_at(empty) == REVISIONS[-1]


def test_one_line_of_history() -> None:
    downs = {}
    for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py"):
        names: dict[str, Any] = {}
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("revision =", "down_revision ="))]
        exec("\n".join(lines), names)
        downs[names["revision"]] = names["down_revision"]
        assert path.stem.startswith(f"{names['revision']}_")
    assert [downs[revision] for revision in REVISIONS] == [None, *REVISIONS[:-1]]
