"""Who sees what: one rule, asked by list, ticket, search, fragment, stream and download."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, true

from helpdesk.models import Ticket

DESK = "desk"


@dataclass(frozen=True)
class Viewer:
    """The agent who asks, with all that decides what may be answered."""

    agent_id: int
    role: str
    team_ids: tuple[int, ...] = ()
    inbox_ids: tuple[int, ...] = ()
    language: str = "en"

    @property
    def sees_all(self) -> bool:
        """Supervisors and admins see every ticket."""
        return self.role in ("supervisor", "admin")


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The rule as SQL on ticket."""
    if viewer.sees_all:
        return true()
    return or_(Ticket.inbox_id.in_(viewer.inbox_ids), Ticket.also_inbox_id.in_(viewer.inbox_ids), Ticket.team_id.in_(viewer.team_ids),
               Ticket.assignee_id == viewer.agent_id)


def sees(viewer: Viewer, ticket: Ticket) -> bool:
    """The rule on one ticket."""
    return (viewer.sees_all or ticket.inbox_id in viewer.inbox_ids or ticket.also_inbox_id in viewer.inbox_ids
            or ticket.team_id in viewer.team_ids or ticket.assignee_id == viewer.agent_id)


def sees_inbox(viewer: Viewer, inbox_id: int) -> bool:
    """Who sees what arrives at an inbox, also where it makes no ticket."""
    return viewer.sees_all or inbox_id in viewer.inbox_ids


def topics_of_viewer(viewer: Viewer) -> list[str]:
    """What the viewer's stream listens to: the rule as topics."""
    if viewer.sees_all:
        return [DESK, f"agent:{viewer.agent_id}"]
    return [*(f"inbox:{i}" for i in viewer.inbox_ids), *(f"team:{i}" for i in viewer.team_ids), f"agent:{viewer.agent_id}"]


def topics_of_ticket(ticket: Ticket) -> list[str]:
    """Where a change of the ticket is announced: exactly to those who see it."""
    topics = [DESK, f"inbox:{ticket.inbox_id}"]
    if ticket.also_inbox_id is not None:
        topics.append(f"inbox:{ticket.also_inbox_id}")
    if ticket.team_id is not None:
        topics.append(f"team:{ticket.team_id}")
    if ticket.assignee_id is not None:
        topics.append(f"agent:{ticket.assignee_id}")
    return topics
