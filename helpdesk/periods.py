"""Periods of a day and weeks of them: as people write them, and what is wrong with them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.errors import Invalid

Periods = list[list[int]]
"""[from, to) in minutes after midnight; `to` may pass 1440, into the next day."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days as forms call them, Monday first as everywhere in the data."""
MOST, DAY, LONGEST_NIGHT = 20, 1440, 720
DAY_OFF = "-"
PERIOD = re.compile(r"(\d{1,2})(?::([0-5]\d))? ?(?:-|to|إلى|الى) ?(\d{1,2})(?::([0-5]\d))?")
SAME = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹،؛;–—−", "01234567890123456789,,,---")


def read(text: str) -> Periods:
    """ "09:00-13:00, 16:00-23:00" in any digits; "-" or nothing is a day off. An end before its beginning is that of a night, and so is
    26:00. Invalid, without a field."""
    plain = " ".join(text.translate(SAME).lower().split())
    found = [] if plain in ("", DAY_OFF) else [read_one(part.strip()) for part in plain.split(",") if part.strip()]
    check(found)
    return sorted(found)


def read_one(text: str) -> list[int]:
    """One period."""
    match = PERIOD.fullmatch(text)
    if match is None:
        raise Invalid(_("Write periods such as 09:00-13:00, 16:00-23:00, or a dash for a day off."))
    begin, end = (int(match[number]) * 60 + int(match[number + 1] or 0) for number in (1, 3))
    night = begin > end and end + DAY - begin <= LONGEST_NIGHT
    return [begin, end + DAY if night else end]


def check(periods: Periods) -> None:
    """Invalid when they are no periods of one day."""
    if len(periods) > MOST:
        raise Invalid(ngettext("At most %(num)s period a day.", "At most %(num)s periods a day.", MOST))
    for begin, end in periods:
        if begin == end:
            raise Invalid(_("%(period)s begins and ends at the same time.", period=written([[begin, end]])))
        if begin > end:
            raise Invalid(_("%(period)s ends before it begins. A night such as 22:00-02:00 lasts twelve hours at most.",
                            period=written([[begin, end]])))
        if begin < 0 or begin >= DAY or end > begin + DAY:
            raise Invalid(_("A period begins on its day and lasts 24 hours at most."))
    ordered = sorted(periods)
    for one, other in pairwise(ordered):
        if other[0] < one[1]:
            raise Invalid(_("%(one)s and %(other)s overlap.", one=written([one]), other=written([other])))


def written(periods: Iterable[Sequence[int]]) -> str:
    """As `read` takes them; a night ends after midnight, and one of more than twelve hours at 25:00 or later."""
    return ", ".join(f"{hour(begin)}-{hour(end - DAY if DAY < end <= begin + LONGEST_NIGHT else end)}" for begin, end in periods) or DAY_OFF


def hour(minutes: int) -> str:
    """ "09:30"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def week_problems(week: Sequence[Periods]) -> dict[str, str]:
    """Day -> what is wrong with it; a night that reaches into the next day's hours is that day's problem."""
    found: dict[str, str] = {}
    for number, periods in enumerate(week):
        night = max((end for _begin, end in week[number - 1]), default=0) - DAY
        early = min(periods, default=[DAY, DAY])
        try:
            check(periods)
        except Invalid as refusal:
            found[WEEKDAYS[number]] = refusal.sentence
            continue
        if early[0] < night:
            found[WEEKDAYS[number]] = _("%(period)s begins while the night before lasts until %(end)s.", period=written([early]),
                                        end=hour(night))
    return found


def opens_within_a_year(
    week: Sequence[Periods], ranges: Iterable[tuple[date, date, Sequence[Periods]]], holidays: Iterable[tuple[date, date, Periods]],
    first: date,
) -> bool:
    """Whether there is a period on any of the 366 days from `first` on: of several ranges the first counts, a holiday before them all."""
    ranges, holidays = list(ranges), list(holidays)
    for day in (first + timedelta(days=number) for number in range(366)):
        special = [periods for begin, end, periods in holidays if begin <= day <= end]
        weeks = [own for begin, end, own in ranges if begin <= day <= end]
        if all(special) if special else (weeks[0] if weeks else week)[day.weekday()]:
            return True
    return False
