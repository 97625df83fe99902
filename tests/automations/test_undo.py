"""What a rule did since a moment is taken back: everything that can be, once, by new events, and nothing that somebody changed since."""

from datetime import timedelta
from typing import Any

import pytest

from helpdesk import clock as time
from helpdesk.actions import change, sla_policies
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.actions.undo_rule import undo_since
from helpdesk.extensions import db
from helpdesk.models import Event, SlaPolicy, SlaPolicyVersion, SlaTarget, TicketType
from tests.automations.conftest import Write, runs, settle
from tests.factories import Clock, SmallDesk, kinds, messages, ticket

FIRST_ANSWER = {"if": {"none": []}, "pause": [], "calendar": "team", "steps": [],
                "targets": {"first_response": {"default": {"amount": 2, "unit": "hours"}}, "stages": []}}  # fmt: skip


def a_type() -> int:
    """A word of the desk's list."""
    with transaction() as session:
        row = TicketType(name="Refund", position=1)
        session.add(row)
        session.flush()
        return row.id


def a_policy(desk: SmallDesk, name: str) -> int:
    """A promise in force."""
    policy = sla_policies.create(desk.viewer("admin"), sla_policies.PolicyChange(name, "", FIRST_ANSWER))
    sla_policies.switch(policy.id, on=True)
    return policy.id


def test_everything_goes_back_to_what_it_was(desk: SmallDesk, rule: Write, clock: Clock) -> None:
    kind, _first, second = a_type(), a_policy(desk, "First"), a_policy(desk, "Second")
    does = [
        {"do": "set_team", "value": str(desk.ids["returns"])}, {"do": "assign", "value": str(desk.ids["omar"])},
        {"do": "set_status", "value": "on_hold"}, {"do": "set_priority", "value": "urgent"}, {"do": "set_type", "value": str(kind)},
        {"do": "set_policy", "value": str(second)}, {"do": "tag", "value": ["one", "two"]}, {"do": "move", "value": "spam"},
        {"do": "note", "value": "Look at this."},
    ]  # fmt: skip
    number = rule(then=does)
    began = time.now()
    case = desk.ticket()
    settle()
    row = ticket(case)
    assert {line["result"] for line in runs()[0].did} == {"done"}
    assert (row.type_id, row.sla_policy_id, row.place, row.priority) == (kind, second, "spam", 3)
    clock.move(minutes=1)
    assert undo_since(desk.viewer("supervisor"), number, began - timedelta(seconds=1)) == 1
    settle()
    row = ticket(case)
    assert (row.team_id, row.assignee_id, row.status, row.priority, row.type_id, row.sla_policy_id, row.place) == (
        desk.ids["repairs"], None, "open", 1, None, None, "inbox")  # fmt: skip
    assert row.tags == []
    assert len(runs()) == 1, "what is taken back is no new work for the rule"
    back = db.session.query(Event).filter(Event.ticket_id == case, Event.at == time.now(), Event.actor == "agent").all()
    assert {event.data["why"] for event in back} == {"rule_undone"}
    before = kinds(case)
    assert (undo_since(desk.viewer("supervisor"), number, began), kinds(case)) == (0, before), "once"


def test_what_somebody_changed_since_stays(desk: SmallDesk, rule: Write) -> None:
    number = rule(then=[{"do": "set_priority", "value": "urgent"}, {"do": "tag", "value": ["one"]}])
    began, case = time.now(), desk.ticket()
    settle()
    change.change(desk.viewer("rana"), case, change.set_priority("low"))
    undo_since(desk.viewer("admin"), number, began)
    assert (ticket(case).priority, ticket(case).tags) == (0, [])


LATER: dict[str, tuple[list[dict[str, Any]], list[change.Change], Any]] = {
    "solved again": ([{"do": "set_status", "value": "solved"}], [change.set_status("open"), change.set_status("solved")], "solved"),
    "solved once more by nobody": ([{"do": "set_status", "value": "solved"}], [], "open"),
    "something else": ([{"do": "set_status", "value": "solved"}], [change.set_priority("low")], "open"),
    "tagged again": ([{"do": "tag", "value": ["one"]}], [change.untag("one"), change.tag("ONE")], ["one"]),
    "another tag": ([{"do": "tag", "value": ["one"]}], [change.tag("two")], ["two"]),
    "untagged again": ([{"do": "untag", "value": ["old"]}], [change.tag("old"), change.untag("old")], []),
    "untagged once more by nobody": ([{"do": "untag", "value": ["old"]}], [change.tag("new")], ["new", "old"]),
    "the same priority": ([{"do": "set_priority", "value": "high"}], [change.set_priority("low"), change.set_priority("high")], 2),
    "twice by the rule": ([{"do": "set_priority", "value": value} for value in ("high", "urgent")], [], 1),
}


@pytest.mark.parametrize("case", LATER)
def test_what_somebody_did_later_is_his(desk: SmallDesk, rule: Write, case: str) -> None:
    """Also where it is by now as the rule had left it."""
    does, later, left = LATER[case]
    number, began = rule("priority_changed", then=does), time.now()
    asked = desk.ticket()
    agent = desk.viewer("rana")
    if does[0]["do"] == "untag":
        change.change(agent, asked, change.tag("old"))
    change.change(agent, asked, change.set_priority("urgent"), change.set_priority("normal"))
    settle()
    for one in later:
        change.change(agent, asked, one)
    undo_since(desk.viewer("admin"), number, began)
    row = ticket(asked)
    now = {"set_status": row.status, "set_priority": row.priority}.get(does[0]["do"], sorted(tag.name for tag in row.tags))
    assert now == left


def test_a_customer_who_reopens_and_an_agent_who_solves(desk: SmallDesk, rule: Write) -> None:
    does = [{"do": "set_status", "value": "solved"}, {"do": "assign", "value": str(desk.ids["omar"])}]
    number, began = rule("ticket_opened", then=does), time.now()
    case = desk.ticket(authentication="pass")
    settle()
    answer = desk.mail("It is not solved.", in_reply_to=messages(case)[0].external_id, authentication="pass")
    assert receive([answer])[0].ticket_id == case
    agent = desk.viewer("admin")
    change.change(agent, case, change.set_status("solved"))
    change.change(agent, case, change.assign(None), change.assign(desk.ids["omar"]))
    assert undo_since(desk.viewer("supervisor"), number, began) == 0
    assert (ticket(case).status, ticket(case).assignee_id) == ("solved", desk.ids["omar"])


def test_what_is_taken_back_is_no_new_work_for_the_rule(desk: SmallDesk, rule: Write) -> None:
    number = rule("priority_changed", then=[{"do": "set_priority", "value": "urgent"}])
    began, case = time.now(), desk.ticket()
    change.change(desk.viewer("rana"), case, change.set_priority("high"))
    settle()
    assert ticket(case).priority == 3
    undo_since(desk.viewer("admin"), number, began)
    settle()
    assert ticket(case).priority == 2


def test_only_since_the_moment_and_only_this_rule(desk: SmallDesk, rule: Write, clock: Clock) -> None:
    number = rule(then=[{"do": "set_priority", "value": "urgent"}])
    rule(then=[{"do": "tag", "value": ["other"]}])
    early = desk.ticket()
    settle()
    later = clock.move(minutes=5)
    late = desk.ticket()
    settle()
    assert undo_since(desk.viewer("admin"), number, later) == 1
    assert (ticket(early).priority, ticket(late).priority) == (3, 1)
    assert [tag.name for tag in ticket(late).tags] == ["other"]


def test_a_ticket_is_put_under_a_policy_whatever_its_conditions_say(desk: SmallDesk, rule: Write) -> None:
    a_policy(desk, "First")
    second = a_policy(desk, "Second")
    rule(conditions=[{"word": "text", "test": "has_any", "value": ["vip"]}], then=[{"do": "set_policy", "value": str(second)}])
    plain, chosen = desk.ticket(), desk.ticket("A VIP writes.")
    settle()

    def policy(number: int) -> str:
        wanted = db.session.query(SlaPolicy.name).join(SlaPolicyVersion, SlaPolicyVersion.policy_id == SlaPolicy.id)
        return str(wanted.join(SlaTarget, SlaTarget.version_id == SlaPolicyVersion.id)
                   .filter(SlaTarget.ticket_id == number, SlaTarget.ended_at.is_(None)).scalar())

    assert (policy(plain), policy(chosen)) == ("First", "Second")
    change.change(desk.viewer("admin"), chosen, change.set_priority("high"))
    settle()
    assert policy(chosen) == "Second", "what usually chooses anew chooses nothing"
    change.change(desk.viewer("admin"), chosen, change.set_policy(None))
    settle()
    assert policy(chosen) == "First"
