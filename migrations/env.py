"""Alembic's way into the database: the address comes from helpdesk.migrate, or from the settings for the alembic command."""

from typing import Any

from alembic import context
from sqlalchemy import Engine, create_engine, event, text

import helpdesk.models  # noqa: F401
from helpdesk.extensions import Base
from helpdesk.settings import Settings

ONE_AT_A_TIME = 7_313_021_115
"""The number of PostgreSQL's advisory lock: two machines that start together migrate one after the other."""


def run() -> None:
    """One connection, one transaction for all steps: a step that fails leaves the database as it was."""
    url = context.config.attributes.get("database_url") or Settings.from_environ().database_url
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        watch(engine)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})
            context.run_migrations()
    engine.dispose()


def watch(engine: Engine) -> None:
    """SQLite knows transactions of tables too, once Python's driver leaves them to us."""

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))


run()
