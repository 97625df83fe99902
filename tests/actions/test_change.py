"""What agents do to a ticket: one event a change, none for no change, and nothing half done."""

import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.actions import change
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Event, Tag
from tests.factories import NOW, Clock, SmallDesk, at_once, kinds, ticket

CHANGES: list[tuple[str, Any]] = [
    ("ticket_assigned", lambda desk: change.assign(desk.ids["huda"])),
    ("team_changed", lambda desk: change.set_team(desk.ids["returns"])),
    ("status_changed", lambda desk: change.set_status("on_hold")),
    ("priority_changed", lambda desk: change.set_priority("urgent")),
    ("subject_changed", lambda desk: change.set_subject("  Another   subject ")),
    ("ticket_tagged", lambda desk: change.tag("#Printer")),
    ("ticket_moved", lambda desk: change.move("trash")),
    ("ticket_snoozed", lambda desk: change.snooze(NOW + timedelta(days=1))),
]
WRONG: list[tuple[str, Any]] = [
    ("assignee", lambda desk: change.assign(9999)), ("team", lambda desk: change.set_team(9999)),
    ("status", lambda desk: change.set_status("opened")), ("priority", lambda desk: change.set_priority("higher")),
    ("subject", lambda desk: change.set_subject(" \n ")), ("tag", lambda desk: change.tag("#!")),
    ("place", lambda desk: change.move("attic")), ("until", lambda desk: change.snooze(NOW)),
]  # fmt: skip


def test_one_event_and_none_when_nothing_changes(desk: SmallDesk) -> None:
    for kind, make in CHANGES:
        number = desk.ticket()
        for _again in range(2 if kind != "ticket_snoozed" else 1):
            change.change(desk.viewer("huda"), number, make(desk))
        assert kinds(number)[2:] == [kind]
        event = db.session.scalars(select(Event).where(Event.kind == kind)).one()
        assert (event.actor, event.agent_id, event.at) == ("agent", desk.ids["huda"], NOW)
        assert ticket(number).last_event_id == event.id


def test_what_is_wrong_changes_nothing_of_the_rest(desk: SmallDesk) -> None:
    number = desk.ticket()
    for field, make in WRONG:
        with pytest.raises(Invalid) as refusal:
            change.change(desk.viewer("rana"), number, change.set_priority("urgent"), make(desk))
        assert refusal.value.field == field
        assert (ticket(number).priority, kinds(number)) == (1, ["ticket_opened", "message_received"]), field


def test_only_who_sees_it(desk: SmallDesk) -> None:
    number = desk.ticket()
    for who, target in (("omar", number), ("lina", number), ("admin", number + 99)):
        with pytest.raises(NotFound):
            change.change(desk.viewer(who), target, change.set_status("solved"))
    assert ticket(number).status == "open"


def test_nobody_who_is_switched_off_gets_a_ticket(desk: SmallDesk) -> None:
    number = desk.ticket()
    with change.transaction() as session:
        session.get_one(change.Agent, desk.ids["lina"]).active = False
    with pytest.raises(Invalid):
        change.change(desk.viewer("rana"), number, change.assign(desk.ids["lina"]))


def test_tags_that_differ_in_spelling_are_one(desk: SmallDesk) -> None:
    number = desk.ticket()
    for name in ("ضَمَان", "ضمان", "#ضمان", " ضمان "):
        change.change(desk.viewer("rana"), number, change.tag(name))
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1
    change.change(desk.viewer("rana"), number, change.untag("ضمان"))
    assert kinds(number)[2:] == ["ticket_tagged", "ticket_untagged"]


def test_the_same_new_tag_on_many_tickets_at_once(desk: SmallDesk) -> None:
    numbers, outcomes = [desk.ticket() for _ in range(6)], []
    me = desk.viewer("rana")

    def add(number: int) -> None:
        change.change(me, number, change.tag("urgent repair"))
        outcomes.append(number)

    at_once(desk, [partial(add, number) for number in numbers])
    assert sorted(outcomes) == numbers
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1


def test_new_tags_in_another_order_hold_up_nobody(desk: SmallDesk) -> None:
    """Two transactions that make the same tags, each the other's last one first, do not wait for each other in a ring."""
    numbers, me, met = [desk.ticket(), desk.ticket()], desk.viewer("rana"), threading.Barrier(2)

    def meet(*_all: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            met.wait(1)

    def add(number: int, *names: str) -> None:
        change.change(me, number, change.tag(names[0]), meet, change.tag(names[1]))

    at_once(desk, [partial(add, numbers[0], "one", "two"), partial(add, numbers[1], "two", "one")])
    db.session.rollback()
    assert [sorted(tag.name for tag in ticket(number).tags) for number in numbers] == [["one", "two"]] * 2


def test_a_snooze_ends_by_itself(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.snooze(NOW + timedelta(hours=3)))
    assert ticket(number).queue == "snoozed"
    change.wake_due()
    assert ticket(number).queue == "snoozed"
    clock.move(hours=3)
    change.wake_due()
    change.wake_due()
    assert ticket(number).queue == "open"
    assert kinds(number)[2:] == ["ticket_snoozed", "ticket_woken"]


def test_those_who_lose_sight_of_it_hear_of_it(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = desk.ticket()
    told: list[str] = []
    monkeypatch.setattr("helpdesk.live.publish", lambda hints: told.extend(topic for topics, _ in hints for topic in topics))
    change.change(desk.viewer("rana"), number, change.assign(desk.ids["lina"]))
    told.clear()
    change.change(desk.viewer("rana"), number, change.assign(None), change.set_team(desk.ids["returns"]))
    assert {f"agent:{desk.ids['lina']}", f"team:{desk.ids['repairs']}", f"team:{desk.ids['returns']}", "desk"} <= set(told)
