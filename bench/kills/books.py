"""The judge's own way into the product's database, and the servers of a desk that can be killed under it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.servers import PostgreSQL, Redis

AWAY = (psycopg.Error, sqlite3.OperationalError)
"""What reading raises while the database is down."""


class Books(Protocol):
    """`environment` leads the product to its database and Redis; questions have parameters like :name."""

    environment: dict[str, str]

    def rows(self, question: str, **given: Any) -> list[tuple[Any, ...]]: ...

    def write(self, statement: str, **given: Any) -> None: ...

    def lose_redis(self, time: int) -> None: ...

    def restart_database(self, time: int) -> None: ...

    def stop(self) -> None: ...


class OnSqlite:
    """The file in the data folder, and the private Valkey, which the product starts itself."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "data" / "helpdesk.db"
        self.environment: dict[str, str] = {}

    def rows(self, question: str, **given: Any) -> list[tuple[Any, ...]]:
        """Reading only."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=20)) as line:
            return line.execute(question, given).fetchall()

    def write(self, statement: str, **given: Any) -> None:
        """One statement, committed."""
        with closing(sqlite3.connect(self.file)) as line, line:
            line.execute(statement, given)

    def lose_redis(self, time: int) -> None:
        """Not here: the Valkey falls with every round's end."""

    def restart_database(self, time: int) -> None:
        """There is no server."""

    def stop(self) -> None:
        """Nothing was started."""


class OnPostgresql:
    """A PostgreSQL and a Redis of its own."""

    def __init__(self) -> None:
        self.server, self.redis = PostgreSQL(durable=True), Redis()
        self.server.start()
        self.redis.start()
        self.url = self.server.url(self.server.new_database())
        self.environment = {"HELPDESK_DATABASE_URL": self.url, "HELPDESK_REDIS_URL": self.redis.url}

    def rows(self, question: str, **given: Any) -> list[tuple[Any, ...]]:
        """Reading only."""
        with psycopg.connect(self.url, connect_timeout=5) as line:
            return line.execute(in_psycopg(question), given).fetchall()

    def write(self, statement: str, **given: Any) -> None:
        """One statement, committed."""
        with psycopg.connect(self.url) as line:
            line.execute(in_psycopg(statement), given)

    def lose_redis(self, time: int) -> None:
        """By turns it forgets everything, and is killed and comes back empty."""
        if time % 2:
            self.redis.kill()
            self.redis.start()
        else:
            self.redis.empty()

    def restart_database(self, time: int) -> None:
        """By turns the fast way, with every connection cut, and by a kill."""
        self.server.kill() if time % 2 else self.server.end(self.server.stop_signal)
        self.server.start()

    def stop(self) -> None:
        """Both servers."""
        self.server.stop()
        self.redis.stop()


def in_psycopg(question: str) -> str:
    """:name as psycopg writes it."""
    return re.sub(r":(\w+)", r"%(\1)s", question.replace("%", "%%"))  # type: ignore[return-value]
