"""Facts about the desk at a moment: is it open, is anybody there."""

from automations.facts import Facts
from automations.sla.calendars import is_open
from helpdesk.queries.online import agents_online as online


def in_hours(facts: Facts) -> bool:
    """Whether the hours that count for the ticket are open at the moment of the facts."""
    channel = facts.message.channel if facts.message else ""
    return bool(facts.once("in_hours", lambda: is_open(facts.source.session, facts.ticket.team_id, channel, facts.now)))


def agents_online(facts: Facts) -> int:
    """How many agents were at work in the last minutes."""
    return len(facts.once("online", lambda: online(facts.source.session, facts.now)))
