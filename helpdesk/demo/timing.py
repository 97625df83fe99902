"""When the demo's people wrote: agents from Sunday to Thursday by day, customers awake, nobody in the future."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.demo.story import Story

ZONE = ZoneInfo("Asia/Riyadh")
OPENS, CLOSES = 9, 18
WEEKEND = (4, 5)  # Friday, Saturday
AWAKE = 7
WEEKDAYS = {
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def moments(story: Story, now: datetime) -> list[datetime]:
    """A time for each step, rising, the last before `now`. Office hours are kept where that leaves room before now."""
    kept = in_office_hours(story, now)
    return kept if kept[-1] < now else as_written(story, now)


def as_written(story: Story, now: datetime) -> list[datetime]:
    """The spans of the story and nothing else."""
    moment = now - timedelta(seconds=story.ago)
    found: list[datetime] = []
    for step in story.steps:
        moment += timedelta(seconds=max(step.after, 20) if found else 0)
        found.append(moment)
    return found


def in_office_hours(story: Story, now: datetime) -> list[datetime]:
    """The same, with agents moved to the next working time and the first mail to an hour at which people are awake."""
    first = as_written(story, now)[0]
    hour = first.astimezone(ZONE).hour
    found = [first - timedelta(hours=hour + 2) if hour < AWAKE and story.ago > 86_400 else first]
    for step in story.steps[1:]:
        moment = found[-1] + timedelta(seconds=max(step.after, 20))
        found.append(working(moment) if step.by else moment)
    return found


def working(moment: datetime) -> datetime:
    """The moment itself in office hours, else a time soon after the doors open again (not all at nine sharp)."""
    local = moment.astimezone(ZONE)
    if is_working_day(local) and OPENS <= local.hour < CLOSES:
        return moment
    day = local if local.hour < OPENS else local + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    opening = day.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return (opening + timedelta(minutes=(local.minute * 7 + local.hour * 11) % 90, seconds=local.second)).astimezone(moment.tzinfo)


def is_working_day(local: datetime) -> bool:
    """Sunday to Thursday."""
    return local.weekday() not in WEEKEND


def rest_until(now: datetime, span: int) -> datetime:
    """Nine o'clock of the first working day at least `span` seconds from now."""
    local = (now + timedelta(seconds=span)).astimezone(ZONE)
    while not is_working_day(local):
        local += timedelta(days=1)
    morning = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return (morning if morning > now else working(morning + timedelta(hours=CLOSES))).astimezone(now.tzinfo)


def weekday(moment: datetime, days: int, language: str) -> str:
    """The name of the working day that is `days` days later, or the next one after it."""
    local = moment.astimezone(ZONE) + timedelta(days=days)
    while not is_working_day(local):
        local += timedelta(days=1)
    return WEEKDAYS["ar" if language == "ar" else "en"][local.weekday()]
