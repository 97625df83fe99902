"""Going away and coming back: while somebody is away he is given nothing, and what his teams take back goes back to them."""

from helpdesk import clock
from helpdesk.actions import change
from helpdesk.actions.people import held_agent
from helpdesk.actions.record import Actor, held_ticket
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import NotFound
from helpdesk.policy import Viewer
from helpdesk.queries.away import goes_back

AT_ONCE = 50
"""So many tickets go back in one transaction, so that others who write need not wait for all."""


def leave(viewer: Viewer, agent_id: int) -> int:
    """Away from now on; returns how many open tickets went back to their teams. Oneself, or a supervisor for anybody."""
    demand(viewer, agent_id)
    with transaction() as session:
        agent = held_agent(session, agent_id)
        agent.away_since = agent.away_since or clock.now()
    given = 0
    while some := give_back(viewer, agent_id):
        given += some
    return given


def give_back(viewer: Viewer, agent_id: int) -> int:
    """The next tickets go back to their teams; how many. Whoever came back in the meantime keeps the rest."""
    with transaction() as session:
        # tickets before the agent: whoever gives work locks them in that order
        tickets = [held_ticket(session, number) for number in goes_back(session, agent_id, AT_ONCE)]
        if held_agent(session, agent_id).away_since is None:
            return 0
        for ticket in tickets:
            if ticket.assignee_id == agent_id:
                change.assign(None)(session, ticket, Actor("agent", viewer.agent_id, why="went_away"))
        if tickets:
            nudge(session, "route")
        return len(tickets)


def come_back(viewer: Viewer, agent_id: int) -> None:
    """There again, and given work again."""
    demand(viewer, agent_id)
    with transaction() as session:
        held_agent(session, agent_id).away_since = None
        nudge(session, "route")


def demand(viewer: Viewer, agent_id: int) -> None:
    """NotFound for whoever may not say it of that agent."""
    if viewer.agent_id != agent_id and not viewer.sees_all:
        raise NotFound
