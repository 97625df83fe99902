"""What a macro does when an agent clicks: each action by the house's verb, and the first that is refused stops all of it. An answer is
never sent by a macro: its text comes into the composer, and leaves when the agent sends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from automations import routing
from automations.actions import ACTS, Act, Action, Doing, came_of, number
from automations.conditions.say import listed, quoted
from automations.facts import facts_of
from helpdesk.actions import macros
from helpdesk.actions.record import Actor, written_since
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.models import Agent, CannedReply, Event, RuleRun, Ticket
from helpdesk.placeholders import fill
from helpdesk.policy import Viewer
from helpdesk.queries import roster
from helpdesk.queries.canned import Missing, text_for
from helpdesk.queries.canned_values import values_for
from helpdesk.visit.reader import reader

DONE = frozenset({"done", "nothing", "composed", "queued", "kept", "known"})
"""Results with which a macro goes on; a webhook that is told later, or of this anyway, refuses nothing."""
LEFT_OUT = ("run_macro",)
"""Acts that no macro is written with."""


@dataclass(frozen=True)
class Line:
    """One action as an agent reads it: "set the status to", "Solved"; `changes` is false where all is so already; `text` is what comes
    into the composer, where a gap stands for each placeholder that has no value."""

    label: str
    value: str
    changes: bool = True
    text: str = ""


def apply(viewer: Viewer, ticket_number: int, rule_id: int, key: str) -> tuple[RuleRun, list[str]]:
    """See helpdesk.actions.macros.apply; with the texts for the composer."""
    run = macros.apply(viewer, ticket_number, rule_id, key, perform)
    ticket = db.session.get_one(Ticket, ticket_number)
    return run, [composed(db.session(), ticket, viewer.agent_id, one) for one in run.did if one["result"] == "composed"]


def rehearsal(viewer: Viewer, ticket_number: int, rule_id: int) -> list[Line]:
    """What the macro would change now, action by action."""
    did = macros.rehearse(viewer, ticket_number, rule_id, told)
    ticket = db.session.get_one(Ticket, ticket_number)
    return [line(one, composed(db.session(), ticket, viewer.agent_id, one) if one["result"] == "composed" else "") for one in did]


def perform(session: Session, ticket: Ticket, actor: Actor, definition: dict[str, Any]) -> macros.Did:
    """Every action in order; Invalid as soon as one is refused."""
    doing = Doing(session, ticket, actor, facts_of(session, ticket))
    return [do(doing, action) for action in definition["then"]]


def told(session: Session, ticket: Ticket, actor: Actor, definition: dict[str, Any]) -> macros.Did:
    """The same; with what the first event of each action says, as long as it is there."""
    did = perform(session, ticket, actor, definition)
    return [one | {"data": session.get_one(Event, one["events"][0]).data if one["events"] else {}} for one in did]


def do(doing: Doing, action: Action) -> dict[str, Any]:
    """One action; what the house refuses goes on as it was raised."""
    first, act = doing.ticket.last_event_id, ACTS.get(action["do"])
    if act is None:
        raise Invalid(_("This macro wants something that the desk cannot do any more. Nothing was changed."))
    said = came_of(COMPOSED.get(act.name, act.perform)(doing, action.get("value")))
    result = said["result"]
    if result not in DONE:
        raise Invalid(refusal(act, result))
    return {"do": act.name, "value": action.get("value"), "events": written_since(doing.session, doing.ticket, first)} | said


def refusal(act: Act, result: str) -> str:
    """Which action stopped the macro, and why."""
    why, _colon, what = result.partition(":")
    reasons = {
        "gone": _("What it names is not there any more."), "nobody": _("There is nobody to tell."),
        "off": _("The webhook is switched off."),
        "missing_language": _("There is no text in the customer's language (%(language)s).", language=what),
    } | {word: str(sentence) for word, sentence in routing.REASONS.items()}  # fmt: skip
    why = reasons.get(why, why)
    return str(_("Nothing was changed, because “%(action)s” is not possible: %(why)s", action=act.label, why=why))


def prepare_reply(doing: Doing, value: Any) -> str:
    """Whether there is a text for this customer; it is written when the composer asks for it."""
    reply = doing.session.get(CannedReply, number(value) or 0)
    if reply is None or not reply.active:
        return "gone"
    found = text_for(doing.session, doing.ticket, reply)
    return f"missing_language:{found.language}" if isinstance(found, Missing) else "composed"


COMPOSED: dict[str, Callable[[Doing, Any], str]] = {"reply": prepare_reply}
"""Acts whose doing is a text in the composer."""


def composed(session: Session, ticket: Ticket, agent_id: int, did: Action) -> str:
    """The text of such an act; what has no value stays in it as a gap to be filled."""
    reply = session.get(CannedReply, number(did["value"]) or 0)
    found = text_for(session, ticket, reply) if reply else None
    if found is None or isinstance(found, Missing):
        return ""
    return fill(found.text, values_for(session, ticket, found.language, session.get(Agent, agent_id))).text


def line(did: Action, text: str = "") -> Line:
    """What an action did, or would do, in the reader's words."""
    label, value = said(did)
    given = did.get("data", {}).get("to") if did["do"] == "assign_by" else None
    value = roster.names().agent(given, reader().language) if given else value
    return Line(label, value, did["result"] not in ("nothing", "known"), text)


def said(action: Action) -> tuple[str, str]:
    """An action in the reader's words: what is done, and with what."""
    act, value = ACTS.get(action["do"]), action.get("value")
    if act is None:
        return str(action["do"]), ""
    if act.choices is not None:
        return str(act.label), dict(act.choices()).get(str(value), _("not there any more"))
    return str(act.label), listed([quoted(tag) for tag in value], "standard") if isinstance(value, list) else str(value or "")
