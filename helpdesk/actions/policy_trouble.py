"""Whoever wrote a policy hears that it cannot do all that it says."""

from sqlalchemy.orm import Session

from helpdesk.actions.attempts import Limit, spend
from helpdesk.actions.notices import notify
from helpdesk.actions.rule_runs import able
from helpdesk.models import SlaPolicy, SlaPolicyVersion
from helpdesk.queries.notices import admins

TOLD = Limit("policy-told", 1, 3600)


def tell_author(session: Session, version_id: int, why: str) -> None:
    """What a step names is "gone", or a condition cannot be asked ("broken"): once an hour, and the admins where the author has left. Part
    of the caller's transaction."""
    version = session.get(SlaPolicyVersion, version_id)
    if version is None or spend(session, TOLD, f"{version.policy_id} {why}").full:
        return
    policy = session.get_one(SlaPolicy, version.policy_id)
    told = {"kind": f"policy_{why}", "policy": policy.name, "policy_ar": policy.name_ar, "policy_id": policy.id}
    notify(session, able(session, version.agent_id) or admins(session), None, told)
