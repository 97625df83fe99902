"""Hours written down, and read again years later."""

import json
from datetime import date
from hashlib import sha256
from typing import Any

from automations.sla.calendars import as_week
from automations.sla.hours import Day, Hours, Range
from helpdesk.models import Calendar


def said_of(hours: Hours) -> dict[str, Any]:
    """All that reckoning asks of them: {"zone", "week", "ranges": [[from, to, week, name, name_ar]],
    "days": {date: [periods, name, name_ar, state]}}; dates in ISO form, periods as in Hours."""
    return {
        "zone": hours.zone, "week": hours.week,
        "ranges": [[str(one.from_date), str(one.to_date), one.week, one.name, one.name_ar] for one in hours.ranges],
        "days": {str(day): [one.periods, one.name, one.name_ar, one.state] for day, one in sorted(hours.days.items())},
    }


def hours_said(said: dict[str, Any]) -> Hours:
    """The same hours again."""
    days = {
        date.fromisoformat(day): Day(tuple((begin, end) for begin, end in periods), *words)
        for day, (periods, *words) in said["days"].items()
    }
    ranges = (
        Range(date.fromisoformat(begin), date.fromisoformat(end), as_week(week), *names) for begin, end, week, *names in said["ranges"])
    return Hours(said["zone"], as_week(said["week"]), tuple(ranges), days)


def row_of(hours: Hours, calendar: Calendar | None) -> dict[str, Any]:
    """The columns of the row that keeps them; the same hours of the same calendar have the same `mark`."""
    names = {"name": calendar.name, "name_ar": calendar.name_ar} if calendar else {"name": "", "name_ar": ""}
    said = said_of(hours)
    mark = sha256(json.dumps([names, said], sort_keys=True).encode()).hexdigest()
    return {"mark": mark, **names, "said": said}
