"""A desk in Riyadh with a calendar and policies that are written in a line; what is due is done by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from helpdesk.actions import calendars, drain_outbox, due_moments, holidays, sla_policies
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import DueMoment, SlaStep, SlaTarget, Ticket
from tests.factories import Clock, SmallDesk

RIYADH = timezone(timedelta(hours=3))
USUAL = [[[540, 1020]], [[540, 1020]], [[540, 1020]], [[540, 1020]], [], [], [[540, 1020]]]
FASTING = [[[600, 960]], [[600, 960]], [[600, 960]], [[600, 960]], [], [], [[600, 960]]]
RESPONSE = {"first_response": {"default": {"amount": 2, "unit": "business_hours"}}}
Promise = Callable[..., int]


def at(text: str) -> datetime:
    """ "03-18 13:40" of 2026 in Riyadh."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=RIYADH)


@pytest.fixture
def riyadh(desk: SmallDesk, clock: Clock) -> SmallDesk:
    """The small desk on Tuesday 24 March 2026 at ten, with its hours: Sunday to Thursday, nine to five."""
    clock.set(at("03-24 10:00"))
    calendars.create(calendars.CalendarChange("Usual", "المعتاد", "Asia/Riyadh", USUAL, standard=True))
    return desk


@pytest.fixture
def promise(riyadh: SmallDesk) -> Promise:
    """A policy in force; its id."""

    def write(targets: dict[str, Any] | None = None, steps: list[Any] | None = None, **more: Any) -> int:
        definition = {"if": {}, "pause": ["pending", "on_hold"], "calendar": "team", "targets": targets or RESPONSE, "steps": steps or []}
        policy = sla_policies.create(riyadh.viewer("admin"), sla_policies.PolicyChange("A policy", "اتفاقية", definition | more))
        sla_policies.switch(policy.id, on=True)
        return policy.id

    return write


def eid(first: date, state: str) -> int:
    """Four days that begin then."""
    return holidays.create(holidays.HolidayChange(None, "Eid al-Fitr", "عيد الفطر", first, first + timedelta(days=3), [], state)).id


def settle() -> None:
    """Everybody has heard of everything, and what is due is done."""
    for _round in range(3):
        drain_outbox.drain()
        due_moments.drain()
    db.session.rollback()


def targets(number: int) -> dict[str, SlaTarget]:
    """The newest target of each name."""
    db.session.rollback()
    rows = db.session.query(SlaTarget).filter_by(ticket_id=number).order_by(SlaTarget.id)
    return {row.name: row for row in rows.populate_existing()}


def planned(number: int) -> dict[str, datetime]:
    """The steps that will be taken, whatever target they belong to."""
    db.session.rollback()
    return {row.step: row.due_at for row in db.session.query(DueMoment).filter_by(ticket_id=number, kind="sla")}


def steps() -> list[str]:
    """Those that were taken, in order."""
    db.session.rollback()
    return [row.step for row in db.session.query(SlaStep).order_by(SlaStep.id)]


def badge(number: int) -> tuple[datetime | None, str, str]:
    """What lists say of the ticket."""
    db.session.rollback()
    row = db.session.get_one(Ticket, number, populate_existing=True)
    return row.due_at, row.due_name, row.due_state


def change_ticket(number: int, **columns: Any) -> None:
    """Columns that no action of ours sets."""
    with transaction() as session:
        for name, value in columns.items():
            setattr(session.get_one(Ticket, number), name, value)
