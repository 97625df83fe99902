"""Hours by which promises are counted, written down once for all that are counted by them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.models import KeptHours


def keep_hours(session: Session, row: dict[str, Any]) -> int:
    """The id of the hours that have the row's mark; made when nobody kept them yet, also where somebody does so in this moment."""
    kept = select(KeptHours.id).where(KeptHours.mark == row["mark"])
    number = session.scalar(kept)
    if number is None:
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(KeptHours)
        session.execute(insert.values(**row).on_conflict_do_nothing(index_elements=[KeptHours.mark]))
        number = session.scalars(kept).one()
    return number
