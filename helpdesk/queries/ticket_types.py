"""The desk's list of what tickets can be about."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import TicketType
from helpdesk.policy import Viewer
from helpdesk.queries.people import only_admins


def all_types(viewer: Viewer) -> Sequence[TicketType]:
    """Every type in the desk's order, those that are switched off too."""
    only_admins(viewer)
    return db.session.scalars(select(TicketType).order_by(TicketType.position, TicketType.id)).all()


def one_type(viewer: Viewer, type_id: int) -> TicketType:
    """One type; NotFound."""
    only_admins(viewer)
    found = db.session.get(TicketType, type_id)
    if found is None:
        raise NotFound
    return found
