"""What can be asked of a ticket: every column that says something to people, and what follows from them."""

from flask_babel import lazy_gettext as _l

from automations.conditions import choices
from automations.conditions.word import Word, of_ticket
from helpdesk.models.ticket import PRIORITIES

WORDS = (
    Word("status", _l("the status"), "ticket", "choice", of_ticket("status"), choices.statuses),
    Word("priority", _l("the priority"), "ticket", "choice", lambda facts: PRIORITIES[facts.ticket.priority], choices.priorities),
    Word("type", _l("the type"), "ticket", "choice", of_ticket("type_id"), choices.types),
    Word("team", _l("the team"), "ticket", "choice", of_ticket("team_id"), choices.teams),
    Word("assignee", _l("the assignee"), "ticket", "choice", of_ticket("assignee_id"), choices.agents),
    Word("inbox", _l("the inbox"), "ticket", "choice", of_ticket("inbox_id"), choices.inboxes),
    Word("also_inbox", _l("the second inbox that its mail came to"), "ticket", "choice", of_ticket("also_inbox_id"),
         choices.inboxes_or_none),
    Word("place", _l("the place"), "ticket", "choice", of_ticket("place"), choices.places),
    Word("snoozed", _l("the ticket is snoozed for now"), "ticket", "yes", lambda facts: facts.ticket.snoozed_until is not None),
    Word("related", _l("the ticket names an older one"), "ticket", "yes", lambda facts: facts.ticket.related_ticket_id is not None),
    Word("tags", _l("the tags"), "ticket", "tags", lambda facts: facts.tags),
    Word("subject", _l("the subject"), "ticket", "text", lambda facts: facts.subject),
    Word("sla", _l("the promise"), "ticket", "choice", of_ticket("due_state"), choices.promise_states),
    Word("sla_name", _l("the promise that falls due next"), "ticket", "choice", of_ticket("due_name"), choices.promises),
    Word("messages", _l("the number of messages"), "ticket", "number", lambda facts: sum(facts.counts.values())),
    Word("from_customer", _l("the number of messages of the customer"), "ticket", "number", lambda facts: facts.counts.get("incoming", 0)),
    Word("from_us", _l("the number of our answers"), "ticket", "number", lambda facts: facts.counts.get("outgoing", 0)),
    Word("notes", _l("the number of notes"), "ticket", "number", lambda facts: facts.counts.get("note", 0)),
)  # fmt: skip
