"""The menu of acts: what a rule, a macro or an escalation may do to a ticket, each by one of the house's own verbs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from automations.conditions import choices
from automations.conditions.choices import Choices
from automations.facts import Facts
from automations.said import Said
from helpdesk.actions import change
from helpdesk.actions.record import Actor, written_since
from helpdesk.errors import HelpdeskError
from helpdesk.models import Ticket
from helpdesk.models.ticket import PRIORITIES

MOST_ACTIONS = 20
GONE = frozenset({"gone", "unknown", "agent_unknown", "team_unknown", "type_unknown", "policy_unknown"})
"""Results that say that what an action names is not there any more."""
Action = dict[str, Any]


@dataclass(frozen=True)
class Doing:
    """What an act has at hand. `about`: what a notice says of it where no rule asked for it, as queries.notices takes it."""

    session: Session
    ticket: Ticket
    actor: Actor
    facts: Facts
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """One thing that can be done. `takes` is the form field of its value: "choice", "tags", "text" or "" for none; `sets` names what two
    acts would quarrel over; `check(value)` says what is wrong with a value, `perform` does it and says in a word what came of it.
    `pretend` does the same to a ticket that is only kept in mind, and nothing else."""

    name: str
    label: LazyString
    takes: str
    sets: str
    perform: Callable[[Doing, Any], str]
    choices: Callable[[], Choices] | None = None
    check: Callable[[Any], str] | None = None
    pretend: "Callable[[Pretended, Any], str]" = lambda _ticket, _value: "done"


class Pretended(Protocol):
    """A ticket kept in mind: the columns of a ticket, and its folded tags."""

    tags: set[str]
    said: Said

    def set(self, column: str, value: Any) -> bool:
        """Whether that was a change."""
        ...

    def set_tag(self, name: str, *, on: bool) -> bool:
        """The same for a tag."""
        ...

    def write(self, kind: str, text: str) -> None:
        """A "note", or an "outgoing" message."""
        ...


ACTS: dict[str, Act] = {}


def add(act: Act) -> None:
    """The act stands in every menu from now on."""
    ACTS[act.name] = act


def by_change(make: Callable[[Any], change.Change]) -> Callable[[Doing, Any], str]:
    """An act that is one change of the ticket; "nothing" when the ticket was like that already."""

    def perform(doing: Doing, value: Any) -> str:
        before = doing.ticket.last_event_id
        make(value)(doing.session, doing.ticket, doing.actor)
        return "done" if doing.ticket.last_event_id != before else "nothing"

    return perform


def every_tag(make: Callable[[str], change.Change]) -> Callable[[Doing, Any], str]:
    """The same for each tag of a list."""

    def perform(doing: Doing, value: Any) -> str:
        results = [by_change(make)(doing, name) for name in value]
        return "done" if "done" in results else "nothing"

    return perform


def in_mind(column: str, as_kept: Callable[[Any], Any] = str) -> Callable[[Pretended, Any], str]:
    """Sets a column of a ticket that is kept in mind."""
    return lambda ticket, value: "done" if ticket.set(column, as_kept(value)) else "nothing"


def tags_in_mind(*, on: bool) -> "Callable[[Pretended, Any], str]":
    """Adds tags, or takes them off."""
    return lambda ticket, value: "done" if sum(ticket.set_tag(name, on=on) for name in value) else "nothing"


def number(value: Any) -> int | None:
    """An id as a choice names it; "" is none."""
    return int(value) if value else None


FIXED = (
    Act("set_team", _l("move to the team"), "choice", "team", by_change(lambda value: change.set_team(number(value))), choices.teams,
        pretend=in_mind("team_id", number)),
    Act("assign", _l("assign to"), "choice", "assignee", by_change(lambda value: change.assign(number(value))), choices.agents,
        pretend=in_mind("assignee_id", number)),
    Act("set_status", _l("set the status to"), "choice", "status", by_change(change.set_status), choices.statuses,
        pretend=in_mind("status")),
    Act("set_priority", _l("set the priority to"), "choice", "priority", by_change(change.set_priority), choices.priorities,
        pretend=in_mind("priority", PRIORITIES.index)),
    Act("tag", _l("add the tags"), "tags", "", every_tag(change.tag), pretend=tags_in_mind(on=True)),
    Act("untag", _l("take off the tags"), "tags", "", every_tag(change.untag), pretend=tags_in_mind(on=False)),
    Act("move", _l("move to"), "choice", "place", by_change(change.move), choices.places, pretend=in_mind("place")),
)  # fmt: skip
for each in FIXED:
    add(each)


def perform(doing: Doing, action: Action) -> dict[str, Any]:
    """Does one action: {"do", "value", "events"} and what `came_of` it. What the house refuses is a result in words, and undoes nothing
    else."""
    first = doing.ticket.last_event_id
    act = ACTS.get(action["do"])
    try:
        result = act.perform(doing, action.get("value")) if act else "unknown"
    except HelpdeskError as refusal:
        result = refusal.sentence or type(refusal).__name__
    written = written_since(doing.session, doing.ticket, first)
    return {"do": action["do"], "value": action.get("value"), "events": written} | came_of(result)


def came_of(result: str) -> dict[str, Any]:
    """An act's word as a log keeps it: {"result"}, of "done:3" also how "many" were told."""
    name, _colon, many = result.partition(":")
    return {"result": name, "many": int(many)} if name == "done" and many else {"result": result}


def problems(actions: Any, path: str = "then") -> dict[str, str]:
    """{place: sentence} of a list of actions; a place is like "then.0"."""
    if not isinstance(actions, list) or not actions:
        return {path: _("Choose what is to be done.")}
    if len(actions) > MOST_ACTIONS:
        return {path: _("At most %(num)s actions.", num=MOST_ACTIONS)}
    found = {f"{path}.{place}": problem_of(action) for place, action in enumerate(actions)}
    return {place: sentence for place, sentence in found.items() if sentence}


def problem_of(action: Any) -> str:
    """What is wrong with one action; "" when nothing is."""
    act = ACTS.get(action.get("do", "")) if isinstance(action, dict) else None
    if act is None:
        return _("There is no such action.")
    value = action.get("value")
    if act.check:
        return act.check(value)
    if act.choices and str(value) not in {key for key, _label in act.choices()}:
        return _("What was chosen is not there any more. Choose again.")
    if act.takes == "tags" and not (isinstance(value, list) and value and all(isinstance(tag, str) and tag.strip() for tag in value)):
        return _("Write a tag.")
    if act.takes == "text" and not (isinstance(value, str) and value.strip()):
        return _("This field is needed.")
    return ""
