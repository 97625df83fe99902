"""The two menus: what of a ticket, a message and a contact can be asked, a noun that joins by a row, and what is wrong said in place."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask_babel import lazy_gettext as _l

from automations import actions, orders
from automations.actions import ACTS, Act
from automations.conditions import check
from automations.conditions.evaluate import evaluate
from automations.conditions.kinds import KINDS
from automations.conditions.word import WORDS, Word, add
from automations.facts import facts_of
from helpdesk.actions import change, rules
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.clock import now
from helpdesk.extensions import db
from helpdesk.models import Address, Contact, Message, Notice, Rule, RuleVersion, Ticket
from tests.automations.conftest import Write, runs, settle
from tests.factories import Clock, SmallDesk, ticket

ASKED = {
    Ticket: {
        "inbox_id": "inbox", "team_id": "team", "assignee_id": "assignee", "subject": "subject", "status": "status",
        "priority": "priority", "place": "place", "snoozed_until": "snoozed", "last_at": "since_any", "waiting_since": "waiting",
        "related_ticket_id": "related", "also_inbox_id": "also_inbox", "created_at": "since_created", "type_id": "type",
        "sla_policy_id": "policy", "due_at": "until_due", "due_name": "sla_name", "due_state": "sla", "due_since": "sla",
        "contact_id": "name", "queue": "status",
    },
    Message: {
        "kind": "message_kind", "channel": "channel", "agent_id": "by", "contact_id": "stranger", "from_name": "sender_name",
        "from_address": "sender", "to": "recipients", "cc": "recipients", "subject": "message_subject", "text": "whole_text",
        "reply_text": "text", "in_reply_to": "answers", "references": "answers", "language": "language", "verified": "verified",
        "auto_reply": "automatic", "created_at": "since_customer", "authentication": "authentication", "flags": "forged",
        "suggested_cc": "suggested", "signature": "signature", "calendar": "invitation", "automatic": "by_desk",
    },
    Contact: {"name": "name", "language": "contact_language", "created_at": "since_contact"},
    Address: {
        "kind": "addresses", "value": "addresses", "shown": "addresses", "undeliverable_at": "undeliverable",
        "undeliverable_words": "undeliverable", "blocked_at": "blocked", "contact_id": "name",
    },
}  # fmt: skip
"""Column -> the word that asks for it."""
UNASKED = {
    Ticket: {"id", "snippet", "last_event_id", "due_counted", "undelivered"},
    Message: {
        "id", "ticket_id", "inbox_id", "html", "external_id", "content_hash", "sent_at", "release_at", "released_at", "cancelled_at",
        "idempotency_key", "raw_message_id", "quoted_id", "backfilled",
    },
    Contact: {"id"},
    Address: {"id"},
}  # fmt: skip
"""Numbers and keys of the machine, what an author wrote twice, and what no rule ever hears of: older mail, unsent answers."""


def test_every_column_that_says_something_can_be_asked() -> None:
    for model, words in ASKED.items():
        columns = {name for name, column in model.__mapper__.columns.items()}
        assert columns == words.keys() | UNASKED[model], f"{model.__name__}: give the new column a word"
        assert set(words.values()) <= WORDS.keys()


@pytest.fixture
def order_noun() -> Iterator[None]:
    """A noun of a later day: one row in the one menu, one in the other."""
    add(Word("order_state", _l("the order"), "ticket", "choice", lambda facts: f"parcel-{facts.ticket.id}", lambda: [("parcel-1", "One")]))
    actions.add(Act("mark_order", _l("mark the order"), "text", "order", lambda _doing, value: f"marked:{value}"))
    yield
    del WORDS["order_state"], ACTS["mark_order"]


@pytest.mark.usefixtures("order_noun")
def test_a_later_noun_joins_by_a_row(desk: SmallDesk, rule: Write) -> None:
    asks, does = {"word": "order_state", "test": "is", "value": ["parcel-1"]}, {"do": "mark_order", "value": "seen"}
    with desk.app.test_request_context():
        assert (check.problems({"all": [asks]}), actions.problems([does])) == ({}, {})
        assert check.problems({"all": [asks | {"value": ["parcel-2"]}]}).keys() == {"if.all.0"}
    rule(conditions=[asks], then=[does])
    number = desk.ticket()
    settle()
    assert [(run.ticket_id, run.did[0]["result"]) for run in runs()] == [(number, "marked:seen")]


def test_every_word_answers_every_test_on_a_real_ticket(desk: SmallDesk, clock: Clock) -> None:
    """With a message, without one, and without anything having happened."""
    number = desk.ticket("أريد استرجاع المبلغ", authentication="pass")
    change.change(desk.viewer("rana"), number, change.set_status("pending"), change.tag("vip"))
    clock.move(hours=3)
    values: dict[str, Any] = {"choices": ["open"], "phrases": ["refund"], "pattern": "a+", "tags": ["vip"], "number": 1, "minutes": 5}
    facts = facts_of(db.session(), ticket(number))
    for word in WORDS.values():
        for name, test in KINDS[word.kind].items():
            verdict = evaluate({"all": [{"word": word.name, "test": name, "value": values.get(test.takes)}]}, facts)
            assert verdict.holds is verdict.seen[0]["holds"], word.name


@pytest.mark.parametrize(("word", "test", "value", "holds"), [
    ("snoozed", "is_true", None, False), ("related", "is_false", None, True), ("also_inbox", "is", [""], True),
    ("message_kind", "is", ["incoming"], True), ("sender_name", "has_any", ["noura"], True), ("file_count", "equals", 0, True),
    ("authentication", "is", ["pass"], True), ("signature", "is", [""], True), ("answers", "is_false", None, True),
    ("addresses", "has_any", ["noura@example.com"], True), ("tickets", "equals", 1, True), ("blocked", "is_true", None, False),
    ("since_status", "over", 100, True), ("since_status", "under", 100, False), ("since_team", "over", 0, False),
    ("since_any", "over", 180, True), ("since_contact", "under", 181, True), ("overdue", "over", 0, False), ("notes", "under", 1, True),
    ("whole_text", "has_phrase", ["استرجاع المبلغ"], True), ("by_desk", "is_true", None, False), ("in_hours", "is_true", None, True),
])  # fmt: skip
def test_what_words_see(desk: SmallDesk, clock: Clock, word: str, test: str, value: Any, holds: bool) -> None:
    number = desk.ticket("أريد استرجاع المبلغ", authentication="pass")
    change.change(desk.viewer("rana"), number, change.set_status("pending"))
    clock.move(hours=3)
    asked = {"word": word, "test": test} | ({"value": value} if value is not None else {})
    assert evaluate({"all": [asked]}, facts_of(db.session(), ticket(number))).holds is holds


def test_which_tag_came_and_which_went(desk: SmallDesk, rule: Write) -> None:
    rule("ticket_tagged", [{"word": "tag_added", "test": "has_any", "value": ["VIP"]}], [{"do": "set_priority", "value": "high"}])
    rule("ticket_untagged", [{"word": "tag_removed", "test": "has_any", "value": ["vip"]}], [{"do": "set_priority", "value": "low"}])
    number, admin = desk.ticket(), desk.viewer("admin")
    change.change(admin, number, change.tag("other"))
    settle()
    assert ticket(number).priority == 1
    change.change(admin, number, change.tag("vip"))
    settle()
    assert ticket(number).priority == 2
    change.change(admin, number, change.untag("other"), change.untag("vip"))
    settle()
    assert ticket(number).priority == 0


@pytest.mark.parametrize("condition", [
    {"word": "moon", "test": "is", "value": ["full"]}, {"word": "text", "test": "smells", "value": ["a"]},
    {"word": "text", "test": "matches", "value": "(["}, {"word": "messages", "test": "over", "value": "many"},
])  # fmt: skip
def test_a_rule_that_cannot_be_read_is_switched_off_and_the_others_go_on(desk: SmallDesk, rule: Write, condition: dict[str, Any]) -> None:
    """Written by hand or by another release: nothing of it is tried, its owner knows, and no event waits for it."""
    broken, other = rule(), rule(then=[{"do": "tag", "value": ["other"]}])
    with transaction() as session:
        version = session.get_one(RuleVersion, session.get_one(Rule, broken).version_id)
        version.definition = version.definition | {"if": {"all": [condition]}}
    orders.kept.clear()
    number = desk.ticket()
    settle()
    assert [tag.name for tag in ticket(number).tags] == ["other"]
    assert (db.session.get_one(Rule, broken).active, db.session.get_one(Rule, broken).switched_off) == (False, "broken")
    assert [(run.rule_id, run.did[0]["result"]) for run in runs()] == [(broken, "broken"), (other, "done")]
    assert [notice.words["kind"] for notice in db.session.query(Notice)] == ["rule_broken"]


def test_what_is_gone_is_said_in_the_log_and_to_the_owner(desk: SmallDesk, rule: Write) -> None:
    rule(then=[{"do": "set_team", "value": "999"}, {"do": "run_macro", "value": "998"}, {"do": "mark_moon", "value": ""},
               {"do": "tag", "value": ["on"]}])  # fmt: skip
    first, _second = desk.ticket(), desk.ticket()
    settle()
    assert [line["result"] for line in runs()[0].did] == ["team_unknown", "gone", "unknown", "done"]
    assert [tag.name for tag in ticket(first).tags] == ["on"]
    assert [(notice.agent_id, notice.words["kind"]) for notice in db.session.query(Notice)] == [(desk.ids["admin"], "rule_gone")], "once"


def test_a_thousand_rules_and_no_more(desk: SmallDesk) -> None:
    with transaction() as session:
        for place in range(rules.MOST_RULES):
            session.add(Rule(kind="trigger", name=f"Rule {place}", position=place, created_at=now()))
    definition = {"on": ["message_received"], "if": {"all": []}, "then": [{"do": "tag", "value": ["x"]}], "stop": False}
    with pytest.raises(rules.Invalid, match="too_many_rules"):
        rules.create(desk.viewer("admin"), rules.RuleChange("trigger", "One more", "", definition))


def test_a_thousand_rules_hear_of_one_mail(desk: SmallDesk) -> None:
    """Each in its order, and no act is done twice."""
    with transaction() as session:
        for place in range(rules.MOST_RULES):
            row = Rule(kind="trigger", name=f"Rule {place}", position=place, active=True, created_at=now())
            session.add(row)
            session.flush()
            says = {"on": ["message_received"], "if": {"all": [{"word": "text", "test": "has_any", "value": [f"word{place % 500}"]}]},
                    "then": [{"do": "tag", "value": [f"t{place}"]}], "stop": False}  # fmt: skip
            version = RuleVersion(rule_id=row.id, number=1, definition=says, at=now())
            session.add(version)
            session.flush()
            row.version_id = version.id
    orders.kept.clear()
    number = receive([desk.mail("word7 and nothing else")])[0].ticket_id
    settle()
    assert [tag.name for tag in ticket(number).tags] == ["t507", "t7"]
    assert [run.did[0]["result"] for run in runs()] == ["done", "done"]
