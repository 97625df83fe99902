"""What happened to promises, in words: which, and when it is due."""

from datetime import datetime
from typing import Any

from babel.lists import format_list
from flask_babel import gettext as _
from markupsafe import Markup, escape

from helpdesk.models import Event
from helpdesk.visit.due import day_and_hour
from helpdesk.visit.reader import reader

ICONS = {
    "sla_set": "alarm-clock", "sla_moved": "alarm-clock", "sla_paused": "hold", "sla_resumed": "play", "sla_met": "done",
    "sla_warned": "alert", "sla_breached": "circle-x", "sla_escalated": "stop",
}  # fmt: skip


def in_words(event: Event, who: str) -> Markup:
    """One sentence; `who` is the name of whoever set a date by hand."""
    told: list[dict[str, Any]] = event.data.get("targets") or [event.data]
    names = Markup(format_list([str(one(each)) for each in told], locale=reader().locale))  # noqa: S704  every part is markup
    values = {"promises": names, "who": Markup("<bdi>{}</bdi>").format(who), "reason": Markup("<bdi>{}</bdi>").format(
        event.data.get("reason", ""))}  # fmt: skip
    return escape(sentence_of(event)) % values


def sentence_of(event: Event) -> str:
    """By its kind."""
    if event.kind == "sla_moved" and "manual" in event.data:
        return _("Date of %(promises)s set by %(who)s: %(reason)s")
    if event.kind == "sla_moved" and all(each["state"] == "cancelled" for each in event.data.get("targets", [{"state": ""}])):
        return _("No longer promised: %(promises)s")
    if event.kind == "sla_met" and any(each["state"] == "breached" for each in event.data.get("targets", [])):
        return _("Done late: %(promises)s")
    return {
        "sla_set": _("Promised: %(promises)s"), "sla_moved": _("Due time moved: %(promises)s"),
        "sla_paused": _("Clock rests: %(promises)s"), "sla_resumed": _("Clock goes on: %(promises)s"),
        "sla_met": _("Kept: %(promises)s"), "sla_warned": _("Due soon: %(promises)s"), "sla_breached": _("Missed: %(promises)s"),
        "sla_escalated": _("Missed and escalated: %(promises)s"),
    }[event.kind]  # fmt: skip


def one(told: dict[str, Any]) -> Markup:
    """A promise, and when it is due where that is known."""
    own = str(told.get("name_ar") or "") if reader().language == "ar" else ""
    name = Markup("<bdi>{}</bdi>").format(own or promise_name(str(told.get("target", ""))))
    due = told.get("manual") or told.get("due_at")
    if not due or told.get("state") in ("met", "cancelled"):
        return name
    return escape(_("%(promise)s (due %(time)s)")) % {"promise": name, "time": day_and_hour(datetime.fromisoformat(due))}


def promise_name(name: str) -> str:
    """In the reader's language; a stage by the name that it has in English."""
    fixed = {"first_response": _("First response"), "next_response": _("Next response"), "resolution": _("Resolution")}
    return fixed.get(name, name.removeprefix("stage:"))
