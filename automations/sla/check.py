"""Is a definition one that can be promised? Every problem has its place and a sentence in the reader's language."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from automations import actions
from automations.conditions import check
from automations.conditions.evaluate import words_in
from automations.conditions.happenings import STAGE_WORDS
from automations.conditions.words import WORDS
from automations.sla.clocks import FIRST, NEXT, RESOLUTION
from automations.sla.figures import step_key
from automations.sla.spans import SECONDS, UNITS
from helpdesk.models import Calendar
from helpdesk.models.ticket import PRIORITIES

NAMED = (FIRST, NEXT, RESOLUTION)
STEP_KINDS = ("percent", "before", "breach", "after")
RESTING = ("pending", "on_hold")
DAY_SECONDS = 86_400
MOST_SECONDS, MOST_STAGES, MOST_STEPS = 3653 * DAY_SECONDS, 20, 20


def problems(session: Session, definition: dict[str, Any]) -> dict[str, str]:
    """{place: sentence}; places are like "if.all.0", "targets.first_response.urgent", "stages.0.start", "steps.1.then.0"."""
    found = check.problems(definition.get("if") or {})
    if not found and any(WORDS[word].group == "change" for word in words_in(definition.get("if") or {})):
        found["if"] = _("A promise is about what a ticket is, not about what just happened to it.")
    if sentence := problem_of_calendar(session, str(definition.get("calendar", "team"))):
        found["calendar"] = sentence
    if set(definition.get("pause", [])) - set(RESTING):
        found["pause"] = _("Choose one of the list.")
    targets = definition.get("targets", {})
    stages = targets.get("stages", [])
    if not stages and not any(targets.get(name) for name in NAMED):
        found["targets"] = _("Promise something: at least one target needs a time.")
    for name in NAMED:
        found |= dict(problems_of_times(f"targets.{name}", targets.get(name) or {}))
    for place, stage in enumerate(stages[:MOST_STAGES]):
        found |= dict(problems_of_stage(f"stages.{place}", stage, [other["name"] for other in stages]))
    if len(stages) > MOST_STAGES:
        found["stages"] = _("At most %(num)s stages.", num=MOST_STAGES)
    return found | problems_of_steps(definition.get("steps", []))


def problem_of_calendar(session: Session, said: str) -> str:
    """The team's, none, or one that is there."""
    if said in ("team", "always"):
        return ""
    known = session.get(Calendar, int(said)) if said.isascii() and said.isdecimal() and len(said) < 10 else None
    return "" if known is not None else _("That calendar is not there any more. Choose another one.")


def problems_of_times(path: str, times: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Of one target: a time for all priorities or for some."""
    for key in ("default", *PRIORITIES):
        if key in times and (sentence := problem_of_time(times[key])):
            yield f"{path}.{key}", sentence


def problem_of_time(said: Any) -> str:
    """A whole number above nothing of a known unit, at most ten years."""
    amount, unit = (said.get("amount"), said.get("unit")) if isinstance(said, dict) else (None, None)
    if unit not in UNITS:
        return _("Choose a unit of the list.")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        return _("Write a whole number, at least 1.")
    return _("At most ten years.") if amount * SECONDS.get(str(unit), DAY_SECONDS) > MOST_SECONDS else ""


def problems_of_stage(path: str, stage: dict[str, Any], names: list[str]) -> Iterator[tuple[str, str]]:
    """A name of its own, a time, and how it begins and ends."""
    name = str(stage.get("name", ""))
    if not name.strip() or len(name) > 50 or names.count(name) > 1:
        yield f"{path}.name", _("A stage needs a name of its own, of at most %(num)s letters.", num=50)
    if not any(key in stage for key in ("default", *PRIORITIES)):
        yield f"{path}.default", _("Write how long.")
    yield from problems_of_times(path, stage)
    for side in ("start", "stop"):
        said = stage.get(side) or {}
        if said.get("on") not in STAGE_WORDS:
            yield f"{path}.{side}", _("Choose what it begins or ends with.")
        elif wrong := check.problems(said.get("if") or {}):
            yield f"{path}.{side}", next(iter(wrong.values()))


def problems_of_steps(steps: list[dict[str, Any]]) -> dict[str, str]:
    """Warnings and escalations, each moment once."""
    found: dict[str, str] = {"steps": _("At most %(num)s steps.", num=MOST_STEPS)} if len(steps) > MOST_STEPS else {}
    seen: set[str] = set()
    for place, step in enumerate(steps[:MOST_STEPS]):
        path, at = f"steps.{place}", step.get("at") or {}
        if sentence := problem_of_moment(at):
            found[path] = sentence
        elif (key := step_key(at)) in seen:
            found[path] = _("There is a step at this moment already. Put the actions together.")
        else:
            seen.add(key)
        found |= actions.problems(step.get("then"), f"{path}.then")
    return found


def problem_of_moment(at: dict[str, Any]) -> str:
    """When a step is taken."""
    kind, amount = at.get("kind"), at.get("amount")
    if kind not in STEP_KINDS:
        return _("Choose one of the list.")
    if kind == "breach":
        return ""
    if kind == "percent":
        fits = isinstance(amount, int) and not isinstance(amount, bool) and 1 <= amount <= 99
        return "" if fits else _("Write a percentage from 1 to 99.")
    if kind == "before" and at.get("unit") not in SECONDS:
        return _("Before the due time, minutes and hours can be used.")
    return problem_of_time(at)
