"""A cheap question before a story is lived through with all rules: could this one have acted on the ticket at all?"""

from datetime import timedelta

from automations.conditions.evaluate import Many, made
from automations.facts import Facts
from automations.orders import Order
from automations.past import Story, put
from automations.pretence import Pretence, facts_at, together
from helpdesk import clock

SOON = timedelta(minutes=1)
"""What rules answer comes so soon, unless the desk was in trouble."""


def might_act(pretence: Pretence, tried: Order, story: Story) -> bool:
    """Whether the rule could have acted on the ticket as it went: before, between or after what other rules answered. Where it could not,
    the others did what they did, and nothing of the story changes."""
    watching = Pretence(pretence.session, *([tried], []) if "after" not in tried.definition else ([], [tried]))
    watching.ids = set()
    ticket, conditions = story.begin(), made(tried.definition["if"])
    due = dict(watching.first_moments(ticket, story.since))
    for batch in together(story.events, SOON):
        if any(True for _run in watching.ring(ticket, due, batch[0].at)):
            return True
        asked: list[Facts] = []
        for event in batch:
            ticket.said.at = event.at
            put(ticket, event, "to")
            ticket.said.note(event.kind, event.at, event.data)
            watching.plan(ticket, event, due)
            asked = [facts.anew() for facts in asked]
            if event.kind in watching.heard:
                asked.append(facts_at(ticket, event, event.at))
            if any(holds(conditions, facts) for facts in asked):
                return True
    return any(True for _run in watching.ring(ticket, due, clock.now()))


def holds(conditions: Many, facts: Facts) -> bool:
    """Of an event of before, on the ticket as it is by now."""
    facts.ticket.said.asked = facts.event
    return conditions.holds(facts)
