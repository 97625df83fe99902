"""The menu: every word that a condition may ask with. A new noun joins by adding its rows here, or from elsewhere by `add`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from automations.conditions import choices, columns, desk_facts
from automations.conditions.choices import Choices
from automations.conditions.columns import Column
from automations.facts import CUSTOMER, OURS, Facts, Text, word_of
from helpdesk.models.ticket import PRIORITIES

GROUPS = {
    "ticket": _l("Ticket"), "message": _l("Message"), "contact": _l("Customer"), "change": _l("What just happened"), "time": _l("Time"),
    "desk": _l("The desk"),
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One thing that can be asked. `read` tells the fact in the form its kind takes; `choices` lists (value, label) where there is a list.
    `now`: what it tells is true of this very moment alone, so that of the past nobody knows it. `column`: the same as SQL, where it can be
    asked of stored tickets; views ask with no other words."""

    name: str
    label: LazyString
    group: str
    kind: str
    read: Callable[[Facts], Any]
    choices: Callable[[], Choices] | None = None
    now: bool = False
    column: Column | None = None


WORDS: dict[str, Word] = {}


def add(word: Word) -> None:
    """The word stands in every menu from now on."""
    WORDS[word.name] = word


def of_ticket(column: str) -> Callable[[Facts], str]:
    """A column as a choice names it."""
    return lambda facts: word_of(getattr(facts.ticket, column))


def of_message(column: str) -> Callable[[Facts], Text]:
    """A text of the message."""
    return lambda facts: Text(str(getattr(facts.message, column, "") or ""))


def recipients(facts: Facts) -> Text:
    """To and Cc, names and addresses."""
    message = facts.message
    return Text("\n".join(f"{one['name']} {one['address']}" for one in [*message.to, *message.cc]) if message else "")


def file_names(facts: Facts) -> Text:
    """Of everything that came with the message."""
    return Text("\n".join(file.name for file in facts.message.attachments) if facts.message else "")


def language(facts: Facts) -> str:
    """Of the message, else of the customer."""
    return (facts.message.language if facts.message else "") or (facts.contact.language if facts.contact else "")


def since_last(kinds: tuple[str, ...]) -> Callable[[Facts], int | None]:
    """Minutes since a person wrote last."""
    return lambda facts: facts.minutes_since(facts.once(f"last {kinds}", lambda: facts.source.last(kinds)))


def by_whom(facts: Facts) -> str:
    """Whose act the event was: "agent:3", "contact", "rule" or "system"; "" when only time passed."""
    event = facts.event
    if event is None:
        return ""
    return f"agent:{event.agent_id}" if event.actor == "agent" else event.actor


def flag(name: str) -> Callable[[Facts], bool]:
    """A warning on the message."""
    return lambda facts: bool(facts.message and name in facts.message.flags)


FIXED = (
    Word("status", _l("the status"), "ticket", "choice", of_ticket("status"), choices.statuses, column=columns.STATUS),
    Word("priority", _l("the priority"), "ticket", "choice", lambda facts: PRIORITIES[facts.ticket.priority], choices.priorities,
         column=columns.PRIORITY),
    Word("type", _l("the type"), "ticket", "choice", of_ticket("type_id"), choices.types, column=columns.TYPE),
    Word("team", _l("the team"), "ticket", "choice", of_ticket("team_id"), choices.teams, column=columns.TEAM),
    Word("assignee", _l("the assignee"), "ticket", "choice", of_ticket("assignee_id"), choices.agents, column=columns.ASSIGNEE),
    Word("inbox", _l("the inbox"), "ticket", "choice", of_ticket("inbox_id"), choices.inboxes, column=columns.INBOX),
    Word("place", _l("the place"), "ticket", "choice", of_ticket("place"), choices.places, column=columns.PLACE),
    Word("tags", _l("the tags"), "ticket", "tags", lambda facts: facts.tags, column=columns.TAGS),
    Word("subject", _l("the subject"), "ticket", "text", lambda facts: facts.subject),
    Word("sla", _l("the promise"), "ticket", "choice", of_ticket("due_state"), choices.promise_states, column=columns.PROMISE),
    Word("messages", _l("the number of messages"), "ticket", "number", lambda facts: sum(facts.counts.values()), column=columns.MESSAGES),
    Word("from_customer", _l("the number of messages of the customer"), "ticket", "number", lambda facts: facts.counts.get("incoming", 0),
         column=columns.FROM_CUSTOMER),
    Word("from_us", _l("the number of our answers"), "ticket", "number", lambda facts: facts.counts.get("outgoing", 0),
         column=columns.FROM_US),
    Word("text", _l("the text"), "message", "text", lambda facts: facts.text),
    Word("channel", _l("the channel"), "message", "choice", lambda facts: facts.message.channel if facts.message else "", choices.channels,
         column=columns.CHANNEL),
    Word("language", _l("the language"), "message", "choice", language, choices.languages, column=columns.LANGUAGE),
    Word("sender", _l("the sender's address"), "message", "text", of_message("from_address")),
    Word("recipients", _l("the recipients"), "message", "text", recipients),
    Word("files", _l("the names of the files"), "message", "text", file_names),
    Word("automatic", _l("a program wrote it"), "message", "yes", lambda facts: bool(facts.message and facts.message.auto_reply),
         column=columns.AUTOMATIC),
    Word("verified", _l("the sender is proved"), "message", "yes", lambda facts: bool(facts.message and facts.message.verified),
         column=columns.VERIFIED),
    Word("stranger", _l("a stranger wrote it"), "message", "yes", flag("stranger"), column=columns.STRANGER),
    Word("name", _l("the customer's name"), "contact", "text", lambda facts: Text(facts.contact.name if facts.contact else "")),
    Word("contact_language", _l("the customer's language"), "contact", "choice",
         lambda facts: facts.contact.language if facts.contact else "", choices.languages, column=columns.CONTACT_LANGUAGE),
    Word("by", _l("who did it"), "change", "choice", by_whom, choices.actors),
    Word("status_changed", _l("the status"), "change", "change", lambda facts: facts.change("status_changed"), choices.statuses),
    Word("priority_changed", _l("the priority"), "change", "change", lambda facts: facts.change("priority_changed"), choices.priorities),
    Word("team_changed", _l("the team"), "change", "change", lambda facts: facts.change("team_changed"), choices.teams),
    Word("type_changed", _l("the type"), "change", "change", lambda facts: facts.change("type_changed"), choices.types),
    Word("assigned", _l("the assignee"), "change", "change",
         lambda facts: facts.change("ticket_assigned") or facts.change("ticket_unassigned"), choices.agents),
    Word("since_created", _l("the time since it was opened"), "time", "since", lambda facts: facts.minutes_since(facts.ticket.created_at),
         column=columns.SINCE_CREATED),
    Word("since_customer", _l("the time since the customer wrote"), "time", "since", since_last(CUSTOMER), column=columns.SINCE_CUSTOMER),
    Word("since_us", _l("the time since we answered"), "time", "since", since_last(OURS), column=columns.SINCE_US),
    Word("waiting", _l("the time the customer has waited"), "time", "since",
         lambda facts: facts.minutes_since(facts.ticket.waiting_since), column=columns.WAITING),
    Word("in_hours", _l("it is within business hours"), "desk", "yes", desk_facts.in_hours, now=True),
    Word("online", _l("the number of agents online"), "desk", "number", desk_facts.agents_online, now=True),
)  # fmt: skip
for each in FIXED:
    add(each)
