"""Alembic's way into the database: the address comes from helpdesk.migrate, or from the settings for the alembic command."""

from alembic import context
from sqlalchemy import create_engine, event

import helpdesk.models  # noqa: F401
from helpdesk.extensions import Base
from helpdesk.settings import Settings


def run() -> None:
    """One connection, one transaction for all steps."""
    url = context.config.attributes.get("database_url") or Settings.from_environ().database_url
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
