"""What tickets can be about: the desk's own list of words."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.folding import fold
from helpdesk.models import TicketType

MOST = 100


def add(name: str, name_ar: str = "") -> TicketType:
    """A new type, at the end of the list."""
    with transaction() as session:
        if (session.scalar(select(func.count()).select_from(TicketType)) or 0) >= MOST:
            raise Invalid(_("There are %(num)s types already. Rename one instead.", num=MOST), "name")
        last = session.scalar(select(func.max(TicketType.position)))
        kind = TicketType(position=0 if last is None else last + 1, active=True)
        named(session, kind, name, name_ar)
        session.add(kind)
    return kind


def rename(type_id: int, name: str, name_ar: str = "") -> None:
    """Other words for the same; tickets keep it."""
    with transaction() as session:
        named(session, held_type(session, type_id), name, name_ar)


def switch(type_id: int, active: bool) -> None:
    """Off: no ticket gets it any more, those that have it keep it; on again."""
    with transaction() as session:
        held_type(session, type_id).active = active


def reorder(type_ids: Sequence[int]) -> None:
    """In this order; types that are not named follow in theirs."""
    with transaction() as session:
        kinds = session.scalars(select(TicketType).order_by(TicketType.position, TicketType.id).with_for_update()).all()
        places = {type_id: place for place, type_id in enumerate(type_ids)}
        for position, kind in enumerate(sorted(kinds, key=lambda kind: places.get(kind.id, len(places)))):
            kind.position = position


def move(type_id: int, steps: int) -> None:
    """Up (-1) or down (1) in the list; at its end nothing happens."""
    with transaction() as session:
        kinds = list(session.scalars(select(TicketType).order_by(TicketType.position, TicketType.id).with_for_update()))
        here = next((place for place, kind in enumerate(kinds) if kind.id == type_id), None)
        if here is None:
            raise NotFound
        kinds.insert(min(max(here + steps, 0), len(kinds) - 1), kinds.pop(here))
        for position, kind in enumerate(kinds):
            kind.position = position


def named(session: Session, kind: TicketType, name: str, name_ar: str) -> None:
    """Puts the names into the row; Invalid for none, and for one that another type has in any spelling."""
    if not name:
        raise Invalid(_("A name is needed, in one language at least."), "name")
    with session.no_autoflush:
        others = [other for other in session.scalars(select(TicketType)) if other is not kind]
    for field, given in (("name", name), ("name_ar", name_ar)):
        if given and any(fold(given) in (fold(other.name), fold(other.name_ar)) for other in others):
            raise Invalid(_("Another type has this name."), field)
    kind.name, kind.name_ar = name, name_ar


def held_type(session: Session, type_id: int) -> TicketType:
    """The type, locked; NotFound."""
    kind = session.get(TicketType, type_id, with_for_update=True, populate_existing=True)
    if kind is None:
        raise NotFound
    return kind
