"""A rule of the clock that was written, changed or switched: its moments on tickets that are there already, set by set."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from automations import orders, time_triggers
from automations.orders import Order
from helpdesk import clock
from helpdesk.actions import due_moments
from helpdesk.extensions import db
from helpdesk.long_tasks import Steps, Task
from helpdesk.models import RuleVersion, Ticket

TITLE, SET = _l("Planning a rule"), 200
LIVING = Ticket.place == "inbox", Ticket.status != "closed"


def run(task: Task) -> Steps:
    """The long task "plan_rule" with {"rule_id"}. What would have been due by now is left alone: a rule changes no past."""
    rule_id = int(task.asked["rule_id"])
    versions = list(db.session.scalars(select(RuleVersion.id).where(RuleVersion.rule_id == rule_id)))
    in_force = [order for order in orders.in_force(db.session(), "timed") if order.rule_id == rule_id]
    due_moments.cancel_all(time_triggers.KIND, [one for one in versions if one not in [order.version_id for order in in_force]])
    total, planned = db.session.scalar(select(func.count()).select_from(Ticket).where(*LIVING)) or 0, 0
    for order in in_force:
        for done, moments in sets(order, task.done, total):
            due_moments.plan_all(time_triggers.KIND, order.version_id, moments)
            planned += len(moments)
            yield done, total
    return {"planned": planned}


def sets(order: Order, skip: int, total: int) -> Any:
    """(tickets done, moments to come) of every set of tickets."""
    last = 0
    for done in range(0, total, SET):
        rows = db.session.scalars(select(Ticket).where(Ticket.id > last, *LIVING).order_by(Ticket.id).limit(SET)).all()
        if not rows:
            return
        last = rows[-1].id
        if done + SET > skip:
            yield min(done + SET, total), moments_of(order, list(rows))


def moments_of(order: Order, tickets: list[Ticket]) -> list[tuple[int, Any]]:
    """When the rule is due on each of them, if that is still to come."""
    session, now = db.session(), clock.now()
    counted = time_triggers.anchors(session, order, tickets)
    found = [(ticket.id, time_triggers.moment_after(session, order, ticket, since)) for ticket, since in counted]
    return [(number, at) for number, at in found if at is not None and at > now]
