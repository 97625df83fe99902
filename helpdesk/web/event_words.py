"""Events in words: who, what, why; names isolated, so that two languages can stand in one line."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup, escape

from helpdesk.models import Event
from helpdesk.queries.roster import Names
from helpdesk.visit.times import long_time
from helpdesk.web import promise_words

ICONS = {
    "ticket_assigned": "user-check",
    "ticket_unassigned": "user-x",
    "team_changed": "users",
    "status_changed": "circle-dot",
    "priority_changed": "prio2",
    "type_changed": "layers",
    "policy_changed": "alarm-clock",
    "subject_changed": "pencil",
    "ticket_tagged": "tag",
    "ticket_untagged": "tag",
    "ticket_moved": "archive",
    "ticket_snoozed": "moon",
    "ticket_woken": "clock",
    "delivery_failed": "circle-x",
    "delivery_uncertain": "help",
    "delivery_resolved": "check",
    "delivery_bounced": "circle-x",
    "screening_undone": "user-check",
    "inbox_added": "inbox",
    **promise_words.ICONS,
}


def status_name(status: str) -> str:
    """A status in the reader's language."""
    return {"open": _("Open"), "pending": _("Pending"), "on_hold": _("On hold"), "solved": _("Solved"), "closed": _("Closed")}.get(
        status, status
    )


def priority_name(priority: str) -> str:
    """A priority in the reader's language."""
    return {"low": _("Low"), "normal": _("Normal"), "high": _("High"), "urgent": _("Urgent")}.get(priority, priority)


def place_name(place: str) -> str:
    """A place in the reader's language."""
    return {"inbox": _("Inbox"), "spam": _("Spam"), "trash": _("Trash")}.get(place, place)


def in_words(event: Event, names: Names, contact_name: str, language: str) -> Markup:
    """One sentence; what it does not know it says plainly."""
    if event.kind.startswith("sla_"):
        return promise_words.in_words(event, who(event, names, contact_name, language))
    values = {"who": who(event, names, contact_name, language)} | values_of(event, names, language)
    sentence = SENTENCES.get(event.kind, lambda _event: "%(who)s")(event)
    words = escape(sentence) % {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
    return words + why(event)


def who(event: Event, names: Names, contact_name: str, language: str) -> str:
    """The name of the one who did it."""
    if event.actor == "agent":
        name = names.agent(event.agent_id, language) or _("a former colleague")
        by_hand = event.rule_id is None or event.data.get("why") == "rule_undone"
        return name if by_hand else by_macro(event, name, names.rule(event.rule_id, language))
    if event.actor == "rule" and event.rule_id:
        return by_rule(event, names.rule(event.rule_id, language))
    return contact_name or _("the customer") if event.actor == "contact" else _("the desk")


def by_rule(event: Event, name: str) -> Markup:
    """The rule's name, which leads to what rules saw and did on this ticket."""
    words = escape(_("the rule “%(name)s”")) % {"name": name} if name else escape(_("a rule that is gone"))
    return Markup('<a href="/tickets/{}/rules">{}</a>').format(event.ticket_id, words)


def by_macro(event: Event, agent: str, name: str) -> Markup:
    """Who pressed which macro."""
    words = escape(_("%(agent)s, by the macro “%(name)s”")) if name else escape(_("%(agent)s, by a macro that is gone"))
    link = Markup('<a href="/tickets/{}/rules">{}</a>').format(event.ticket_id, Markup("<bdi>{}</bdi>").format(name))
    return words % {"agent": Markup("<bdi>{}</bdi>").format(agent), "name": link}


def values_of(event: Event, names: Names, language: str) -> dict[str, str]:
    """What the sentence of this kind mentions."""
    data, kind = event.data, event.kind
    if kind in ("ticket_assigned", "ticket_unassigned"):
        return {"agent": names.agent(data.get("to") or data.get("from"), language)}
    if kind == "team_changed":
        return {"team": names.team(data.get("to"), language)}
    if kind in ("status_changed", "priority_changed", "ticket_moved"):
        name = {"status_changed": status_name, "priority_changed": priority_name, "ticket_moved": place_name}[kind]
        return {"from": name(data.get("from", "")), "to": name(data.get("to", ""))}
    if kind == "type_changed":
        return {"from": names.type(data.get("from"), language), "to": names.type(data.get("to"), language)}
    if kind == "policy_changed":
        return {"policy": (data.get("name_ar") if language == "ar" else "") or data.get("name", "")}
    if kind == "inbox_added":
        return {"inbox": names.inbox(data.get("inbox"), language)}
    if kind == "ticket_snoozed":
        return {"until": long_time(datetime.fromisoformat(data["until"]))}
    return {"subject": data.get("to", ""), "tag": data.get("tag", ""), "words": data.get("words", "")}


def resolved(event: Event) -> str:
    """How an answer was settled that nobody could be sure of, or that had not left."""
    proofs = {
        "answered": _("The answer did arrive: the customer replied to it."),
        "sent_folder": _("The answer did leave: it lies in the mailbox's folder of sent mail."),
        "bounce": _("The answer did leave: a notice about it came back."),
    }
    if proof := proofs.get(event.data.get("how", "")):
        return proof
    by_hand = {"sent": _("Marked as sent by %(who)s"), "cancelled": _("The answer was kept back by %(who)s")}
    return by_hand.get(event.data.get("state", ""), _("Sent again by %(who)s"))


def retyped(event: Event) -> str:
    """From one type to another, from none, or to none."""
    if not event.data.get("to"):
        return _("Type %(from)s taken away by %(who)s")
    return _("Type from %(from)s to %(to)s by %(who)s") if event.data.get("from") else _("Type set to %(to)s by %(who)s")


SENTENCES: dict[str, Callable[[Event], str]] = {
    "ticket_assigned": lambda event: (
        _("Assigned to %(agent)s by %(who)s") if event.data.get("to") != event.agent_id else _("Taken by %(who)s")
    ),
    "ticket_unassigned": lambda _event: _("Taken off %(agent)s by %(who)s"),
    "team_changed": lambda event: _("Moved to %(team)s by %(who)s") if event.data.get("to") else _("Taken out of its team by %(who)s"),
    "status_changed": lambda _event: _("Status from %(from)s to %(to)s by %(who)s"),
    "priority_changed": lambda _event: _("Priority from %(from)s to %(to)s by %(who)s"),
    "type_changed": retyped,
    "policy_changed": lambda event: (
        _("Put under the policy %(policy)s by %(who)s") if event.data.get("to") else _("Policy left to the conditions by %(who)s")
    ),
    "subject_changed": lambda _event: _("Subject changed to “%(subject)s” by %(who)s"),
    "ticket_tagged": lambda _event: _("Tagged “%(tag)s” by %(who)s"),
    "ticket_untagged": lambda _event: _("Tag “%(tag)s” removed by %(who)s"),
    "ticket_moved": lambda _event: _("Moved from %(from)s to %(to)s by %(who)s"),
    "ticket_snoozed": lambda _event: _("Snoozed until %(until)s by %(who)s"),
    "ticket_woken": lambda _event: _("Woken by %(who)s"),
    "delivery_failed": lambda _event: _("The answer was not delivered. The other side said: %(words)s"),
    "delivery_uncertain": lambda _event: _("We cannot tell whether the answer left: %(words)s. We will not resend by ourselves."),
    "delivery_resolved": resolved,
    "inbox_added": lambda _event: _("The same mail also came to %(inbox)s: its team sees this ticket too."),
    "screening_undone": lambda _event: _("Treated as a person's message by %(who)s"),
    "delivery_bounced": lambda event: (
        _("The answer came back: %(words)s") if event.data.get("permanent") else _("The answer is delayed on its way: %(words)s")
    ),
}


def why(event: Event) -> str:
    """The reason, where the desk acted by itself."""
    reason = {
        "customer_wrote": _("because the customer wrote"), "time_came": _("because its time came"),
        "sla": _("because of a promise"), "undelivered": _("because the answer did not arrive"),
        "rule_undone": _("taking back what a rule did"), "went_away": _("because of an absence"),
        "routed_round_robin": _("in turn"), "routed_least_busy": _("as the one with the fewest open tickets"),
        "routed_capacity": _("as the one with the most room"), "routed_skills": _("because of skills"),
        "routed_skills_nobody": _("because nobody with these skills was free"),
        "routed_last_helper": _("because of the customer's earlier tickets"),
    }.get(event.data.get("why", ""), "")
    return _(", %(reason)s", reason=reason) if reason else ""
