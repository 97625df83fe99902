"""Business hours as people keep them: what verbs refuse and change, and whose hours count."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from automations.sla.calendars import hours_for, is_open
from automations.sla.public_holidays import of_year
from helpdesk import periods
from helpdesk.actions import calendars, holidays
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import problems_of
from helpdesk.models import Calendar, Holiday
from tests.factories import SmallDesk

OFFICE, CLOSED = [[[540, 1020]]] * 4 + [[], []] + [[[540, 1020]]], [[]] * 7
EID = date(2027, 3, 9)


def office(**changes: Any) -> calendars.CalendarChange:
    return calendars.CalendarChange(**({"name": "Office", "name_ar": "", "time_zone": "Asia/Riyadh", "week": OFFICE} | changes))


def a_range(**changes: Any) -> calendars.RangeChange:
    given = {"calendar_id": None, "name": "Ramadan", "name_ar": "", "from_date": date(2027, 2, 8), "to_date": date(2027, 3, 8)}
    return calendars.RangeChange(**(given | {"week": OFFICE} | changes))


def a_holiday(**changes: Any) -> holidays.HolidayChange:
    given = {"calendar_id": None, "name": "Eid", "name_ar": "", "from_date": EID, "to_date": date(2027, 3, 12), "periods": []}
    return holidays.HolidayChange(**(given | changes))


def revisions() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Calendar.revision).order_by(Calendar.id)))


def test_periods_as_people_write_them() -> None:
    taken = {
        "09:00-17:00": [[540, 1020]], "9-13, 16:30-23": [[540, 780], [990, 1380]], "٩:٠٠-١٣:٠٠، ١٦:٠٠-٢٣:٠٠": [[540, 780], [960, 1380]],
        "22:00–02:00": [[1320, 1560]], "20-33": [[1200, 1980]], "0-24": [[0, 1440]], "16-20, 9-13": [[540, 780], [960, 1200]], "-": [],
        "": [], "—": [], "من": None, "9": None, "9-9": None, "17:00-09:00": None, "9:60-10": None, "25-26": None, "9-35": None,
        "9-13, 12-14": None, ", ".join(f"{hour}:00-{hour}:10, {hour}:20-{hour}:30" for hour in range(11)): None,
    }  # fmt: skip
    for text, wanted in taken.items():
        try:
            found = periods.read(text)
        except Invalid:
            found = None
        assert (text, found) == (text, wanted)
        assert found is None or periods.read(periods.written(found)) == found


def test_what_is_refused(desk: SmallDesk) -> None:
    night = [[[1320, 1560]], [[60, 600]], [], [], [], [], []]
    for asked, field in (
        (office(name=""), "name"), (office(time_zone="Asia/Nowhere"), "time_zone"), (office(week=CLOSED), ""), (office(week=night), "tue"),
        (office(week=[[[540, 540]], *OFFICE[1:]]), "mon"), (office(week=[[[600, 540]], *OFFICE[1:]]), "mon"),
        (office(week=[[[540, 700], [600, 800]], *OFFICE[1:]]), "mon"),
        (office(week=[[[minute, minute + 1] for minute in range(0, 42, 2)], *OFFICE[1:]]), "mon"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            calendars.create(asked)
        assert list(problems_of(refusal.value)) == [field]
    calendars.create(office())
    for change, field in (
        (lambda: calendars.create_range(a_range(to_date=date(2027, 2, 7))), "to_date"),
        (lambda: calendars.create_range(a_range(name="")), "name"),
        (lambda: calendars.create_range(a_range(from_date=date(2026, 1, 1), to_date=date(2030, 1, 1), week=CLOSED)), ""),
        (lambda: holidays.create(a_holiday(to_date=date(2027, 3, 8))), "to_date"),
        (lambda: holidays.create(a_holiday(to_date=date(2027, 9, 8))), "to_date"),
        (lambda: holidays.create(a_holiday(periods=[[600, 600]])), "periods"), (lambda: holidays.create(a_holiday(state="maybe")), "state"),
        (lambda: holidays.move(1, EID, 8), ""),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            change()
        assert list(problems_of(refusal.value)) == [field]
    assert revisions() == [1]
    assert db.session.scalars(select(Holiday)).all() == []


def test_every_change_raises_the_revision(desk: SmallDesk) -> None:
    """Of all calendars when it belongs to all, else of the one; a confirmation of what is confirmed is none, nor is a second press."""
    first, second = calendars.create(office()).id, calendars.create(office(name="Shop")).id
    assert revisions() == [2, 1]
    mine, ours = holidays.create(a_holiday(calendar_id=second)).id, holidays.create(a_holiday(state="estimated")).id
    assert revisions() == [3, 3]
    for change, wanted in (
        (lambda: holidays.confirm(ours), [4, 4]), (lambda: holidays.confirm(ours), [4, 4]), (lambda: holidays.move(ours, EID, 1), [5, 5]),
        (lambda: holidays.move(ours, EID, 1), [5, 5]), (lambda: holidays.remove(mine), [5, 6]),
        (lambda: calendars.create_range(a_range(calendar_id=first)), [6, 6]), (lambda: calendars.delete_range(1), [7, 6]),
        (lambda: calendars.edit(first, office(name="Other")), [8, 7]), (lambda: calendars.delete(first), [8]),
    ):  # fmt: skip
        change()
        assert revisions() == wanted


def test_package(desk: SmallDesk) -> None:
    """Fixed days are confirmed, the moon's are estimated; a second import changes nothing that a person changed or removed."""
    calendars.create(office())
    known = of_year("SA", 2027)
    assert {each.name: each.state for each in known if "observed" not in each.name} == {
        "Founding Day Holiday": "confirmed", "National Day Holiday": "confirmed", "Eid al-Fitr Holiday": "estimated",
        "Day of Arafah": "estimated", "Eid al-Adha Holiday": "estimated"}  # fmt: skip
    assert holidays.bring_in(known) == len(known)
    eid, founding = (db.session.scalars(select(Holiday).where(Holiday.name.startswith(name))).first().id for name in ("Eid al-F", "Found"))
    holidays.move(eid, EID, 1)
    holidays.remove(founding)
    before = revisions()
    assert (holidays.bring_in(known), revisions()) == (0, before)
    found = db.session.get_one(Holiday, eid)
    assert (found.from_date, found.state, found.name_ar) == (date(2027, 3, 10), "confirmed", "عطلة عيد الفطر")
    assert db.session.get_one(Holiday, founding).state == "removed"


def test_whose_hours_count(desk: SmallDesk) -> None:
    """A team's before a channel's before the standard one; a desk without any is always open; a change counts at once."""
    night, noon = datetime(2027, 3, 8, 23, tzinfo=UTC), datetime(2027, 3, 8, 9, tzinfo=UTC)
    session, team = db.session(), desk.ids["repairs"]
    assert hours_for(session, team, "email")[0] is None
    assert is_open(session, team, "email", night)
    session.rollback()
    for name, changes in (("Standard", {}), ("Mail", {"channels": ("email",)}), ("Repairs", {"team_ids": (team,)})):
        calendars.create(office(name=name, **changes))
    found = [hours_for(session, *asked)[0] for asked in ((team, "email"), (desk.ids["returns"], "email"), (None, "chat"))]
    assert [calendar and calendar.name for calendar in found] == ["Repairs", "Mail", "Standard"]
    assert [is_open(session, team, "email", moment) for moment in (noon, night)] == [True, False]
    session.rollback()
    holidays.create(a_holiday(from_date=date(2027, 3, 8), to_date=date(2027, 3, 8), periods=[[720, 1020]]))
    assert is_open(session, team, "email", noon)
    session.rollback()
    holidays.create(a_holiday(from_date=date(2027, 3, 8)))
    assert not is_open(session, team, "email", noon)  # of two on one day the closed one counts
