"""Numbers that say when what is kept in memory is old."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.models import Stamp

ORDERS = "orders"
"""Rules, promises, webhooks: all standing orders together."""


def change_stamp(session: Session, name: str = ORDERS) -> None:
    """Whatever is kept under this name is old once the transaction commits."""
    put_stamp(session, name, secrets.randbelow(2**31))  # and not one more: a desk that was put back would meet its numbers again


def put_stamp(session: Session, name: str, number: int) -> None:
    """This number, for whoever keeps what another number says."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Stamp)
    session.execute(insert.values(name=name, number=number).on_conflict_do_update(index_elements=[Stamp.name], set_={"number": number}))


def stamp(session: Session, name: str = ORDERS) -> int:
    """The number of today."""
    return session.scalar(select(Stamp.number).where(Stamp.name == name)) or 0
