"""Triggers on both databases: what they see, what they do, in which order, how often, and where they end."""


from helpdesk.actions import change, drain_outbox, rules
from helpdesk.actions.rule_runs import MOST_DEPTH
from helpdesk.extensions import db
from helpdesk.models import Event, Notice, PendingEvent
from tests.automations.conftest import Write, runs, settle
from tests.factories import SmallDesk, at_once, kinds, ticket


def tags(number: int) -> list[str]:
    return [tag.name for tag in ticket(number).tags]


def test_a_rule_acts_once_and_says_why(desk: SmallDesk, rule: Write) -> None:
    wanted = [{"word": "text", "test": "has_any", "value": ["استرجاع", "refund"]}, {"word": "team", "test": "is_not", "value": [""]}]
    team = str(desk.ids["returns"])
    does = [{"do": "set_team", "value": team}, {"do": "set_priority", "value": "high"}, {"do": "tag", "value": ["مرتجع"]}]
    number = rule(conditions=wanted, then=does)
    refund, other = desk.ticket("أريد إسترجاع المبلغ"), desk.ticket("My printer does not print.")
    settle()
    assert (ticket(refund).team_id, ticket(refund).priority, tags(refund)) == (desk.ids["returns"], 2, ["مرتجع"])
    assert (ticket(other).team_id, tags(other)) == (desk.ids["repairs"], [])
    [run] = runs()
    assert [(line["word"], line["holds"]) for line in run.seen] == [("text", True), ("team", True)]
    assert [line["result"] for line in run.did] == ["done", "done", "done"]
    made = db.session.query(Event).filter(Event.rule_id == number).all()
    assert {(event.actor, event.cause_id, event.depth) for event in made} == {("rule", run.event_id, 1)}
    settle()
    assert len(runs()) == 1


def test_a_log_keeps_the_groups(desk: SmallDesk, rule: Write) -> None:
    """An "any" among whose parts one did not hold reads otherwise than an "all"."""
    refund, printer = ({"word": "text", "test": "has_any", "value": [word]} for word in ("refund", "printer"))
    rule(**{"if": {"any": [refund, {"none": [printer]}]}})
    rule(**{"if": {"any": [refund]}})
    desk.ticket("Refund my printer.")
    settle()
    groups, plain = (run.seen for run in runs())
    assert [(one["group"], one["holds"], [part["holds"] for part in one["parts"]]) for one in groups] == [("any", True, [True, False])]
    assert [part["holds"] for part in groups[0]["parts"][1]["parts"]] == [True]
    assert [(line["word"], line["holds"]) for line in plain] == [("text", True)]


def test_order_and_stop(desk: SmallDesk, rule: Write) -> None:
    first = rule(then=[{"do": "set_priority", "value": "high"}])
    second = rule(conditions=[{"word": "priority", "test": "is", "value": ["high"]}], then=[{"do": "tag", "value": ["two"]}], stop=True)
    third = rule(then=[{"do": "tag", "value": ["three"]}])
    number = desk.ticket()
    settle()
    assert (tags(number), [run.rule_id for run in runs()]) == (["two"], [first, second])
    rules.put_in_order("trigger", [second, third, first])
    other = desk.ticket("Another one.")
    settle()
    assert tags(other) == ["three"], "the second saw no high priority yet"


def test_rules_that_undo_each_other_come_to_an_end(desk: SmallDesk, rule: Write) -> None:
    """Safety S47: a chain of at most five, whoever began it."""
    rule("status_changed", [{"word": "status", "test": "is", "value": ["open"]}], [{"do": "set_status", "value": "on_hold"}])
    rule("status_changed", [{"word": "status", "test": "is", "value": ["on_hold"]}], [{"do": "set_status", "value": "open"}])
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.set_status("on_hold"))
    settle()
    assert kinds(number).count("status_changed") == 1 + MOST_DEPTH
    depths = [event.depth for event in db.session.query(Event).filter(Event.kind == "status_changed").order_by(Event.id)]
    assert depths == list(range(MOST_DEPTH + 1))
    told = [notice.words["kind"] for notice in db.session.query(Notice).filter(Notice.agent_id == desk.ids["admin"])]
    assert told == ["rule_loop"], "who wrote the rule is told, once"


def test_what_changes_nothing_is_no_event(desk: SmallDesk, rule: Write) -> None:
    rule(then=[{"do": "set_status", "value": "open"}, {"do": "assign", "value": "999"}])
    number = desk.ticket()
    settle()
    assert [line["result"] for line in runs()[0].did] == ["nothing", "agent_unknown"]
    assert kinds(number) == ["ticket_opened", "message_received"]


def test_a_rule_sees_what_the_one_before_it_did(desk: SmallDesk, rule: Write) -> None:
    """Tags and messages are asked for once for all tickets of a set: what a rule does to one of them is known to the next rule."""
    rule(then=[{"do": "tag", "value": ["parts"]}, {"do": "note", "value": "Look at the shelf."}])
    rule(conditions=[{"word": "notes", "test": "over", "value": 0}], then=[{"do": "tag", "value": ["parts", "noted"]}])
    rule(conditions=[{"word": "tags", "test": "has_any", "value": ["noted"]}], then=[{"do": "untag", "value": ["parts"]}])
    rule(conditions=[{"word": "tags", "test": "has_none", "value": ["parts"]}], then=[{"do": "set_priority", "value": "high"}])
    numbers = [desk.ticket(), desk.ticket("The second.")]
    settle()
    assert [(tags(number), ticket(number).priority) for number in numbers] == [(["noted"], 2)] * 2
    assert [line["result"] for line in runs()[1].did] == ["done"]
    assert [kinds(number).count("ticket_tagged") for number in numbers] == [2, 2]


def test_two_workers_and_a_circle(desk: SmallDesk, rule: Write) -> None:
    """Safety S47 with two at work: the chain is as long, and the owner is told as often, as by one."""
    rule("status_changed", [{"word": "status", "test": "is", "value": ["open"]}], [{"do": "set_status", "value": "on_hold"}])
    rule("status_changed", [{"word": "status", "test": "is", "value": ["on_hold"]}], [{"do": "set_status", "value": "open"}])
    numbers = [desk.ticket(f"Number {place}") for place in range(6)]
    for number in numbers:
        change.change(desk.viewer("rana"), number, change.set_status("on_hold"))

    def work() -> None:
        while db.session.query(PendingEvent).count():
            db.session.rollback()
            drain_outbox.drain()

    at_once(desk, [work] * 2)
    db.session.rollback()
    assert [kinds(number).count("status_changed") for number in numbers] == [1 + MOST_DEPTH] * 6
    assert len(runs()) == 6 * MOST_DEPTH
    told = [notice.words["kind"] for notice in db.session.query(Notice).filter(Notice.agent_id == desk.ids["admin"])]
    assert set(told) == {"rule_loop"}
    assert len(told) <= 2, "once a rule"
