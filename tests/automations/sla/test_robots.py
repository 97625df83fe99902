"""A message first taken for a program's: when somebody says that a person wrote it, promises and rules of the clock count from it."""

from datetime import datetime

import pytest

from automations import orders
from automations.simulate import simulate
from helpdesk.actions import change, long_tasks, release, reply, rules, screening
from helpdesk.extensions import db
from helpdesk.models import DueMoment, Message
from tests.automations.sla.conftest import RESPONSE, Promise, at, badge, settle, targets
from tests.factories import Clock, SmallDesk, messages, ticket, writing

BOTH = RESPONSE | {"next_response": {"default": {"amount": 4, "unit": "business_hours"}}}
AFTER = {"amount": 4, "unit": "hours", "since": "customer"}
LATE = {"on": [], "if": {"all": []}, "then": [{"do": "tag", "value": ["late"]}], "stop": False, "after": AFTER}


def answered(desk: SmallDesk, clock: Clock, number: int, status: str = "open") -> str:
    """We answered, and the answer left; its name."""
    reply.reply(desk.viewer("rana"), number, writing(number, status=status))
    clock.move(seconds=11)
    release.release_due()
    settle()
    return db.session.query(Message).filter_by(kind="outgoing").order_by(Message.id.desc()).first().external_id or ""


def robot(desk: SmallDesk, number: int, ours: str) -> int:
    """A message of a program joins the ticket; its number."""
    assert desk.ticket("And now?", in_reply_to=ours, verified=True, auto_reply="absence") == number
    settle()
    return messages(number)[-1].id


@pytest.mark.parametrize("status", ["open", "pending", "solved"])
def test_the_next_response_counts_from_the_message(riyadh: SmallDesk, promise: Promise, clock: Clock, status: str) -> None:
    promise(BOTH)
    number = riyadh.ticket()
    settle()
    ours = answered(riyadh, clock, number, status)
    clock.set(at("03-24 12:00"))
    message = robot(riyadh, number, ours)
    assert "next_response" not in targets(number)
    clock.set(at("03-24 13:30"))
    screening.treat_as_person(riyadh.viewer("rana"), message)
    settle()
    found = targets(number)["next_response"]
    assert (found.started_at, found.state, found.pauses) == (at("03-24 12:00"), "running", [])
    assert badge(number) == (at("03-24 16:00"), "next_response", "running")
    assert (ticket(number).status, ticket(number).waiting_since) == ("open", at("03-24 12:00"))
    clock.set(at("03-24 14:00"))
    answered(riyadh, clock, number)
    assert targets(number)["next_response"].state == "met"


def test_what_was_answered_since_asks_for_no_other_answer(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    promise(BOTH)
    number = riyadh.ticket()
    settle()
    message = robot(riyadh, number, answered(riyadh, clock, number))
    clock.move(minutes=5)
    answered(riyadh, clock, number)
    screening.treat_as_person(riyadh.viewer("rana"), message)
    settle()
    assert targets(number).keys() == {"first_response"}


def test_the_first_response_runs_whoever_opened_the_ticket(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    """A program's mail that opens a ticket waits as a person's does; taken for a person's it begins nothing else."""
    promise(BOTH)
    number = riyadh.ticket(auto_reply="auto_reply")
    settle()
    before = badge(number)
    assert before == (at("03-24 12:00"), "first_response", "running")
    clock.set(at("03-24 11:00"))
    screening.treat_as_person(riyadh.viewer("rana"), messages(number)[0].id)
    settle()
    assert (badge(number), targets(number).keys()) == (before, {"first_response"})
    change.change(riyadh.viewer("rana"), number, change.set_status("solved"))
    settle()
    assert targets(number)["first_response"].state == "cancelled"


def test_rules_of_the_clock_count_from_it(riyadh: SmallDesk, clock: Clock) -> None:
    made = rules.create(riyadh.viewer("admin"), rules.RuleChange("timed", "Late", "", LATE))
    rules.switch(made.id, on=True)
    while taken := long_tasks.lease_next():
        long_tasks.work(*taken)
    number = riyadh.ticket()
    settle()
    clock.set(at("03-24 11:00"))
    ours = answered(riyadh, clock, number)
    clock.set(at("03-24 12:00"))
    message = robot(riyadh, number, ours)
    assert planned() == [at("03-24 14:00")], "a program's mail is no sign of life"
    clock.set(at("03-24 13:30"))
    screening.treat_as_person(riyadh.viewer("rana"), message)
    settle()
    assert planned() == [at("03-24 16:00")]
    clock.set(at("03-24 16:00"))
    settle()
    assert [tag.name for tag in ticket(number).tags] == ["late"]
    rules.switch(made.id, on=False)
    orders.kept.clear()
    *_, (_done, _total, said) = simulate(db.session(), "timed", made.id, LATE, 1)
    assert [(run["ticket"], datetime.fromisoformat(run["at"])) for run in said.runs] == [(number, at("03-24 16:00"))]


def planned() -> list[datetime]:
    """When rules of the clock are due."""
    db.session.rollback()
    return [row.due_at for row in db.session.query(DueMoment).filter_by(kind="rule")]
