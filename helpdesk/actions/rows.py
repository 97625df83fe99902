"""Many rows of a table in one statement, as they are: no object of a model is made."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, ColumnClause, Insert, Table, Text, bindparam, cast, column, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias

Row = dict[str, Any]


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
