"""The demo's standing orders: on, at work on its tickets, and gone with it."""

from typing import Any

from sqlalchemy import func, select

from helpdesk.demo import remove
from helpdesk.demo.build import build
from helpdesk.extensions import db
from helpdesk.models import (
    Calendar,
    CannedReply,
    DueMoment,
    Event,
    Inbox,
    Notice,
    Pack,
    Rule,
    RuleRun,
    RuleVersion,
    SlaPolicy,
    SlaTarget,
    Ticket,
)


def count(model: Any, *where: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_rules_and_promises_are_at_work(app: Any) -> None:
    assert build()
    rules = list(db.session.scalars(select(Rule).order_by(Rule.id)))
    assert {rule.kind for rule in rules} == {"trigger", "timed", "macro"}
    assert all(rule.active and rule.name and rule.name_ar for rule in rules)
    assert all(policy.active for policy in db.session.scalars(select(SlaPolicy)))
    for rule in rules:
        runs = db.session.scalars(select(RuleRun).where(RuleRun.rule_id == rule.id)).all()
        assert (len(runs) > 0) is (rule.kind == "trigger"), rule.name
        assert all(run.matched and any(seen["holds"] for seen in run.seen) for run in runs)
        assert all(did["result"] in ("done", "nothing") for run in runs for did in run.did)
    assert count(Event, Event.actor == "rule") >= 6
    assert count(Notice) >= 1
    assert {target.state for target in db.session.scalars(select(SlaTarget))} == {"running", "paused", "breached"}
    assert count(Ticket, Ticket.due_at.is_not(None)) >= 12
    assert count(DueMoment) >= 20
    assert count(CannedReply, CannedReply.pack == "demo") >= 8


def test_the_first_inbox_is_left_for_rules_of_ones_own(app: Any) -> None:
    assert build()
    inbox = db.session.scalars(select(Inbox).where(Inbox.address == "support@example.com")).one()
    own = Ticket.inbox_id == inbox.id, Ticket.team_id == inbox.team_id
    assert count(Ticket, *own) > 10
    assert count(Ticket, *own, Ticket.due_state != "") == 0
    assert count(RuleRun, RuleRun.ticket_id.in_(select(Ticket.id).where(*own))) == 0


def test_they_go_with_the_demo(app: Any) -> None:
    assert build()
    db.session.commit()
    assert remove() is False
    for model in (Rule, RuleVersion, RuleRun, SlaPolicy, SlaTarget, Calendar, CannedReply, Pack, DueMoment, Notice):
        assert count(model) == 0, model
    assert build()
    assert not build()
