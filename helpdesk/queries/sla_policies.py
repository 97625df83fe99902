"""Policies and their versions, for the settings pages."""

from sqlalchemy import select

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Calendar, SlaPolicy, SlaPolicyVersion
from helpdesk.policy import Viewer
from helpdesk.queries.people import only_admins


def every(viewer: Viewer) -> list[tuple[SlaPolicy, SlaPolicyVersion]]:
    """In the order in which they are asked, each with its version of today."""
    only_admins(viewer)
    rows = db.session.execute(
        select(SlaPolicy, SlaPolicyVersion).join(SlaPolicyVersion, SlaPolicyVersion.id == SlaPolicy.version_id)
        .order_by(SlaPolicy.position, SlaPolicy.id))
    return [(policy, version) for policy, version in rows]


def one(viewer: Viewer, policy_id: int) -> SlaPolicy:
    """One policy; NotFound."""
    only_admins(viewer)
    found = db.session.get(SlaPolicy, policy_id)
    if found is None:
        raise NotFound
    return found


def in_force(policy: SlaPolicy) -> SlaPolicyVersion:
    """What it promises today."""
    return db.session.get_one(SlaPolicyVersion, policy.version_id)


def versions(policy: SlaPolicy) -> list[SlaPolicyVersion]:
    """The newest first."""
    found = select(SlaPolicyVersion).where(SlaPolicyVersion.policy_id == policy.id).order_by(SlaPolicyVersion.number.desc())
    return list(db.session.scalars(found))


def calendars() -> list[Calendar]:
    """That a policy may name."""
    return list(db.session.scalars(select(Calendar).order_by(Calendar.id)))
