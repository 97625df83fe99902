"""Bringing the database to this version: one line of history, under a lock, with a copy of SQLite made first."""

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, text

from helpdesk.settings import Settings

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Upgrades; does nothing, quickly, where nothing is to be done."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(settings.data / "migrate.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if revision == "head" and stands_at(settings) == newest():
            return
        if settings.on_sqlite:
            copy_first(Path(settings.database_url.removeprefix("sqlite:///")))
        run_alembic(settings, revision)


def newest() -> str:
    """The newest revision: the last file of the folder, whose names are numbered."""
    return sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[-1]


def stands_at(settings: Settings) -> str | None:
    """The revision the database is at; None for an empty one."""
    if settings.on_sqlite and not os.path.exists(settings.database_url.removeprefix("sqlite:///")):
        return None
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            if not engine.dialect.has_table(connection, "alembic_version"):
                return None
            return connection.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        engine.dispose()


def copy_first(path: Path) -> None:
    """A copy beside the file, named after the revision it was at."""
    if not path.exists() or path.stat().st_size == 0:
        return
    copy = path.with_suffix(".before-migration.db")
    copy.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    with target:
        source.backup(target)
    target.close()
    source.close()


def run_alembic(settings: Settings, revision: str) -> None:
    """Alembic is loaded only when there is work: it is 9 MB in every process that imports it."""
    from alembic import command
    from alembic.config import Config
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = settings.database_url
    command.upgrade(config, revision)
