"""Rows into tables, fast: indexes away, COPY or one prepared statement, indexes back."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

Row = tuple[object, ...]
NUMBERED = ("desk", "agent", "team", "inbox", "contact", "ticket", "message", "event")


class Sqlite:
    """A migrated, empty file."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000", "temp_store=MEMORY"):
            self.connection.execute(f"PRAGMA {pragma}")
        found = self.connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix~_%' ESCAPE '~'"
        ).fetchall()
        self.indexes = [sql for _, sql in found]
        for name, _ in found:
            self.connection.execute(f"DROP INDEX {name}")
        self.connection.execute("BEGIN")

    def add(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        """Many rows."""
        names = columns.split()
        self.connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)

    def finish(self) -> None:
        """Indexes and the planner's figures."""
        self.connection.execute("COMMIT")
        for sql in self.indexes:
            self.connection.execute(sql)
        self.connection.execute("ANALYZE")
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.close()


class PostgreSQL:
    """A migrated, empty database. Tokens go through a table of text, because only to_tsvector gives them their places."""

    def __init__(self, url: str) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(url)
        ask = self.connection.execute
        ask("SET synchronous_commit = off")
        ask("SET session_replication_role = replica")  # foreign keys are right by construction
        found = ask("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE 'ix\\_%'").fetchall()
        self.indexes = [sql for _, sql in found]
        for name, _ in found:
            ask(f'DROP INDEX "{name}"')
        ask("CREATE TEMP TABLE words (tokens text, ticket_id integer, message_id integer)")

    def add(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        """Many rows by COPY."""
        target = "words" if table == "search_row" else table
        with closing(self.connection.cursor()) as cursor, cursor.copy(f"COPY {target} ({', '.join(columns.split())}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self) -> None:
        """Search rows, sequences, indexes and the planner's figures."""
        ask = self.connection.execute
        ask("INSERT INTO search_row (tokens, ticket_id, message_id) SELECT to_tsvector('simple', tokens), ticket_id, message_id FROM words")
        for table in NUMBERED:
            ask(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        ask("SET maintenance_work_mem = '512MB'")
        for sql in self.indexes:
            ask(sql)
        self.connection.commit()
        self.connection.autocommit = True
        ask("VACUUM ANALYZE")
        ask("CHECKPOINT")
        self.connection.close()


def fill(target: Sqlite | PostgreSQL, tickets: int, password_hash: str) -> dict[str, list[str]]:
    """Fills a desk; answers which words stand in 0.1 to 1 % of its tickets."""
    from bench.seed.people import people
    from bench.seed.tickets import COLUMNS, Seed

    for table in people(password_hash):
        target.add(table.name, table.columns, table.rows)
    seed = Seed(tickets)
    for batch in seed.batches():
        for name, rows in batch.items():
            target.add(name, COLUMNS[name], rows)
    target.finish()
    return {"words": sorted(word for word, count in seed.tickets_with.items() if 0.001 <= count / tickets <= 0.01)}
