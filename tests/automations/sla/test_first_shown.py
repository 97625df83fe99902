"""Whatever moves due times shows first which and by how much; one press more does it, and the pages promise nothing else."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from automations.sla import moving
from helpdesk.actions import calendars, holidays, sla_policies
from helpdesk.extensions import db
from helpdesk.models import Calendar, Holiday, SlaPolicyVersion, Ticket
from tests.automations.sla.conftest import FASTING, RESPONSE, USUAL, at, settle
from tests.factories import Clock
from tests.web.conftest import clock, site  # noqa: F401  the site of the tests of pages
from tests.web.site import Site

WEEK = {"name": "Usual", "time_zone": "Asia/Riyadh", "standard": "1", **dict.fromkeys(("sun", "mon", "tue", "wed", "thu"), "09:00-17:00")}
LATE, NIGHT = {"tue": "11:00-17:00"}, dict.fromkeys(("sun", "mon", "tue", "wed", "thu"), "20:00-23:00")


@pytest.fixture
def numbers(site: Site, clock: Clock) -> dict[str, int]:  # noqa: F811
    """A ticket of Tuesday 24 March 2026, 10:00, due at 12:00 by usual hours; a holiday and a range that do not touch it."""
    clock.set(at("03-24 10:00"))
    with site.app.app_context():
        for row in db.session.scalars(select(Calendar)).all():
            calendars.delete(row.id)
        usual = calendars.create(calendars.CalendarChange("Usual", "", "Asia/Riyadh", USUAL, standard=True)).id
        eid = holidays.create(holidays.HolidayChange(None, "Eid", "", date(2026, 3, 25), date(2026, 3, 26), [], "estimated")).id
        fast = calendars.RangeChange(None, "Fast", "", date(2026, 3, 1), date(2026, 3, 2), FASTING)
        admin = site.desk.viewer("admin")
        says = {"if": {}, "pause": [], "calendar": "team", "targets": RESPONSE, "steps": []}
        policy = sla_policies.create(admin, sla_policies.PolicyChange("Answers", "", says)).id
        sla_policies.switch(policy, on=True)
        moving.begin()
        number = site.desk.ticket("A new thing")
        settle()
        return {"calendar": usual, "holiday": eid, "range": calendars.create_range(fast).id, "policy": policy, "ticket": number}


def test_every_change_is_shown_first(site: Site, numbers: dict[str, int]) -> None:  # noqa: F811
    """Each does nothing at the first press but say that 1 due time moves, from when to when; and does it at the second."""
    one = {name: f"{path}/{numbers[name]}" for name, path in
           (("calendar", "/calendars"), ("holiday", "/holidays"), ("range", "/calendars/ranges"), ("policy", "/sla/policies"))}  # fmt: skip
    today = {"from_date": "2026-03-24", "to_date": "2026-03-24"}
    changes: list[tuple[str, dict[str, str], str, str]] = [  # (where, what, what it says, due at last)
        (one["calendar"], WEEK | LATE, "1 hour later", "03-24 13:00"),
        (one["calendar"], WEEK, "1 hour earlier", "03-24 12:00"),
        ("/calendars", {"name": "Nights", "time_zone": "Asia/Riyadh", "channels": "email", **NIGHT}, "10 hours later", "03-24 22:00"),
        (f"/calendars/{numbers['calendar'] + 1}/deletion", {}, "10 hours earlier", "03-24 12:00"),
        ("/calendars/ranges", {"name": "Short", **today, "tue": "11:00-16:00", "sun": "9-17"}, "1 hour later", "03-24 13:00"),
        (f"/calendars/ranges/{numbers['range'] + 1}/deletion", {}, "1 hour earlier", "03-24 12:00"),
        (f"{one['holiday']}/move", {"seen": "2026-03-25", "days": "-1"}, "47 hours later", "03-26 11:00"),
        (f"{one['holiday']}/removal", {}, "47 hours earlier", "03-24 12:00"),
        ("/holidays", {"name": "Half", **today, "periods": "09:00-11:00", "state": "confirmed"}, "22 hours later", "03-25 10:00"),
    ]  # fmt: skip
    admin = site.client("admin")
    for path, fields, sentence, due in changes:
        kept = state(site)
        shown = site.post(admin, path, fields)
        told = ["1 open due time would move" in shown.text, sentence in shown.text]
        assert (shown.status_code, told) == (200, [True, True]), (path, shown.text[-4000:])
        assert state(site) == kept, path
        seen = shown.text.split('name="moved_seen" value="')[1][:8]
        assert site.post(admin, path, fields | {"moved_seen": seen}).status_code == 302, path
        with site.app.app_context():
            moving.move_now()
            assert db.session.get_one(Ticket, numbers["ticket"]).due_at == at(due), path


def state(site: Site) -> list[Any]:  # noqa: F811
    """Everything that due times come from, but for what they are."""
    with site.app.app_context():
        versions = db.session.scalars(select(SlaPolicyVersion.id)).all()
        days = db.session.execute(select(Holiday.from_date, Holiday.state)).all()
        return [versions, days, db.session.execute(select(Calendar.id, Calendar.revision)).all()]


def test_whoever_goes_on_typing_sees_it_again(site: Site, numbers: dict[str, int]) -> None:  # noqa: F811
    admin, path = site.client("admin"), f"/calendars/{numbers['calendar']}"
    seen = site.post(admin, path, WEEK | LATE).text.split('name="moved_seen" value="')[1][:8]
    other = site.post(admin, path, WEEK | {"tue": "12:00-17:00", "moved_seen": seen})
    assert (other.status_code, "2 hours later" in other.text) == (200, True)


def test_what_moves_nothing_is_done_at_once(site: Site, numbers: dict[str, int]) -> None:  # noqa: F811
    admin = site.client("admin")
    assert site.post(admin, f"/holidays/{numbers['holiday']}/confirmation").status_code == 302
    assert site.post(admin, f"/calendars/{numbers['calendar']}", WEEK | {"name": "Other"}).status_code == 302
    refused = site.post(admin, f"/calendars/{numbers['calendar']}", WEEK | {"tue": "17-9"})
    assert refused.status_code == 422
