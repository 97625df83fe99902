"""Acts that tell somebody something: the customer, colleagues, another program, whoever reads the ticket later; and acts that stand for
several. Importing this puts them into the menu."""

from datetime import timedelta
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from automations import actions
from automations.actions import ACTS, Act, Action, Doing, Pretended, by_change, in_mind, number
from automations.conditions import choices
from automations.conditions.choices import Choices
from automations.said import Said
from helpdesk.actions import canned, change
from helpdesk.actions.automatic import PER_TICKET, refused
from helpdesk.actions.automatic_reply import answer_with
from helpdesk.actions.desk_note import write_note
from helpdesk.actions.notices import notify
from helpdesk.actions.webhooks import queue
from helpdesk.extensions import db
from helpdesk.models import Agent, CannedReply, Rule, RuleVersion, SlaPolicy, Ticket, Webhook, team_agent
from helpdesk.placeholders import fill
from helpdesk.queries.canned import Missing, text_for
from helpdesk.queries.canned_values import values_for
from helpdesk.queries.notices import who_may_sign_in
from helpdesk.visit.reader import reader


def replies() -> Choices:
    """Canned replies that everybody may use: a personal one is nobody else's."""
    wanted = select(CannedReply).where(CannedReply.active, CannedReply.agent_id.is_(None)).order_by(CannedReply.folder, CannedReply.name)
    return [(str(one.id), one.shown_name(reader().language)) for one in db.session.scalars(wanted)]


def reply(doing: Doing, value: Any) -> str:
    """Answers the customer's message with a canned reply in his language, by the door it came in, within the limits of RFC 3834."""
    message = doing.facts.message
    found = doing.session.get(CannedReply, number(value) or 0)
    if found is None or not found.active:
        return "gone"
    if message is None or message.kind != "incoming":
        return "no_message"
    chosen = text_for(doing.session, doing.ticket, found)
    if isinstance(chosen, Missing):
        return f"missing_language:{chosen.language}"
    filled = fill(chosen.text, values_for(doing.session, doing.ticket, chosen.language, answering=message))
    if filled.missing:
        return f"missing_value:{filled.missing[0]}"
    reason = answer_with(doing.session, doing.ticket, message, filled.text, chosen.language, doing.actor)
    if not reason:
        canned.count(doing.session, found.id)
    return reason or "done"


def pretend_reply(ticket: Pretended, value: Any) -> str:
    """Whether the answer would have left, as far as that can be known: what was counted then over all tickets of a customer is not."""
    session, message = ticket.said.session, ticket.said.message()
    found = session.get(CannedReply, number(value) or 0)
    if found is None or not found.active:
        return "gone"
    if message is None or message.kind != "incoming":
        return "no_message"
    chosen = text_for(session, cast(Ticket, ticket), found)
    if isinstance(chosen, Missing):
        return f"missing_language:{chosen.language}"
    filled = fill(chosen.text, values_for(session, cast(Ticket, ticket), chosen.language, answering=message))
    if filled.missing:
        return f"missing_value:{filled.missing[0]}"
    if reason := refused(session, cast(Ticket, ticket), message):
        return reason
    if answered_lately(ticket.said):
        return "often"
    ticket.write("outgoing", filled.text)
    return "done"


def answered_lately(said: Said) -> bool:
    """Whether the desk wrote by itself within the day before."""
    day = said.at - timedelta(seconds=PER_TICKET.seconds)
    return any(one.automatic and one.kind == "outgoing" and one.created_at > day for one in said.so_far())


def listeners() -> Choices:
    """Who can be told."""
    told = [(f"agent:{key}", label) for key, label in choices.agents() if key]
    return [("assignee", _("The assignee")), ("team", _("The team")), ("supervisors", _("The supervisors")), *told]


def tell(doing: Doing, value: Any, *, by_mail: bool = False) -> str:
    """A notice on the page of whoever it is, and how many that are."""
    agents = agents_of(doing.session, doing.ticket, str(value))
    many = notify(doing.session, agents, doing.ticket.id, doing.about or words_of_rule(doing), by_mail=by_mail)
    return f"done:{many}" if many else "nobody"


def words_of_rule(doing: Doing) -> dict[str, Any]:
    """Which rule or macro wants somebody to look."""
    rule = doing.session.get(Rule, doing.actor.rule_id or 0)
    return {"kind": "rule_told", "rule": rule.name if rule else "", "rule_ar": rule.name_ar if rule else ""}


def agents_of(session: Session, ticket: Any, who: str) -> list[int]:
    """Their ids; those of the supervisors include the admins."""
    if who == "assignee":
        return [ticket.assignee_id] if ticket.assignee_id else []
    if who == "team":
        members = select(team_agent.c.agent_id).where(team_agent.c.team_id == ticket.team_id)
        return list(session.scalars(members.order_by(team_agent.c.agent_id)))
    if who == "supervisors":
        wanted = select(Agent.id).where(Agent.active, Agent.role.in_(["supervisor", "admin"])).order_by(Agent.id)
        return list(session.scalars(wanted))
    return [int(who.removeprefix("agent:"))]


def pretend_tell(ticket: Pretended, value: Any) -> str:
    """Whether anybody would have been there to be told."""
    return "done" if who_may_sign_in(ticket.said.session, agents_of(ticket.said.session, ticket, str(value))) else "nobody"


def policies() -> Choices:
    """Promises in force, by their order; "" leaves it to their conditions."""
    rows = db.session.scalars(select(SlaPolicy).where(SlaPolicy.active).order_by(SlaPolicy.position, SlaPolicy.id))
    return [("", _("The first whose conditions hold")), *((str(one.id), one.shown_name(reader().language)) for one in rows)]


def webhooks() -> Choices:
    """By name."""
    return [(str(one.id), one.name) for one in db.session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id))]


def tell_webhook(doing: Doing, value: Any) -> str:
    """Tells another program of the event."""
    return queue(doing.session, number(value) or 0, doing.ticket, doing.facts.event, doing.actor)


def pretend_webhook(ticket: Pretended, value: Any) -> str:
    """Whether the webhook, as it is today, would have been told."""
    webhook = ticket.said.session.get(Webhook, number(value) or 0)
    if webhook is None:
        return "gone"
    if not webhook.active and not webhook.switched_off:
        return "off"
    if not ticket.said.tell(webhook.id):
        return "known"
    return "queued" if webhook.active else "kept"


def leave_note(doing: Doing, value: Any) -> str:
    """A note for colleagues, word for word."""
    write_note(doing.session, doing.ticket, str(value), doing.actor)
    return "done"


def pretend_note(ticket: Pretended, value: Any) -> str:
    """The same in mind."""
    ticket.write("note", str(value))
    return "done"


def macros() -> Choices:
    """Those of everybody."""
    wanted = select(Rule).where(Rule.kind == "macro", Rule.active, Rule.agent_id.is_(None)).order_by(Rule.name, Rule.id)
    return [(str(one.id), one.shown_name(reader().language)) for one in db.session.scalars(wanted)]


def run_macro(doing: Doing, value: Any) -> str:
    """Everything that the macro says, in order; a macro within a macro is left out."""
    said = said_by_macro(doing.session, value)
    if said is None:
        return "gone"
    results = [actions.perform(doing, action)["result"] for action in said]
    return "done" if {"done", "queued"} & set(results) else "nothing"


def said_by_macro(session: Session, value: Any) -> list[Action] | None:
    """Its actions; None for one that is gone or switched off."""
    rule = session.get(Rule, number(value) or 0)
    if rule is None or rule.kind != "macro" or not rule.active:
        return None
    said: list[Action] = session.get_one(RuleVersion, rule.version_id).definition["then"]
    return [action for action in said if action["do"] != "run_macro"]


def pretend_macro(ticket: Pretended, value: Any) -> str:
    """The same in mind."""
    said = said_by_macro(ticket.said.session, value)
    if said is None:
        return "gone"
    results = [ACTS[action["do"]].pretend(ticket, action.get("value")) for action in said if action["do"] in ACTS]
    return "done" if {"done", "queued"} & set(results) else "nothing"


for each in (
    Act("set_type", _l("set the type to"), "choice", "type", by_change(lambda value: change.set_type(number(value))), choices.types,
        pretend=in_mind("type_id", number)),
    Act("set_policy", _l("put under the policy"), "choice", "policy", by_change(lambda value: change.set_policy(number(value))), policies,
        pretend=in_mind("sla_policy_id", number)),
    Act("reply", _l("answer in the customer's language, by their door, with"), "choice", "", reply, replies, pretend=pretend_reply),
    Act("note", _l("leave the note"), "text", "", leave_note, pretend=pretend_note),
    Act("notify", _l("tell on the page"), "choice", "", tell, listeners, pretend=pretend_tell),
    Act("notify_by_mail", _l("tell by mail"), "choice", "", lambda doing, value: tell(doing, value, by_mail=True), listeners,
        pretend=pretend_tell),
    Act("webhook", _l("tell the webhook"), "choice", "", tell_webhook, webhooks, pretend=pretend_webhook),
    Act("run_macro", _l("run the macro"), "choice", "", run_macro, macros, pretend=pretend_macro),
):  # fmt: skip
    actions.add(each)
