"""Many rows of a table in one statement, as they are: no object of a model is made."""

import itertools
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, ColumnClause, Insert, Table, Text, bindparam, cast, column, func, insert, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias

Row = dict[str, Any]
NEXT = {
    "postgresql": text("SELECT name, nextval(pg_get_serial_sequence(name, 'id')) AS id FROM unnest(CAST(:names AS text[])) AS name"),
    # a number is never given twice: the highest that there ever was, where the table keeps it
    "sqlite": text(
        "SELECT 'contact' AS name, coalesce(max(id), 0) AS id FROM contact"
        " UNION ALL SELECT name, seq FROM sqlite_sequence WHERE name IN ('ticket', 'message', 'event')"
    ),
}


def table_of(model: type[Any]) -> Table:
    """Its table."""
    found: Table = model.__table__
    return found


def put(session: Session, model: type[Any], rows: Sequence[Row]) -> None:
    """All with the same columns. PostgreSQL gets them as one JSON text: a statement a row, or one with a thousand parameters, costs it and
    us several times as much."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(at_once(table_of(model), tuple(rows[0])), {"rows": as_json(rows)})
    else:
        session.execute(insert(table_of(model)), rows)


def put_numbered(session: Session, model: type[Any], rows: Sequence[Row]) -> list[int]:
    """As `put`; the numbers that the rows got, in their order, in which both databases give them."""
    if not rows:
        return []
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        return sorted(session.scalars(at_once(table, tuple(rows[0])).returning(table.c.id), {"rows": as_json(rows)}))
    return list(session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows))


def numbers_for(session: Session, wanted: dict[str, int]) -> dict[str, Iterator[int]]:
    """So many numbers of each table that nobody else gets, rising."""
    names = [name for name, count in wanted.items() for _one in range(count)]
    dialect = session.get_bind().dialect.name
    rows = session.execute(NEXT[dialect], {"names": names} if dialect == "postgresql" else {}).all() if names else []
    if dialect == "postgresql":
        return {name: iter(sorted(row.id for row in rows if row.name == name)) for name in wanted}
    return {name: itertools.count(1 + max((row.id for row in rows if row.name == name), default=0)) for name in wanted}


def write_all(session: Session, model: type[Any], numbers: Collection[int], **values: Any) -> None:
    """The same values or expressions for all of these rows in one statement, where objects would be written one by one. Objects of them
    that the session holds do not know: the caller tells them by `set_committed_value`."""
    if numbers:
        these = update(model).where(model.id.in_(numbers)).values(**values)
        session.execute(these, execution_options={"synchronize_session": False})


def put_at_end(session: Session, model: type[Any], rows: Sequence[Row]) -> None:
    """As `put`, with all others of the transaction just before it commits: for rows that nobody asks for until then."""
    session.info["tell"]["rows"].setdefault(model, []).extend(rows)


def put_what_waits(session: Session) -> None:
    """The rows of `put_at_end`, table after table."""
    session.flush()
    for model, rows in session.info["tell"]["rows"].items():
        put(session, model, rows)


def as_json(rows: Sequence[Row]) -> str:
    """As one parameter."""
    return json.dumps(rows, default=datetime.isoformat, ensure_ascii=False)


@lru_cache
def at_once(table: Table, names: tuple[str, ...]) -> Insert:
    """Built once: building a statement takes longer than asking it."""
    given = rows_in([column(name, table.c[name].type) for name in names])
    return insert(table).from_select(list(names), select(given))


def rows_in(columns: Sequence[ColumnClause[Any]]) -> TableValuedAlias:
    """The parameter `rows`, what `as_json` made, as a table of these columns."""
    return func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON)).table_valued(*columns).render_derived(with_types=True)
