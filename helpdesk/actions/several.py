"""One change to several tickets, each in a transaction of its own: what can be done is done, and what was before can be put back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from helpdesk.actions.change import Change, change
from helpdesk.actions.record import Actor
from helpdesk.errors import HelpdeskError, Invalid
from helpdesk.models import Ticket
from helpdesk.policy import Viewer

MOST = 100


@dataclass
class Outcome:
    """`was`: a changed ticket's number -> what `before` said of it; `same` were so already, `refused` could not be changed."""

    was: dict[int, str] = field(default_factory=dict)
    same: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


def change_several(viewer: Viewer, numbers: Sequence[int], apply: Change, before: Callable[[Ticket], str]) -> Outcome:
    """Changes each of the first MOST tickets that the viewer sees. Raises Invalid when the change could be made to none of them."""
    found, refusal = Outcome(), None
    for number in numbers[:MOST]:
        try:
            was = change_one(viewer, number, apply, before)
        except HelpdeskError as error:
            refusal = error
            found.refused.append(number)
            continue
        if was is None:
            found.same.append(number)
        else:
            found.was[number] = was
    if isinstance(refusal, Invalid) and not found.was and not found.same:
        raise refusal
    return found


def change_one(viewer: Viewer, number: int, apply: Change, before: Callable[[Ticket], str]) -> str | None:
    """What was before; None where nothing had to change."""
    events, said = list[int](), list[str]()

    def look(_session: Session, ticket: Ticket, _actor: Actor) -> None:
        events.append(ticket.last_event_id)
        said.append(before(ticket))

    change(viewer, number, look, apply, look)
    return said[0] if events[0] != events[-1] else None
