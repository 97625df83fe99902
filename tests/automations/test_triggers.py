"""Triggers on both databases: what they see, what they do, in which order, how often, and where they end."""

from helpdesk.actions import change, rules
from helpdesk.actions.rule_runs import MOST_DEPTH
from helpdesk.extensions import db
from helpdesk.models import Event, Notice
from tests.automations.conftest import Write, runs, settle
from tests.factories import SmallDesk, kinds, ticket


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
