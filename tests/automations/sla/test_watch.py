"""Targets follow what happens to a ticket, on both databases; steps are taken when their time comes, each once."""

from datetime import date

import pytest

from automations.sla import moving, watch
from helpdesk.actions import calendars, change, holidays, long_tasks, release, reply, sla_policies, sla_targets
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.models import Event, Holiday, LongTask, Message, Notice, SlaMove
from tests.automations.sla.conftest import FASTING, RESPONSE, Promise, at, badge, eid, planned, settle, steps, targets
from tests.factories import Clock, SmallDesk, kinds, ticket, writing

TAG = [{"do": "tag", "value": ["late"]}]
ESCALATION = [
    {"at": {"kind": "percent", "amount": 75}, "then": [{"do": "tag", "value": ["soon"]}]},
    {"at": {"kind": "breach"}, "then": [{"do": "set_priority", "value": "high"}]},
    {"at": {"kind": "after", "amount": 1, "unit": "business_hours"}, "then": TAG},
]


def tags(number: int) -> list[str]:
    return [tag.name for tag in ticket(number).tags]


def test_from_the_opening_to_the_answer(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    promise(RESPONSE | {"next_response": {"default": {"amount": 4, "unit": "business_hours"}}}, ESCALATION)
    number = riyadh.ticket()
    settle()
    assert badge(number) == (at("03-24 12:00"), "first_response", "running")
    assert planned(number) == {
        "percent:75": at("03-24 11:30"), "breach": at("03-24 12:00"), "breach:do": at("03-24 12:00"),
        "after:1:business_hours": at("03-24 13:00")}
    clock.set(at("03-24 11:31"))
    settle()
    assert (steps(), tags(number)) == (["percent:75"], ["soon"])
    reply.reply(riyadh.viewer("rana"), number, writing(number, status="pending"))
    settle()
    assert badge(number)[2] == "paused", "an answer counts when it has left, and the customer is waited for at once"
    clock.set(at("03-24 11:32"))
    release.release_due()
    settle()
    assert (targets(number)["first_response"].state, badge(number), planned(number)) == ("met", (None, "", ""), {})
    assert [kind for kind in kinds(number) if kind.startswith("sla_")] == ["sla_set", "sla_warned", "sla_paused", "sla_met"]
    clock.set(at("03-24 16:00"))
    ours = db.session.query(Message).filter_by(kind="outgoing").one().external_id
    assert riyadh.ticket("And another thing.", in_reply_to=ours, verified=True) == number
    settle()
    assert badge(number) == (at("03-25 12:00"), "next_response", "running")


def test_a_notice_names_the_promise(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    """Near, missed, still missed; no rule has a hand in it."""
    told = [{"do": "notify", "value": f"agent:{riyadh.ids['rana']}"}]
    promise(steps=[{"at": step["at"], "then": told} for step in ESCALATION])
    riyadh.ticket()
    settle()
    for _hour in range(4):
        clock.move(minutes=60)
        settle()
    rows = db.session.query(Notice).order_by(Notice.id).all()
    assert [(row.words["kind"], row.words["target"]) for row in rows] == [
        (kind, "first_response") for kind in ("sla_warning", "sla_breach", "sla_escalation")]


def test_what_is_late_is_told_once(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    promise(steps=ESCALATION)
    number = riyadh.ticket()
    settle()
    for minutes in (90, 30, 0, 60, 0, 600):
        clock.move(minutes=minutes)
        settle()
    assert steps() == ["percent:75", "breach", "breach:do", "after:1:business_hours"]
    assert (targets(number)["first_response"].state, badge(number)[2], ticket(number).priority, tags(number)) == (
        "breached", "breached", 2, ["late", "soon"])
    made = db.session.query(Event).filter(Event.kind.like("sla_%")).order_by(Event.id)
    assert [event.kind for event in made] == ["sla_set", "sla_warned", "sla_breached", "sla_escalated"]
    acts = db.session.query(Event).filter(Event.kind.in_(("ticket_tagged", "priority_changed")))
    assert {(event.actor, event.data["why"]) for event in acts} == {("system", "sla")}
    clock.move(days=-2)
    settle()
    change.change(riyadh.viewer("admin"), number, change.set_priority("urgent"))
    settle()
    assert len(steps()) == 4, "a clock that is put back does nothing twice"


def test_the_refund_promise_moves_with_the_eid(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    """Sixteen business hours; every time worked out by hand (see the table of test_clocks.py)."""
    review = {"name": "review", "start": {"on": "ticket_tagged", "if": {"all": [{"word": "tags", "test": "has_any", "value": ["refund"]}]}},
              "stop": {"on": "ticket_tagged", "if": {"all": [{"word": "tags", "test": "has_any", "value": ["reviewed"]}]}},
              "default": {"amount": 16, "unit": "business_hours"}}  # fmt: skip
    clock.set(at("03-18 13:40"))
    calendars.create_range(calendars.RangeChange(None, "Ramadan", "رمضان", date(2026, 2, 18), date(2026, 3, 19), FASTING))
    holiday = eid(date(2026, 3, 19), "estimated")
    promise({"stages": [review]})
    promise(**{"if": {"all": [{"word": "tags", "test": "has_any", "value": ["another"]}]}})  # so that this tag is looked at
    number = riyadh.ticket("I want my money back.")
    rana = riyadh.viewer("rana")
    change.change(rana, number, change.tag("refund"))
    settle()
    assert badge(number) == (at("03-24 14:40"), "stage:review", "running")
    move_holiday(holiday, 1)
    settle()
    assert badge(number)[0] == at("03-24 16:40")
    clock.set(at("03-19 11:30"))
    change.change(rana, number, change.set_status("pending"))
    settle()
    assert (badge(number), ticket(number).due_since) == ((None, "stage:review", "paused"), at("03-19 11:30"))
    clock.set(at("03-21 20:15"))
    change.change(rana, number, change.set_status("open"))
    settle()
    assert badge(number)[0] == at("03-25 13:10")
    clock.set(at("03-25 13:00"))
    change.change(rana, number, change.tag("reviewed"))
    settle()
    change.change(rana, number, change.tag("another"))
    settle()
    review = targets(number)["stage:review"]
    assert (review.state, review.started_at) == ("met", at("03-18 13:40")), "the tag that began it is still there, and begins it no more"
    moved = db.session.query(SlaMove).order_by(SlaMove.id).all()
    assert [move.due_at for move in moved][:4] == [at("03-24 14:40"), at("03-24 16:40"), None, at("03-25 13:10")]


def move_holiday(holiday: int, days: int) -> None:
    """As the page does it; due times follow as a slow task."""
    holidays.move(holiday, db.session.get_one(Holiday, holiday).from_date, days)
    moving.move_now()


def test_what_changes_a_promise(riyadh: SmallDesk, promise: Promise) -> None:
    urgent = {"first_response": RESPONSE["first_response"] | {"urgent": {"amount": 30, "unit": "minutes"}}}
    promise(urgent, **{"if": {"all": [{"word": "priority", "test": "is", "value": ["urgent"]}]}})
    promise()
    number, admin = riyadh.ticket(), riyadh.viewer("admin")
    settle()
    due = []
    for act in (change.set_priority("urgent"), change.set_priority("low"), change.move("spam"), change.move("inbox"),
                change.set_status("solved")):
        change.change(admin, number, act)
        settle()
        due.append((badge(number)[0], badge(number)[2]))
    assert due == [
        (at("03-24 10:30"), "running"), (at("03-24 12:00"), "running"), (None, "paused"), (at("03-24 12:00"), "running"), (None, "")]
    change.change(admin, number, change.set_priority("urgent"))
    settle()
    ended = targets(number)["first_response"]
    assert (ended.state, ended.due_at) == ("cancelled", at("03-24 12:00")), "what is over stays as it was"
    assert not planned(number)


def test_a_date_by_hand(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    promise(steps=ESCALATION)
    number, rana = riyadh.ticket(), riyadh.viewer("rana")
    settle()
    target = targets(number)["first_response"].id
    for due_at, reason, field in ((at("03-24 09:00"), "x", "due_at"), (at("03-26 09:00"), " ", "reason")):
        with pytest.raises(Invalid) as refusal:
            sla_targets.set_due(rana, target, due_at, reason, watch.follow)
        assert refusal.value.field == field
        db.session.rollback()
    sla_targets.set_due(rana, target, at("03-26 09:00"), "Promised by phone", watch.follow)
    assert (badge(number)[0], planned(number)["breach"]) == (at("03-26 09:00"), at("03-26 09:00"))
    sla_targets.set_due(rana, target, None, "A mistake", watch.follow)
    settle()
    assert badge(number)[0] == at("03-24 12:00")
    assert [event.data.get("reason") for event in db.session.query(Event).filter_by(kind="sla_moved")] == ["Promised by phone", "A mistake"]


def test_older_mail_and_older_tickets_are_left_alone(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    number = riyadh.ticket()
    settle()
    clock.move(days=3)
    promise(steps=ESCALATION)
    old = riyadh.ticket("From last year.", backfilled=True)
    change.change(riyadh.viewer("admin"), number, change.set_priority("high"))
    change.change(riyadh.viewer("admin"), old, change.set_priority("high"))
    settle()
    assert (targets(number)["first_response"].state, targets(old), steps()) == ("breached", {}, [])


def test_nobody_is_woken(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    """In real hours a promise may be broken at two in the night; that is written down at once, and told in the morning."""
    loud = ESCALATION[1] | {"then": TAG}
    promise({"first_response": {"default": {"amount": 16, "unit": "hours"}}}, [loud])
    number = riyadh.ticket()
    settle()
    clock.set(at("03-25 02:00"))
    settle()
    assert (steps(), badge(number)[2], tags(number)) == (["breach"], "breached", [])
    clock.set(at("03-25 09:00"))
    settle()
    assert (steps(), tags(number)) == (["breach", "breach:do"], ["late"])


def test_changed_hours_ask_for_a_slow_task(riyadh: SmallDesk, promise: Promise) -> None:
    promise()
    number = riyadh.ticket()
    settle()
    moving.begin()
    assert not moving.is_due()
    eid(date(2026, 3, 24), "confirmed")
    assert moving.is_due(), "also where no nudge arrived"
    moving.begin()
    moving.begin()
    assert db.session.query(LongTask).count() == 1, "one that waits does for all"
    long_tasks.work_on(riyadh.app)
    assert badge(number)[0] == at("03-29 11:00")


def test_policies_have_versions(riyadh: SmallDesk, promise: Promise) -> None:
    number = promise()
    admin, asked = riyadh.viewer("admin"), sla_policies.PolicyChange("A policy", "", {"targets": {}})
    assert sla_policies.save(admin, number, asked)
    assert not sla_policies.save(admin, number, asked)
    assert sla_policies.restore(admin, number, 1)
