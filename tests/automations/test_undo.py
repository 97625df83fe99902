"""What a rule did since a moment is taken back: everything that can be, once, by new events, and nothing that somebody changed since."""

from datetime import timedelta

from helpdesk import clock as time
from helpdesk.actions import change, sla_policies
from helpdesk.actions.transaction import transaction
from helpdesk.actions.undo_rule import undo_since
from helpdesk.extensions import db
from helpdesk.models import Event, SlaPolicy, SlaPolicyVersion, SlaTarget, TicketType
from tests.automations.conftest import Write, runs, settle
from tests.factories import Clock, SmallDesk, kinds, ticket

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
