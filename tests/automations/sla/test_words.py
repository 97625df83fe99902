"""What conditions ask of promises: the policy that was chosen, how a promise of that name stands, what just happened and how long ago."""

from datetime import timedelta
from typing import Any

import pytest

from automations.conditions.evaluate import evaluate
from automations.facts import facts_of
from automations.simulate import simulate
from helpdesk import clock as time
from helpdesk.actions import change, release, reply, rules
from helpdesk.actions.record import SYSTEM, held_ticket, record
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import RuleRun
from tests.automations.sla.conftest import RESPONSE, Promise, at, settle
from tests.factories import Clock, SmallDesk, ticket, writing

THREE = RESPONSE | {"next_response": {"default": {"amount": 4, "unit": "hours"}}, "resolution": {"default": {"amount": 1, "unit": "hours"}}}
NAMES = ("first_response", "next_response", "resolution")


def holds(number: int, word: str, test: str, value: Any = None) -> bool:
    """Of the ticket as it is now."""
    db.session.rollback()
    asked = {"word": word, "test": test} | ({"value": value} if value is not None else {})
    return evaluate({"all": [asked]}, facts_of(db.session(), ticket(number))).holds


def states(number: int) -> list[str]:
    """Of the three promises, as the one value of which the condition holds."""
    told = ("", "running", "paused", "met", "breached")
    return [next(state for state in told if holds(number, name, "is", [state])) for name in NAMES]


def test_how_a_promise_stands(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    number = riyadh.ticket()
    settle()
    assert states(number) == ["", "", ""]
    promise(THREE)
    number, rana = riyadh.ticket(), riyadh.viewer("rana")
    settle()
    assert states(number) == ["running", "", "running"]
    change.change(rana, number, change.set_status("pending"))
    settle()
    assert states(number) == ["paused", "", "paused"]
    reply.reply(rana, number, writing(number, status="open"))
    settle()
    clock.move(seconds=11)
    release.release_due()
    settle()
    assert states(number) == ["met", "", "running"]
    clock.set(at("03-24 11:30"))
    settle()
    assert states(number) == ["met", "", "breached"]
    other = riyadh.ticket("Another")
    settle()
    change.change(rana, other, change.set_status("solved"))
    settle()
    assert states(other) == ["", "", "met"], "what solving gave up is promised no more"


def test_the_policy_that_was_chosen(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    first, second = promise(), promise()
    number, admin = riyadh.ticket(), riyadh.viewer("admin")
    settle()
    assert holds(number, "policy", "is", [""])
    definition = {"on": ["policy_changed"], "then": [{"do": "tag", "value": ["vip"]}], "stop": False, "if": {"all": [
        {"word": "policy_changed", "test": "changed_to", "value": [str(second)]},
        {"word": "policy_changed", "test": "changed_from", "value": ["", str(first)]},
        {"word": "policy", "test": "is", "value": [str(second)]},
        {"word": "since_policy", "test": "under", "value": 1}]}}  # fmt: skip
    made = rules.create(admin, rules.RuleChange("trigger", "Chosen", "", definition)).id
    rules.switch(made, on=True)
    for policy in (first, second):
        change.change(admin, number, change.set_policy(policy))
        settle()
    assert ([tag.name for tag in ticket(number).tags], db.session.query(RuleRun).count()) == (["vip"], 1)
    assert holds(number, "policy", "is", [str(second)])
    clock.move(minutes=90)
    assert (holds(number, "since_policy", "over", 90), holds(number, "since_policy", "over", 91)) == (True, False)
    rules.switch(made, on=False)
    *_, (_done, _total, said) = simulate(db.session(), "trigger", made, definition, 1)
    assert [run["ticket"] for run in said.runs] == [number]


@pytest.mark.parametrize(("act", "event", "just", "since"), [
    (change.set_subject("Another one"), "subject_changed", "subject_changed", "since_subject"),
    (change.snooze(at("03-24 18:00")), "ticket_snoozed", "just_snoozed", "since_snoozed"),
    (change.move("spam"), "ticket_moved", "", "since_moved"), (None, "ticket_woken", "just_woken", "since_woken"),
    (None, "delivery_failed", "", "since_failed"), (None, "delivery_bounced", "", "since_failed"),
])  # fmt: skip
def test_what_just_happened_and_how_long_ago(
    riyadh: SmallDesk, clock: Clock, act: change.Change | None, event: str, just: str, since: str,
) -> None:
    asks = [{"word": just, "test": "is_true"}] if just else []
    definition = {"on": [event, "ticket_opened"], "if": {"all": asks}, "then": [{"do": "tag", "value": ["vip"]}], "stop": False}
    made = rules.create(riyadh.viewer("admin"), rules.RuleChange("trigger", "Just now", "", definition)).id
    rules.switch(made, on=True)
    number = riyadh.ticket()
    settle()
    assert not holds(number, since, "over", 0)
    if act is not None:
        change.change(riyadh.viewer("admin"), number, act)
    else:
        with transaction() as session:
            record(session, held_ticket(session, number), event, SYSTEM)
    settle()
    assert db.session.query(RuleRun).filter_by(matched=True).count() == (1 if just else 2)
    clock.set(time.now() + timedelta(minutes=30))
    assert [holds(number, since, "over", minutes) for minutes in (30, 31)] == [True, False]
