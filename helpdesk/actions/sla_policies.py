"""Policies: written, switched, put in order, restored. Whoever may write them has written a definition that was checked before."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock, jobs
from helpdesk.actions.calendars import PLAN_ANEW
from helpdesk.actions.stamps import change_stamp
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import SlaPolicy, SlaPolicyVersion
from helpdesk.policy import Viewer

MOST_POLICIES = 200


@dataclass(frozen=True)
class PolicyChange:
    """What was typed: names, and what the policy promises."""

    name: str
    name_ar: str
    definition: dict[str, Any]
    pack: str = ""


def create(viewer: Viewer, asked: PolicyChange) -> SlaPolicy:
    """A new policy at the end of the list, switched off."""
    with transaction() as session:
        return add(session, viewer.agent_id, asked)


def add(session: Session, agent_id: int, asked: PolicyChange) -> SlaPolicy:
    """See `create`; part of the caller's transaction."""
    if (session.scalar(select(func.count()).select_from(SlaPolicy)) or 0) >= MOST_POLICIES:
        raise Invalid("too_many_policies")
    last = session.scalar(select(func.max(SlaPolicy.position))) or 0
    policy = SlaPolicy(name=asked.name, name_ar=asked.name_ar, position=last + 1, active=False, pack=asked.pack)
    session.add(policy)
    session.flush()
    put_in_force(session, policy, asked.definition, agent_id)
    return policy


def save(viewer: Viewer, policy_id: int, asked: PolicyChange) -> bool:
    """New names; a new version only if it promises something else now. Says whether it does: open targets are then to be moved."""
    with transaction() as session:
        policy = held(session, policy_id)
        policy.name, policy.name_ar = asked.name, asked.name_ar
        changed = bool(in_force(session, policy).definition != asked.definition)
        if changed:
            put_in_force(session, policy, asked.definition, viewer.agent_id)
        change_stamp(session)
        return changed


def restore(viewer: Viewer, policy_id: int, number: int) -> bool:
    """An older version once more, as the newest; whether it promises something else than today's."""
    with transaction() as session:
        policy = held(session, policy_id)
        old = session.scalar(select(SlaPolicyVersion).where(SlaPolicyVersion.policy_id == policy.id, SlaPolicyVersion.number == number))
        if old is None:
            raise NotFound
        changed = bool(in_force(session, policy).definition != old.definition)
        if changed:
            put_in_force(session, policy, old.definition, viewer.agent_id)
        return changed


def put_in_force(session: Session, policy: SlaPolicy, definition: dict[str, Any], agent_id: int) -> None:
    """Writes the next version."""
    last = session.scalar(select(func.max(SlaPolicyVersion.number)).where(SlaPolicyVersion.policy_id == policy.id)) or 0
    version = SlaPolicyVersion(policy_id=policy.id, number=last + 1, definition=definition, agent_id=agent_id, at=clock.now())
    session.add(version)
    session.flush()
    policy.version_id = version.id
    change_stamp(session)
    if PLAN_ANEW in jobs.DRAINS:
        nudge(session, PLAN_ANEW)


def switch(policy_id: int, *, on: bool) -> None:
    """On or off. What it has promised stays promised until something happens to the ticket."""
    with transaction() as session:
        held(session, policy_id).active = on
        change_stamp(session)


def put_in_order(policy_ids: list[int]) -> None:
    """The order in which they are asked; those that are not named come after, as they stood."""
    with transaction() as session:
        policies = list(session.scalars(select(SlaPolicy).order_by(SlaPolicy.position, SlaPolicy.id)))
        places = {number: place for place, number in enumerate(policy_ids)}
        for place, policy in enumerate(sorted(policies, key=lambda policy: places.get(policy.id, len(policies)))):
            policy.position = place + 1
        change_stamp(session)


def held(session: Session, policy_id: int) -> SlaPolicy:
    """The policy, locked; NotFound when there is none."""
    policy = session.get(SlaPolicy, policy_id, with_for_update=True, populate_existing=True)
    if policy is None:
        raise NotFound
    return policy


def in_force(session: Session, policy: SlaPolicy) -> SlaPolicyVersion:
    """What it promises today."""
    return session.get_one(SlaPolicyVersion, policy.version_id)
