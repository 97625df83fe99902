"""Due times as lists and tickets say them: in so long, in business hours where only those count, on a day at an hour, late by so long, or
resting, why and since when."""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.models import Ticket
from helpdesk.visit.reader import digits, reader
from helpdesk.visit.times import present, written

HOUR, NEAR, WEEK = timedelta(hours=1), timedelta(hours=4), timedelta(days=6)


class Badge(NamedTuple):
    """`look` is "", "soon", "late" or "rest"; `icon` and `text` go with it."""

    look: str
    icon: str
    text: str


def of_ticket(ticket: Ticket) -> Badge | None:
    """A ticket's own."""
    return badge(ticket.due_state, ticket.due_at, ticket.due_since, ticket.status, ticket.due_counted)


def badge(
    state: str, due_at: datetime | None, since: datetime | None, status: str, counted: list[list[int]] | None = None,
) -> Badge | None:
    """What the columns of a ticket say; None when nothing is promised. `counted`: the last hours before it is due that count, as [from, to]
    in seconds since 1970, where not every minute does."""
    if state == "paused":
        return Badge("rest", "hold", resting(status, since))
    if not state or due_at is None:
        return None
    ahead = due_at - present()[0]
    if ahead <= timedelta(0):
        return Badge("late", "alarm-clock", _("late by %(span)s", span=span(-ahead)))
    if counted:
        left = left_of(counted)
        if left is not None:
            return Badge("soon" if left <= HOUR else "", "alarm-clock", _("in %(span)s", span=business_span(left)))
    elif ahead <= NEAR:
        return Badge("soon" if ahead <= HOUR else "", "alarm-clock", _("in %(span)s", span=span(ahead)))
    return Badge("", "alarm-clock", _("due %(time)s", time=day_and_hour(due_at)))


def resting(status: str, since: datetime | None) -> str:
    """Why the clock rests and since when."""
    why = {"pending": _("waiting for the customer"), "on_hold": _("waiting for somebody else or a part")}.get(status, _("put aside"))
    if since is None:
        return _("paused: %(why)s", why=why)
    return _("paused: %(why)s since %(time)s", why=why, time=day_and_hour(since))


def left_of(counted: list[list[int]]) -> timedelta | None:
    """How much of it is still ahead; None before the first of it, when it is more."""
    now = present()[0].timestamp()
    left = sum(max(0.0, stop - max(begin, now)) for begin, stop in counted)
    return timedelta(seconds=left) if now >= counted[0][0] or left < NEAR.total_seconds() else None


def business_span(length: timedelta) -> str:
    """The same as `span`, of time that counts."""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return digits(ngettext("%(num)s business minute", "%(num)s business minutes", minutes))
    return digits(ngettext("%(num)s business hour", "%(num)s business hours", minutes // 60))


def span(length: timedelta) -> str:
    """Minutes below an hour, hours below two days, then days; begun ones are left out."""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return digits(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if minutes < 48 * 60:
        return digits(ngettext("%(num)s hour", "%(num)s hours", minutes // 60))
    return digits(ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60)))


def day_and_hour(moment: datetime) -> str:
    """The hour today, with the weekday within a week, with the date beyond."""
    now, today = present()
    if moment.astimezone(reader().zone).date() == today:
        form = "H:mm"
    else:
        form = "EEEE H:mm" if abs(moment - now) < WEEK else "d MMMM, H:mm"
    return digits(written(moment, form, reader().locale, reader().zone))
