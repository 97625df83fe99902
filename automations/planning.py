"""Moments of rules of the clock on tickets that are there already, set by set: of a rule that was written, changed or switched; and of all
rules that count by hours, when those are others."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from automations import orders, time_triggers
from automations.orders import Order
from helpdesk import clock, jobs, long_tasks
from helpdesk.actions import due_moments
from helpdesk.actions import long_tasks as slow
from helpdesk.actions.record import hold_tickets
from helpdesk.actions.stamps import put_stamp, stamp
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.long_tasks import Steps, Task
from helpdesk.models import RuleVersion, Ticket
from helpdesk.queries import together
from helpdesk.queries.due_moments import how_many, next_of
from helpdesk.queries.sla import calendars_mark, move_is_waiting

PLAN, MOVE, MOVED, SET = "plan_rule", "move_rules", "rules_moved", 100
KINDS = due_moments.kinds_of(time_triggers.KIND)
LIVING = Ticket.place == "inbox", Ticket.status != "closed"


def run(task: Task) -> Steps:
    """The long task PLAN with {"rule_id"}. What would have been due by now is left alone: a rule changes no past."""
    rule_id = int(task.asked["rule_id"])
    versions = list(db.session.scalars(select(RuleVersion.id).where(RuleVersion.rule_id == rule_id)))
    in_force = [order for order in orders.in_force(db.session(), "timed") if order.rule_id == rule_id]
    due_moments.cancel_all(time_triggers.KIND, [one for one in versions if one not in [order.version_id for order in in_force]])
    total, planned = db.session.scalar(select(func.count()).select_from(Ticket).where(*LIVING)) or 0, 0
    for order in in_force:
        for done, numbers in sets(task.done, total):
            planned += plan_set(order, numbers)
            yield done, total
    return {"planned": planned}


def sets(skip: int, total: int) -> Iterator[tuple[int, set[int]]]:
    """(tickets done, the numbers of its tickets) of every set."""
    last = 0
    for done in range(0, total, SET):
        numbers = db.session.scalars(select(Ticket.id).where(Ticket.id > last, *LIVING).order_by(Ticket.id).limit(SET)).all()
        if not numbers:
            return
        last = numbers[-1]
        if done + SET > skip:
            yield min(done + SET, total), set(numbers)


def plan_set(order: Order, numbers: set[int]) -> int:
    """The moments to come on some tickets, in one transaction that holds them: what happens to them comes before or after. How many."""
    with transaction() as session:
        hold_tickets(session, numbers)
        due = {number: time_triggers.moment_of(session, order, ticket) for number, ticket in together.held(session).items()}
        found = [(number, at) for number, at in due.items() if at is not None and at > clock.now()]
        for number, at in found:
            due_moments.plan(session, time_triggers.KIND, order.version_id, number, at)
    return len(found)


def is_due() -> bool:
    """Whether calendars are others than when rules were moved last."""
    session = db.session()
    try:
        return calendars_mark(session) != stamp(session, MOVED)
    finally:
        db.session.remove()


def begin_moving() -> None:
    """Calendars were changed: a slow task, where a rule counts by them, unless one waits to begin."""
    with transaction() as session:
        put_stamp(session, MOVED, calendars_mark(session))
        if moving(orders.in_force(session, "timed")) and not move_is_waiting(session, MOVE):
            slow.begin(session, MOVE, {}, None)


def moving(timed: list[Order]) -> dict[int, Order]:
    """Version -> those that count by hours."""
    return {order.version_id: order for order in timed if time_triggers.by_hours(order.definition["after"])}


def run_moving(_task: Task) -> Steps:
    """The long task MOVE: what is still to come is due by the hours of today. Running it again does no harm."""
    session, of_these = db.session(), moving(orders.in_force(db.session(), "timed"))
    total, last, done = how_many(session, KINDS, of_these), 0, 0
    while planned := next_of(session, KINDS, of_these, last, SET):
        move_set(of_these, planned)
        last, done = planned[-1][0], done + len(planned)
        yield min(done, total), total
    return {"looked_at": done}


def move_set(of_these: dict[int, Order], planned: list[tuple[int, int, int]]) -> None:
    """Some moments, in one transaction that holds their tickets: what happens to them comes before or after."""
    with transaction() as session:
        hold_tickets(session, {ticket_id for _number, ticket_id, _version in planned})
        tickets = together.held(session)
        for _number, ticket_id, version_id in planned:
            if ticket_id in tickets:
                time_triggers.plan_anew(session, of_these[version_id], tickets[ticket_id])


def init_app() -> None:
    """The slow tasks, and what looks whether calendars were changed."""
    long_tasks.register(PLAN, _l("Planning a rule"), run)
    long_tasks.register(MOVE, _l("Moving what rules wait for"), run_moving)
    jobs.add(jobs.Drain(MOVE, "slow", begin_moving, 10, is_due))
