"""What can be asked of a ticket: every column that says something to people, and what follows from them."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l

from automations.conditions import choices, columns
from automations.conditions.word import Word, of_ticket
from automations.facts import Facts
from helpdesk.models.ticket import PRIORITIES


def of_promise(name: str) -> Callable[[Facts], str]:
    """How a promise stands: as the newest of that name does; one that was given up is none."""

    def read(facts: Facts) -> str:
        state = facts.source.promise_state(name)
        return "" if state == "cancelled" else state

    return read


WORDS = (
    Word("status", _l("the status"), "ticket", "choice", of_ticket("status"), choices.statuses, column=columns.STATUS),
    Word("priority", _l("the priority"), "ticket", "choice", lambda facts: PRIORITIES[facts.ticket.priority], choices.priorities,
         column=columns.PRIORITY),
    Word("type", _l("the type"), "ticket", "choice", of_ticket("type_id"), choices.types, column=columns.TYPE),
    Word("team", _l("the team"), "ticket", "choice", of_ticket("team_id"), choices.teams, column=columns.TEAM),
    Word("assignee", _l("the assignee"), "ticket", "choice", of_ticket("assignee_id"), choices.agents, column=columns.ASSIGNEE),
    Word("inbox", _l("the inbox"), "ticket", "choice", of_ticket("inbox_id"), choices.inboxes, column=columns.INBOX),
    Word("also_inbox", _l("the second inbox that its mail came to"), "ticket", "choice", of_ticket("also_inbox_id"),
         choices.inboxes_or_none, column=columns.ALSO_INBOX),
    Word("place", _l("the place"), "ticket", "choice", of_ticket("place"), choices.places, column=columns.PLACE),
    Word("snoozed", _l("the ticket is snoozed for now"), "ticket", "yes", lambda facts: facts.ticket.snoozed_until is not None,
         column=columns.SNOOZED),
    Word("related", _l("the ticket names an older one"), "ticket", "yes", lambda facts: facts.ticket.related_ticket_id is not None,
         column=columns.RELATED),
    Word("tags", _l("the tags"), "ticket", "tags", lambda facts: facts.tags, column=columns.TAGS),
    Word("subject", _l("the subject"), "ticket", "text", lambda facts: facts.subject),
    Word("sla", _l("the promise"), "ticket", "choice", of_ticket("due_state"), choices.promise_states, column=columns.PROMISE),
    Word("sla_name", _l("the promise that falls due next"), "ticket", "choice", of_ticket("due_name"), choices.promises,
         column=columns.PROMISED),
    Word("policy", _l("the policy that was chosen"), "ticket", "choice", of_ticket("sla_policy_id"), choices.policies,
         column=columns.POLICY),
    Word("first_response", _l("the promised first response"), "ticket", "choice", of_promise("first_response"), choices.kept_states,
         column=columns.FIRST_RESPONSE),
    Word("next_response", _l("the promised next response"), "ticket", "choice", of_promise("next_response"), choices.kept_states,
         column=columns.NEXT_RESPONSE),
    Word("resolution", _l("the promised resolution"), "ticket", "choice", of_promise("resolution"), choices.kept_states,
         column=columns.RESOLUTION),
    Word("messages", _l("the number of messages"), "ticket", "number", lambda facts: sum(facts.counts.values()), column=columns.MESSAGES),
    Word("from_customer", _l("the number of messages of the customer"), "ticket", "number", lambda facts: facts.counts.get("incoming", 0),
         column=columns.FROM_CUSTOMER),
    Word("from_us", _l("the number of our answers"), "ticket", "number", lambda facts: facts.counts.get("outgoing", 0),
         column=columns.FROM_US),
    Word("notes", _l("the number of notes"), "ticket", "number", lambda facts: facts.counts.get("note", 0), column=columns.NOTES),
)  # fmt: skip
