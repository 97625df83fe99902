"""Promises in words: what a target is called, when it is due, why an interval was skipped, how a due time moved."""

from datetime import datetime, timedelta
from typing import Any

from babel.lists import format_list
from flask_babel import gettext as _
from markupsafe import Markup, escape

from automations.conditions import choices
from automations.conditions.happenings import event_word, span_words
from automations.sla import promises
from automations.sla.clocks import STAGE, by_priority
from automations.sla.explain import Explained
from automations.sla.hours import Reason
from automations.sla.spans import Span
from helpdesk.extensions import db
from helpdesk.models import SlaMove, SlaPolicyVersion, SlaTarget
from helpdesk.queries.roster import Names
from helpdesk.visit.due import span as length_words
from helpdesk.visit.reader import digits, reader
from helpdesk.visit.times import written


def target_name(name: str, definition: dict[str, Any] | None = None) -> str:
    """In the reader's language; a stage by its own name."""
    if name.startswith(STAGE):
        stage = by_priority(definition or {}, name)
        return str((stage.get("name_ar") if reader().language == "ar" else "") or name.removeprefix(STAGE))
    fixed = {"first_response": _("First response"), "next_response": _("Next response"), "resolution": _("Resolution")}
    return fixed.get(name, name)


def name_of(target: SlaTarget) -> str:
    """Of one whose policy is not at hand: a stage by its Arabic name where Arabic is read."""
    if not target.name.startswith(STAGE) or reader().language != "ar":
        return target_name(target.name)
    return target_name(target.name, db.session.get_one(SlaPolicyVersion, target.version_id).definition)


def arabic_stages() -> dict[str, str]:
    """Target -> the Arabic name of that stage in the policies of today, where Arabic is read."""
    if reader().language != "ar":
        return {}
    stages = [stage for promise in promises.in_force(db.session()) for stage in promise.definition.get("targets", {}).get("stages", [])]
    return {STAGE + stage["name"]: stage.get("name_ar", "") for stage in reversed(stages)}


def moved_by(before: datetime | None, after: datetime | None) -> str:
    """ "3 hours later", "5 days and 23 hours earlier", in real time."""
    if before is None or after is None:
        return "–" if before is after else _("known again") if before is None else _("not known any more")
    length = exact_words(abs(after - before))
    return _("%(span)s later", span=length) if after > before else _("%(span)s earlier", span=length)


def exact_words(length: timedelta) -> str:
    """As lists say it; where there are days, with the hours beyond."""
    hours = timedelta(seconds=length.seconds // 3600 * 3600)
    if length < timedelta(days=2) or not hours:
        return length_words(length)
    return format_list([length_words(timedelta(days=length.days)), length_words(hours)], locale=reader().locale)


def step_words(step: str) -> str:
    """The moment of a step, from its key: "1 business hour after it was missed"."""
    kind, _colon, rest = step.partition(":")
    if kind == "percent":
        return _("at %(percent)s%% of the time", percent=digits(rest))
    if kind == "breach":
        return _("when it is missed")
    amount, _colon, unit = rest.partition(":")
    said = span_words(int(amount), unit)
    return _("%(span)s before it is due", span=said) if kind == "before" else _("%(span)s after it was missed", span=said)


def state_word(state: str) -> str:
    """Of a target."""
    named = {"running": _("Running"), "paused": _("Paused"), "met": _("Met"), "breached": _("Missed"), "cancelled": _("No longer promised")}
    return named.get(state, state)


def moment_words(moment: datetime) -> str:
    """ "Wednesday 25 March, 13:10" in the reader's zone."""
    return digits(written(moment, "EEEE d MMMM, H:mm", reader().locale, reader().zone))


def hour_words(moment: datetime) -> str:
    """ "Wed 25, 13:10"."""
    form = "EEE d MMM, H:mm" if reader().language == "en" else "EEEE d MMMM, H:mm"
    return digits(written(moment, form, reader().locale, reader().zone))


def said_of_due(found: Explained) -> Markup:
    """The page's first sentence."""
    target, name = found.target, target_name(found.target.name, found.version.definition)
    values = {"target": Markup("<bdi>{}</bdi>").format(name), "due": "", "end": "", "span": ""}
    if target.due_at is not None:
        values |= {"due": moment_words(target.due_at), "span": length_words(abs((target.ended_at or found.now) - target.due_at))}
    if target.ended_at is not None:
        values["end"] = moment_words(target.ended_at)
    return escape(sentence_of(target)) % values


def sentence_of(target: SlaTarget) -> str:
    """By its state."""
    if target.state == "cancelled":
        return _("“%(target)s” is no longer promised.")
    if target.due_at is None and target.state != "paused":
        return _("“%(target)s” is never due: its hours have too little open time in ten years.")
    if target.due_at is None:
        return _("“%(target)s” rests: its due time is known when the clock goes on.")
    if target.ended_at is not None:
        late = _("“%(target)s” was due on %(due)s and was done on %(end)s, late by %(span)s.")
        return late if target.state == "breached" else _("“%(target)s” was due on %(due)s and was done in time, on %(end)s.")
    late = _("“%(target)s” was due on %(due)s and is late by %(span)s.")
    return late if target.state == "breached" else _("“%(target)s” is due on %(due)s.")


def said_of_sum(found: Explained) -> str:
    """How much of it is counted."""
    due = found.figure.due
    if found.target.manual_due_at is not None or not due.owed_seconds:
        return ""
    counted = due.owed_seconds - due.left_seconds
    return _("%(counted)s of %(whole)s are counted; %(left)s are left.",
             counted=clock_words(counted), whole=clock_words(due.owed_seconds), left=clock_words(due.left_seconds))


def clock_words(seconds: int) -> str:
    """ "9 h 10 min"."""
    hours, minutes = divmod(int(timedelta(seconds=seconds).total_seconds() // 60), 60)
    if not hours:
        return digits(_("%(minutes)s min", minutes=minutes))
    return digits(_("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes) if minutes else _("%(hours)s h", hours=hours))


def seconds_words(seconds: float) -> str:
    """ "9 h 10 min", and the seconds of a part of a minute, so that the lines of a sum add up as they stand."""
    whole, rest = divmod(round(seconds), 60)
    if not rest:
        return clock_words(whole * 60)
    said = digits(_("%(seconds)s s", seconds=rest))
    return f"{clock_words(whole * 60)} {said}" if whole else said


def promised(span: Span) -> str:
    """ "16 business hours", or until the end of a business day."""
    if span.unit == "end_of_business_day":
        return _("the end of business day %(num)s", num=digits(span.amount))
    return span_words(span.amount, span.unit)


def reason_words(reason: Reason) -> str:
    """Why an interval is as it is."""
    name = (reason.name_ar if reader().language == "ar" else "") or reason.name
    if reason.kind == "pause":
        return rest_words(reason.name)
    if reason.kind == "holiday":
        return _("%(name)s, estimated", name=name) if reason.state == "estimated" else name
    if reason.kind == "range":
        return _("Hours of %(name)s", name=name)
    return {"usual": _("Usual hours"), "outside": _("Outside hours"), "elapsed": _("Every minute counts")}.get(reason.kind, reason.kind)


def rest_words(why: str) -> str:
    """Why a clock rests."""
    return {
        "pending": _("Waits for the customer"), "on_hold": _("Waits for somebody else or a part"), "solved": _("Was solved"),
        "spam": _("Lay in spam"), "trash": _("Lay in the trash"),
    }.get(why, why)  # fmt: skip


def statuses(names: list[str]) -> str:
    """ "Pending or On hold"."""
    named = dict(choices.statuses())
    return format_list([named.get(name, name) for name in names], style="or", locale=reader().locale)


def move_words(move: SlaMove, names: Names) -> str:
    """What moved a due time."""
    why, kind = move.why, str(move.why.get("kind", ""))
    if why.get("manual") or why.get("reason"):
        who = names.agent(move.agent_id, reader().language) or _("a former colleague")
        return _("Set by hand by %(who)s: %(reason)s", who=who, reason=why.get("reason", ""))
    if kind == "hours":
        return _("Hours, holidays or the policy changed")
    if move.why.get("state") == "paused":
        return _("The clock rests: %(what)s", what=event_word(kind))
    return str(event_word(kind))[:1].upper() + str(event_word(kind))[1:]
