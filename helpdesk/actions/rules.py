"""Rules and macros: written, switched, put in order, restored. Whoever may write them has written a definition that was checked before."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import due_moments, long_tasks
from helpdesk.actions.stamps import change_stamp
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Rule, RuleVersion
from helpdesk.policy import Viewer

MOST_RULES = 1000


@dataclass(frozen=True)
class RuleChange:
    """What was typed: names, and what the rule says. Of a macro also whose it is: an agent's, a team's, or everybody's."""

    kind: str
    name: str
    name_ar: str
    definition: dict[str, Any]
    agent_id: int | None = None
    team_id: int | None = None
    pack: str = ""


def create(viewer: Viewer, asked: RuleChange) -> Rule:
    """A new rule at the end of its list, switched off; a macro is on at once."""
    with transaction() as session:
        return add(session, viewer.agent_id, asked)


def add(session: Session, agent_id: int, asked: RuleChange) -> Rule:
    """See `create`; part of the caller's transaction."""
    held = session.scalar(select(func.count()).select_from(Rule)) or 0
    if held >= MOST_RULES:
        raise Invalid("too_many_rules")
    last = session.scalar(select(func.max(Rule.position)).where(Rule.kind == asked.kind)) or 0
    rule = Rule(
        kind=asked.kind, name=asked.name, name_ar=asked.name_ar, position=last + 1, active=asked.kind == "macro", agent_id=asked.agent_id,
        team_id=asked.team_id, pack=asked.pack, created_at=clock.now(),
    )  # fmt: skip
    session.add(rule)
    session.flush()
    put_in_force(session, rule, asked.definition, agent_id)
    return rule


def save(viewer: Viewer, rule_id: int, asked: RuleChange) -> Rule:
    """New names; a new version only if the rule says something else now."""
    with transaction() as session:
        rule = held(session, rule_id)
        write(session, viewer, rule, asked)
        return rule


def write(session: Session, viewer: Viewer, rule: Rule, asked: RuleChange) -> None:
    """See `save`; part of the caller's transaction, which holds the rule."""
    rule.name, rule.name_ar, rule.agent_id, rule.team_id = asked.name, asked.name_ar, asked.agent_id, asked.team_id
    if in_force(session, rule).definition != asked.definition:
        put_in_force(session, rule, asked.definition, viewer.agent_id)
    change_stamp(session)


def restore(viewer: Viewer, rule_id: int, number: int) -> Rule:
    """An older version once more, as the newest."""
    with transaction() as session:
        rule = held(session, rule_id)
        old = session.scalar(select(RuleVersion).where(RuleVersion.rule_id == rule.id, RuleVersion.number == number))
        if old is None:
            raise NotFound
        if in_force(session, rule).definition != old.definition:
            put_in_force(session, rule, old.definition, viewer.agent_id)
        return rule


def put_in_force(session: Session, rule: Rule, definition: dict[str, Any], agent_id: int) -> None:
    """Writes the next version; a rule of the clock is planned anew."""
    last = session.scalar(select(func.max(RuleVersion.number)).where(RuleVersion.rule_id == rule.id)) or 0
    version = RuleVersion(rule_id=rule.id, number=last + 1, definition=definition, agent_id=agent_id, at=clock.now())
    session.add(version)
    session.flush()
    rule.version_id = version.id
    change_stamp(session)
    plan_anew(session, rule, agent_id)


def plan_anew(session: Session, rule: Rule, agent_id: int | None) -> None:
    """Of a rule of the clock: the moments on tickets that are there already, as slow work."""
    if rule.kind == "timed":
        long_tasks.begin(session, "plan_rule", {"rule_id": rule.id}, agent_id)


def switch(rule_id: int, *, on: bool, why: str = "") -> None:
    """On or off; `why` when the desk itself does it."""
    with transaction() as session:
        rule = held(session, rule_id)
        rule.active, rule.switched_off = on, "" if on else why
        change_stamp(session)
        plan_anew(session, rule, None)


def put_in_order(kind: str, rule_ids: list[int]) -> None:
    """The order in which they are tried; those that are not named come after, as they stood."""
    with transaction() as session:
        rules = list(session.scalars(select(Rule).where(Rule.kind == kind).order_by(Rule.position, Rule.id)))
        places = {number: place for place, number in enumerate(rule_ids)}
        for place, rule in enumerate(sorted(rules, key=lambda rule: places.get(rule.id, len(rules)))):
            rule.position = place + 1
        change_stamp(session)


def delete(rule_id: int) -> None:
    """With its versions and its log; what it did to tickets stays, and stays in their history."""
    with transaction() as session:
        rule = held(session, rule_id)
        for version_id in session.scalars(select(RuleVersion.id).where(RuleVersion.rule_id == rule.id)):
            due_moments.cancel(session, "rule", version_id)
        session.delete(rule)
        change_stamp(session)


def held(session: Session, rule_id: int) -> Rule:
    """The rule, locked; NotFound when there is none."""
    rule = session.get(Rule, rule_id, with_for_update=True, populate_existing=True)
    if rule is None:
        raise NotFound
    return rule


def in_force(session: Session, rule: Rule) -> RuleVersion:
    """What it says today."""
    return session.get_one(RuleVersion, rule.version_id)
