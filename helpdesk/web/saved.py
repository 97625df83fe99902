"""Saved views beside every page and in the address of a list: v12 is the view of that number."""

from dataclasses import dataclass

from flask import request

from helpdesk.errors import NotFound
from helpdesk.models import SavedView
from helpdesk.policy import Viewer
from helpdesk.queries import saved_counts, saved_views
from helpdesk.queries.filters import filter_of
from helpdesk.queries.people import Signed
from helpdesk.queries.roster import pick
from helpdesk.queries.saved_lists import CAP, Number, Wanted, wanted
from helpdesk.queries.views import SORTS
from helpdesk.visit.reader import reader
from helpdesk.visit.reader import text as _
from helpdesk.web.link import Link

KEYS, SECONDS = 9, 0.02
"""How many are reached by a key, and how long a request may count."""


@dataclass(frozen=True)
class Opened:
    """A saved view that a list shows. `known`: every word of it is; `moves`: time alone brings tickets in and out."""

    view: SavedView
    asked: Wanted
    sorts: tuple[str, ...]
    may_edit: bool
    known: bool
    moves: bool


def opened(viewer: Viewer, key: str, sort: str) -> Opened | None:
    """The view that an address names; None where it names none, NotFound where there is none that the viewer sees."""
    number = key.removeprefix("v")
    if not (key.startswith("v") and number.isascii() and number.isdigit()):
        return None
    if len(number) > 9:
        raise NotFound
    view = saved_views.saved_view(viewer, int(number))
    asked = wanted(view, sort)
    said = filter_of(asked.conditions)
    sorts = SORTS if asked.queues == ("open",) and view.sort != "due" else (asked.sort,)
    return Opened(view, asked, sorts, saved_views.may_edit(viewer, view.agent_id), said is not None, bool(said and said.ago))


def saved_links(signed: Signed, current: str) -> list[Link]:
    """The first few views, and the way to the others and to a new one; what was not counted lately is told later."""
    rows, more = saved_views.beside(signed.viewer, signed.agent.view_order)
    numbers = saved_counts.saved_counts(signed.viewer, [(row.id, row.revision) for row in rows])
    heading, here = _("Saved views"), request.path.startswith("/views")
    found = [
        Link(f"view-{row.id}", pick((row.name, row.name_ar), reader().language), "", f"/tickets?view=v{row.id}",
             shown(numbers[row.id]) if row.id in numbers else None, current == f"v{row.id}", heading,
             f"go-saved-{place}" if place <= KEYS else "")
        for place, row in enumerate(rows, 1)
    ]  # fmt: skip
    others = [Link("views", _("All saved views"), "list", "/views", "", here, heading)] if more else []
    return [*found, *others, Link("view-new", _("New view"), "plus", "/views/new", "", False, heading)]


def counted(signed: Signed, here: int | None = None) -> dict[str, str]:
    """The numbers of the views that stand beside every page, as far as a request can count them; `here`: the view that is open."""
    rows, _more = saved_views.beside(signed.viewer, signed.agent.view_order)
    numbers = saved_counts.saved_counts(signed.viewer, [(row.id, row.revision) for row in rows], SECONDS, here)
    return {f"view-{number}": shown(value) for number, value in numbers.items()}


def shown(number: Number) -> str:
    """ "99+" from the cap on, "12+" where more may come as one pages, "" for none."""
    if number.found >= CAP:
        return f"{CAP - 1}+"
    return f"{number.found}+" if number.cut and number.found else str(number.found or "")
