"""Saved views: made, changed, put in order, thrown away and brought back."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Agent, SavedView, Team
from helpdesk.models.ticket import QUEUES
from helpdesk.models.view import ORDERS
from helpdesk.policy import Viewer
from helpdesk.queries.saved_lists import may_sort
from helpdesk.queries.saved_views import may_edit, saved_views

MOST = 200
"""So many an agent may have of his own, and the desk together."""


@dataclass(frozen=True)
class ViewChange:
    """All that is said of a view. Its conditions were found free of problems by whoever knows their words."""

    name: str
    name_ar: str
    queues: tuple[str, ...]
    conditions: dict[str, Any]
    sort: str = "newest"
    agent_id: int | None = None
    team_id: int | None = None


def create(viewer: Viewer, asked: ViewChange) -> SavedView:
    """A new view, at the end of the list; Invalid for an owner that the viewer may not write for."""
    check(asked)
    view = SavedView(revision=1)
    with transaction() as session:
        write(session, viewer, view, asked)
        owned = SavedView.agent_id == asked.agent_id if asked.agent_id else SavedView.agent_id.is_(None)
        with session.no_autoflush:
            held = session.scalar(select(func.count()).select_from(SavedView).where(owned, SavedView.deleted_at.is_(None))) or 0
        if held >= MOST:
            raise Invalid(_("There are %(num)s views already. Delete one first.", num=MOST))
        session.add(view)
    return view


def edit(viewer: Viewer, view_id: int, asked: ViewChange, revision: int) -> SavedView:
    """Everything of a view; Invalid ("view_changed") when somebody changed it after the revision that the viewer saw."""
    check(asked)
    with transaction() as session:
        view = held_view(session, viewer, view_id)
        if view.revision != revision:
            raise Invalid("view_changed")
        write(session, viewer, view, asked)
        view.revision += 1
    return view


def delete(viewer: Viewer, view_id: int) -> None:
    """Throws it away; nobody is shown it any more. `bring_back` undoes it."""
    with transaction() as session:
        held_view(session, viewer, view_id).deleted_at = clock.now()


def bring_back(viewer: Viewer, view_id: int) -> SavedView:
    """As it was, and where it was."""
    with transaction() as session:
        view = held_view(session, viewer, view_id, deleted=True)
        view.deleted_at = None
    return view


def put_in_order(viewer: Viewer, view_ids: list[int]) -> None:
    """The order in which the viewer has them, and nobody else; what he does not see, or does not name, comes after."""
    seen = {view.id for view in saved_views(viewer)}
    with transaction() as session:
        session.get_one(Agent, viewer.agent_id, with_for_update=True).view_order = [number for number in view_ids if number in seen]


def check(asked: ViewChange) -> None:
    """Queues and order that go together."""
    if not asked.name:
        raise Invalid(_("A name is needed, in one language at least."), "name")
    if not asked.queues or set(asked.queues) - set(QUEUES):
        raise Invalid(_("Choose where to look."), "queues")
    if asked.sort not in ORDERS:
        raise Invalid(_("Choose one of the list."), "sort")
    if not may_sort(asked.queues, asked.sort):
        raise Invalid(_("Only open tickets can be put in this order. Look among open ones alone, or choose the newest first."), "sort")


def held_view(session: Session, viewer: Viewer, view_id: int, *, deleted: bool = False) -> SavedView:
    """The view, locked; NotFound also where the viewer may not change it."""
    view = session.get(SavedView, view_id, with_for_update=True, populate_existing=True)
    if view is None or (view.deleted_at is not None) is not deleted or not may_edit(viewer, view.agent_id):
        raise NotFound
    return view


def write(session: Session, viewer: Viewer, view: SavedView, asked: ViewChange) -> None:
    """Puts everything into the row."""
    if not may_edit(viewer, asked.agent_id):
        raise Invalid(_("You may write views of your own; supervisors write those of teams and of everybody."), "owner")
    with session.no_autoflush:
        if asked.team_id is not None and session.get(Team, asked.team_id) is None:
            raise Invalid(_("That team is not here any more."), "owner")
    view.name, view.name_ar, view.agent_id, view.team_id = asked.name, asked.name_ar, asked.agent_id, asked.team_id
    view.queues = [queue for queue in QUEUES if queue in asked.queues]
    view.conditions, view.sort, view.changed_by, view.changed_at = asked.conditions, asked.sort, viewer.agent_id, clock.now()
