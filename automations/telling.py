"""Acts that tell somebody something: the customer, colleagues, another program, whoever reads the ticket later; and acts that stand for
several. Importing this puts them into the menu."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from automations import actions
from automations.actions import Act, Doing, by_change, in_mind, number
from automations.conditions import choices
from automations.conditions.choices import Choices
from helpdesk.actions import canned, change
from helpdesk.actions.automatic_reply import answer_with
from helpdesk.actions.desk_note import write_note
from helpdesk.actions.notices import notify
from helpdesk.actions.webhooks import queue
from helpdesk.extensions import db
from helpdesk.models import Agent, CannedReply, Rule, RuleVersion, Webhook, team_agent
from helpdesk.placeholders import fill
from helpdesk.queries.canned import Missing, text_for
from helpdesk.queries.canned_values import values_for
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
    refused = answer_with(doing.session, doing.ticket, message, filled.text, chosen.language, doing.actor)
    if not refused:
        canned.count(doing.session, found.id)
    return refused or "done"


def listeners() -> Choices:
    """Who can be told."""
    told = [(f"agent:{key}", label) for key, label in choices.agents() if key]
    return [("assignee", _("The assignee")), ("team", _("The team")), ("supervisors", _("The supervisors")), *told]


def tell(doing: Doing, value: Any, *, by_mail: bool = False) -> str:
    """A notice on the page of whoever it is."""
    agents = agents_of(doing, str(value))
    notify(doing.session, agents, doing.ticket.id, doing.notice or words_of_rule(doing), by_mail=by_mail)
    return "done" if agents else "nobody"


def words_of_rule(doing: Doing) -> dict[str, Any]:
    """Which rule or macro wants somebody to look."""
    rule = doing.session.get(Rule, doing.actor.rule_id or 0)
    return {"kind": "rule_told", "rule": rule.name if rule else "", "rule_ar": rule.name_ar if rule else ""}


def agents_of(doing: Doing, who: str) -> list[int]:
    """Their ids; those of the supervisors include the admins."""
    if who == "assignee":
        return [doing.ticket.assignee_id] if doing.ticket.assignee_id else []
    if who == "team":
        members = select(team_agent.c.agent_id).where(team_agent.c.team_id == doing.ticket.team_id)
        return list(doing.session.scalars(members.order_by(team_agent.c.agent_id)))
    if who == "supervisors":
        wanted = select(Agent.id).where(Agent.active, Agent.role.in_(["supervisor", "admin"])).order_by(Agent.id)
        return list(doing.session.scalars(wanted))
    return [int(who.removeprefix("agent:"))]


def webhooks() -> Choices:
    """By name."""
    return [(str(one.id), one.name) for one in db.session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id))]


def tell_webhook(doing: Doing, value: Any) -> str:
    """Tells another program of the event."""
    return queue(doing.session, number(value) or 0, doing.ticket, doing.facts.event, doing.actor)


def leave_note(doing: Doing, value: Any) -> str:
    """A note for colleagues, word for word."""
    write_note(doing.session, doing.ticket, str(value), doing.actor)
    return "done"


def macros() -> Choices:
    """Those of everybody."""
    wanted = select(Rule).where(Rule.kind == "macro", Rule.active, Rule.agent_id.is_(None)).order_by(Rule.name, Rule.id)
    return [(str(one.id), one.shown_name(reader().language)) for one in db.session.scalars(wanted)]


def run_macro(doing: Doing, value: Any) -> str:
    """Everything that the macro says, in order; a macro within a macro is left out."""
    rule = doing.session.get(Rule, number(value) or 0)
    if rule is None or rule.kind != "macro" or not rule.active:
        return "gone"
    said = doing.session.get_one(RuleVersion, rule.version_id).definition["then"]
    results = [actions.perform(doing, action)["result"] for action in said if action["do"] != "run_macro"]
    return "done" if "done" in results else "nothing"


for each in (
    Act("set_type", _l("set the type to"), "choice", "type", by_change(lambda value: change.set_type(number(value))), choices.types,
        pretend=in_mind("type_id", number)),
    Act("reply", _l("answer in the customer's language, by their door, with"), "choice", "", reply, replies),
    Act("note", _l("leave the note"), "text", "", leave_note),
    Act("notify", _l("tell on the page"), "choice", "", tell, listeners),
    Act("notify_by_mail", _l("tell by mail"), "choice", "", lambda doing, value: tell(doing, value, by_mail=True), listeners),
    Act("webhook", _l("tell the webhook"), "choice", "", tell_webhook, webhooks),
    Act("run_macro", _l("run the macro"), "choice", "", run_macro, macros),
):  # fmt: skip
    actions.add(each)
