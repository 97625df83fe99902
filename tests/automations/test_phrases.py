"""A phrase is found word for word, whatever punctuation stands between and around its words; never within other words."""

import pytest

from automations.conditions.kinds import KINDS
from automations.facts import Text
from automations.simulate import simulate
from helpdesk.actions import rules
from helpdesk.extensions import db
from tests.automations.conftest import Write, runs, settle
from tests.factories import Clock, SmallDesk


@pytest.mark.parametrize(("phrase", "text", "holds"), [
    ("refund", "I want a refund.", True), ("refund", "refund, please", True), ("refund", "(Refund)", True), ("refund", "“refund”!", True),
    ("refund", "refund/return", True), ("refund", "*refund*", True), ("refund", "_refund_", True), ("refund", "My refund?\nThanks", True),
    ("refund", "re: refund-request", True), ("refund", "refunds", False), ("refund", "nonrefundable", False), ("refund", "", False),
    ("my refund", "Where is my\n refund…", True), ("my refund", "my, refund", True), ("my refund", "refund my", False),
    ("my refund", "my big refund", False), ("my refund", "my refunded order", False), ("my refund", "tummy refund", False),
    ("follow-up", "a follow up, please", True), ("follow up", "Follow–up.", True), ("follow up", "follow upon it", False),
    ("don't", "I don’t know", True), ("don't", "I do not", False), ("café", "CAFE!", True), ("refund!", "no refund", True),
    ("12.5", "costs 12.5, no more", True), ("12.5", "costs 112.5", False), ("٥٠٠", "(500)", True), ("--", "-- a -- b", False),
    ("استرجاع", "«استرجاع»،", True), ("استرجاع", "أريد إسترجاع؟", True), ("استرجاع", "استرجاعٌ؛ رجاءً", True),
    ("استرجاع", "طلب:استرجاع.", True), ("استرجاع", "الاسترجاع", False), ("استرجاع", "استرجاعات", False), ("استرجاع", "واسترجاع،", False),
    ("استرجاع المبلغ", "أريد استرجاع، المبلغ!", True), ("استرجاع المبلغ", "«إسترجاع المبلغ»", True),
    ("استرجاع المبلغ", "استرجاع-المبلغ", True), ("استرجاع المبلغ", "استرجاع كل المبلغ", False),
    ("استرجاع المبلغ", "استرجاع المبلغين", False), ("استرجاع المبلغ", "المبلغ استرجاع", False), ("جهاز", "جـهـاز،", True),
])  # fmt: skip
def test_which_phrases_a_text_has(phrase: str, text: str, holds: bool) -> None:
    test = KINDS["text"]["has_phrase"]
    assert test.prepare([phrase])(Text(text)) is holds
    assert test.prepare(["غير موجود", phrase])(Text(text)) is holds, "one of several"


def test_a_rule_and_its_simulation_find_the_same(desk: SmallDesk, rule: Write, clock: Clock) -> None:
    definition = {"on": ["message_received"], "if": {"all": [{"word": "text", "test": "has_phrase", "value": ["refund", "استرجاع"]}]},
                  "then": [{"do": "tag", "value": ["money"]}], "stop": False}  # fmt: skip
    number = rule(**{"if": definition["if"], "then": definition["then"]})
    found = [desk.ticket(text) for text in ("I want a refund.", "refund, please", "طلب «استرجاع»، شكراً")]
    for text in ("It was refunded already.", "الاسترجاع"):
        desk.ticket(text)
    settle()
    assert [run.ticket_id for run in runs()] == found
    rules.switch(number, on=False)
    clock.move(hours=1)
    *_, (_done, _total, said) = simulate(db.session(), "trigger", number, definition, 1)
    assert [run["ticket"] for run in said.runs] == found
