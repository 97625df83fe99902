"""What arrived at a door, and whose it is."""

from sqlalchemy import select

from helpdesk.actions.raw import store_raw
from helpdesk.extensions import db
from helpdesk.folding import fold_email
from helpdesk.models import Inbox

__all__ = ["inbox_for", "store_raw"]


def inbox_for(address: str) -> int | None:
    """The active inbox that an address reaches, with or without a +detail; None when it is not ours."""
    folded = fold_email(address)
    local, _, domain = folded.rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    rows = db.session.execute(select(Inbox.id, Inbox.address).where(Inbox.active, Inbox.address.in_([folded, plain]))).all()
    found = {row.address: row.id for row in rows}
    return found.get(folded, found.get(plain))
