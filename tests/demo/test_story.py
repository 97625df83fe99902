"""The demo's content: complete, well-formed, and placed in time as the people of such a shop work."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.demo.pictures import draw
from helpdesk.demo.story import CONTENT, Story, read_cast, read_stories
from helpdesk.demo.timing import CLOSES, OPENS, ZONE, is_working_day, moments, rest_until
from helpdesk.folding import language_of
from helpdesk.models.ticket import PLACES, PRIORITIES, STATUSES

CAST, STORIES = read_cast(), read_stories()
MONDAY_NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TIMES = [MONDAY_NOON + timedelta(hours=hours) for hours in range(0, 7 * 24, 5)]


def test_there_is_enough_of_everything() -> None:
    inboxes = [story.inbox for story in STORIES]
    assert 55 <= len(STORIES) <= 70
    assert min(inboxes.count(key) for key in ("support", "returns", "repairs")) >= 14
    assert len(CAST.agents) == 8
    assert 38 <= len(CAST.customers) <= 45
    arabic = sum(language_of(story.steps[0].incoming) == "ar" for story in STORIES)
    assert 0.55 <= arabic / len(STORIES) <= 0.68


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.subject)
def test_a_story_names_what_exists(story: Story) -> None:
    agents, teams = {agent["key"] for agent in CAST.agents}, {team["key"] for team in CAST.teams}
    assert story.customer in CAST.customers
    assert story.steps[0].incoming
    assert sum(step.after for step in story.steps) < story.ago
    for step in story.steps:
        assert bool(step.by) != bool(step.incoming)
        assert {step.by, step.assign} - {""} <= agents
        assert {step.team} - {""} <= teams
        assert step.status in ("", *STATUSES)
        assert step.priority in ("", *PRIORITIES)
        assert step.place in ("", *PLACES)
        assert step.text or step.assign or step.team or step.status or step.place or step.priority


def test_nobody_can_be_reached() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in CONTENT.glob("*.toml"))
    hosts = set(re.findall(r"@([\w.-]+)", text))
    assert all(host.endswith(("example.com", "example.net")) for host in hosts)
    assert all(re.fullmatch(r"\+966 50 000 0\d{3}|", who.phone) for who in CAST.customers.values())
    numbers = re.findall(r"(?:\+966|0)[ ]?5\d[\d ]{6,}", text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")))
    assert all(re.match(r"(?:\+966 ?|0)50 ?000 ?0", number) for number in numbers)


@pytest.mark.parametrize("now", TIMES, ids=str)
def test_time_runs_forward_and_agents_work_by_day(now: datetime) -> None:
    late = steps = 0
    for story in STORIES:
        times = moments(story, now)
        assert times == sorted(set(times))
        assert times[-1] < now
        assert now - times[0] < timedelta(days=24)
        for step, at in zip(story.steps, times, strict=True):
            local = at.astimezone(ZONE)
            steps += bool(step.by)
            late += bool(step.by) and not (is_working_day(local) and OPENS <= local.hour < CLOSES)
    assert late / steps < 0.4  # only where a story is too young to hold a night


@pytest.mark.parametrize("now", TIMES, ids=str)
def test_rests_end_on_a_working_morning(now: datetime) -> None:
    for days in (1, 2):
        until = rest_until(now, days * 86_400)
        local = until.astimezone(ZONE)
        assert until > now
        assert is_working_day(local)
        assert local.hour in (9, 10)


def test_every_attachment_can_be_drawn() -> None:
    names = {name for story in STORIES for step in story.steps for name in step.files}
    starts = {name: draw(name)[0][:4] for name in names}
    assert len(names) >= 12
    assert all(start == (b"%PDF" if name.endswith(".pdf") else b"\x89PNG") for name, start in starts.items())
    assert all(len(draw(name)[0]) < 60_000 for name in names)


def test_content_files_stay_readable() -> None:
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 250 for path in CONTENT.glob("*.toml"))
