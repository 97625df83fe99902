"""What can be asked of the moment: what just happened and by whom, how long ago something was, what the desk is like."""

from collections.abc import Callable

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from automations.conditions import choices, columns, desk_facts
from automations.conditions.word import Word
from automations.facts import CUSTOMER, OURS, Facts
from helpdesk.folding import fold


def by_whom(facts: Facts) -> str:
    """Whose act the event was: "agent:3", "contact", "rule" or "system"; "" when only time passed."""
    event = facts.event
    if event is None:
        return ""
    return f"agent:{event.agent_id}" if event.actor == "agent" else event.actor


def tag_of(kind: str) -> Callable[[Facts], frozenset[str]]:
    """The tag that the event put on or took off, folded; none of another event."""

    def read(facts: Facts) -> frozenset[str]:
        event = facts.event
        return frozenset({fold(str(event.data.get("tag", "")))[:60]}) if event is not None and event.kind == kind else frozenset()

    return read


def just(kind: str) -> Callable[[Facts], bool]:
    """Whether that is what happened."""
    return lambda facts: facts.event is not None and facts.event.kind == kind


def since_message(*kinds: str) -> Callable[[Facts], int | None]:
    """Minutes since a person wrote last."""
    return lambda facts: facts.minutes_since(facts.once(f"last {kinds}", lambda: facts.source.last(kinds)))


def since_event(name: str, label: LazyString, *kinds: str) -> Word:
    """Minutes since something of these kinds happened last."""

    def read(facts: Facts) -> int | None:
        return facts.minutes_since(facts.once(f"last event {kinds}", lambda: facts.source.last_event(kinds)))

    return Word(name, label, "time", "since", read, column=columns.since_event(*kinds))


def until_due(facts: Facts) -> int | None:
    """Minutes until the next promise falls due; None without one and where it is late."""
    due_at = facts.ticket.due_at
    return None if due_at is None or due_at < facts.now else -(facts.minutes_since(due_at) or 0)


def overdue(facts: Facts) -> int | None:
    """Minutes by which it is late; None where it is not."""
    due_at = facts.ticket.due_at
    return None if due_at is None or due_at > facts.now else facts.minutes_since(due_at)


WORDS = (
    Word("by", _l("who did it"), "change", "choice", by_whom, choices.actors),
    Word("status_changed", _l("the status"), "change", "change", lambda facts: facts.change("status_changed"), choices.statuses),
    Word("priority_changed", _l("the priority"), "change", "change", lambda facts: facts.change("priority_changed"), choices.priorities),
    Word("team_changed", _l("the team"), "change", "change", lambda facts: facts.change("team_changed"), choices.teams),
    Word("type_changed", _l("the type"), "change", "change", lambda facts: facts.change("type_changed"), choices.types),
    Word("policy_changed", _l("the policy that was chosen"), "change", "change", lambda facts: facts.change("policy_changed"),
         choices.policies),
    Word("subject_changed", _l("the subject has just changed"), "change", "yes", just("subject_changed")),
    Word("just_snoozed", _l("the ticket has just been snoozed"), "change", "yes", just("ticket_snoozed")),
    Word("just_woken", _l("the ticket has just woken"), "change", "yes", just("ticket_woken")),
    Word("place_changed", _l("the place"), "change", "change", lambda facts: facts.change("ticket_moved"), choices.places),
    Word("assigned", _l("the assignee"), "change", "change",
         lambda facts: facts.change("ticket_assigned") or facts.change("ticket_unassigned"), choices.agents),
    Word("tag_added", _l("the tags just added"), "change", "tags", tag_of("ticket_tagged")),
    Word("tag_removed", _l("the tags just taken off"), "change", "tags", tag_of("ticket_untagged")),
    Word("since_created", _l("the time since it was opened"), "time", "since", lambda facts: facts.minutes_since(facts.ticket.created_at),
         column=columns.SINCE_CREATED),
    Word("since_customer", _l("the time since the customer wrote"), "time", "since", since_message(*CUSTOMER),
         column=columns.SINCE_CUSTOMER),
    Word("since_us", _l("the time since we answered"), "time", "since", since_message(*OURS), column=columns.SINCE_US),
    Word("since_note", _l("the time since a note was written"), "time", "since", since_message("note"), column=columns.SINCE_NOTE),
    Word("since_any", _l("the time since anybody wrote"), "time", "since", since_message("incoming", "outgoing", "note"),
         column=columns.SINCE_ANY),
    Word("waiting", _l("the time the customer has waited"), "time", "since",
         lambda facts: facts.minutes_since(facts.ticket.waiting_since), column=columns.WAITING),
    since_event("since_status", _l("the time since the status changed"), "status_changed"),
    since_event("since_assigned", _l("the time since somebody was assigned"), "ticket_assigned"),
    since_event("since_team", _l("the time since the team changed"), "team_changed"),
    since_event("since_priority", _l("the time since the priority changed"), "priority_changed"),
    since_event("since_type", _l("the time since the type changed"), "type_changed"),
    since_event("since_policy", _l("the time since it was put under a policy"), "policy_changed"),
    since_event("since_subject", _l("the time since the subject changed"), "subject_changed"),
    since_event("since_snoozed", _l("the time since it was snoozed"), "ticket_snoozed"),
    since_event("since_woken", _l("the time since it woke"), "ticket_woken"),
    since_event("since_moved", _l("the time since it was moved to another place"), "ticket_moved"),
    since_event("since_failed", _l("the time since an answer could not be delivered"), "delivery_failed", "delivery_bounced"),
    since_event("since_tag", _l("the time since a tag was added"), "ticket_tagged"),
    Word("until_due", _l("the time until the promise falls due"), "time", "since", until_due, column=columns.UNTIL_DUE),
    Word("overdue", _l("the time by which the promise is late"), "time", "since", overdue, column=columns.OVERDUE),
    Word("in_hours", _l("it is within business hours"), "desk", "yes", desk_facts.in_hours),
    Word("online", _l("the number of agents online"), "desk", "number", desk_facts.agents_online, now=True),
)  # fmt: skip
