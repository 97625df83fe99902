"""What a rule may listen to and count from, in words that end a sentence: "When …", "… after …"."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.visit.reader import counted as ngettext
from helpdesk.visit.reader import digits

EVENT_WORDS: dict[str, LazyString] = {
    "message_received": _l("a customer's message arrives"),
    "ticket_opened": _l("a ticket is opened"),
    "reply_released": _l("an answer leaves"),
    "note_written": _l("a note is written"),
    "status_changed": _l("the status changes"),
    "priority_changed": _l("the priority changes"),
    "type_changed": _l("the type changes"),
    "policy_changed": _l("the ticket is put under a policy"),
    "subject_changed": _l("the subject changes"),
    "team_changed": _l("the team changes"),
    "ticket_assigned": _l("the ticket is assigned"),
    "ticket_unassigned": _l("the ticket is taken off somebody"),
    "ticket_tagged": _l("a tag is added"),
    "ticket_untagged": _l("a tag is taken off"),
    "ticket_moved": _l("the ticket is moved to another place"),
    "ticket_snoozed": _l("the ticket is snoozed"),
    "ticket_woken": _l("the ticket wakes"),
    "inbox_added": _l("the same mail comes to another inbox"),
    "delivery_failed": _l("an answer cannot be delivered"),
    "delivery_uncertain": _l("it is uncertain whether an answer left"),
    "delivery_resolved": _l("it is settled whether an answer left"),
    "delivery_bounced": _l("an answer comes back"),
    "screening_undone": _l("a screened message is taken for a person's"),
    "sla_set": _l("a promise begins"),
    "sla_moved": _l("the due time of a promise moves"),
    "sla_paused": _l("a promise pauses"),
    "sla_resumed": _l("a promise goes on"),
    "sla_met": _l("a promise is kept"),
    "sla_warned": _l("a promise is due soon"),
    "sla_breached": _l("a promise is missed"),
    "sla_escalated": _l("a missed promise is escalated"),
}
"""Kind of event -> how a rule says it, in the order of the menu."""

STAGE_WORDS = {kind: said for kind, said in EVENT_WORDS.items() if not kind.startswith("sla_")}
"""What a stage of a promise may begin or end with: anything but the promises' own events. The subscriber of promises hears of these."""

SINCE_WORDS: dict[str, LazyString] = {
    "customer": _l("the customer's last message"),
    "us": _l("our last answer"),
    "opened": _l("the opening of the ticket"),
    "status": _l("the last change of status"),
    "assigned": _l("the last assignment"),
}
"""What a rule of the clock counts from -> how it says it."""


def event_word(kind: str) -> str:
    """A kind of event; its own name where it has no words yet."""
    return str(EVENT_WORDS.get(kind, kind))


def span_words(amount: int, unit: str) -> str:
    """ "4 business hours"; the units are those of automations.sla.spans."""
    said = {
        "minutes": lambda: ngettext("%(num)s minute", "%(num)s minutes", amount),
        "hours": lambda: ngettext("%(num)s hour", "%(num)s hours", amount),
        "calendar_days": lambda: ngettext("%(num)s day", "%(num)s days", amount),
        "business_minutes": lambda: ngettext("%(num)s business minute", "%(num)s business minutes", amount),
        "business_hours": lambda: ngettext("%(num)s business hour", "%(num)s business hours", amount),
        "business_days": lambda: ngettext("%(num)s business day", "%(num)s business days", amount),
    }
    return said[unit]() if unit in said else f"{digits(amount)} {unit}"


def unit_names() -> dict[str, str]:
    """Units as a menu beside a number."""
    return {
        "minutes": _("minutes"), "hours": _("hours"), "calendar_days": _("days"), "business_minutes": _("business minutes"),
        "business_hours": _("business hours"), "business_days": _("business days"),
    }  # fmt: skip
