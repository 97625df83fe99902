"""What the trades promise stands in their packs, and an agent can do each step of it by a macro."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import g
from flask_babel import force_locale
from sqlalchemy import update

from automations import macros
from automations.packs import reader
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Contact, Rule
from tests.automations.trade import installed
from tests.factories import SmallDesk

KEYS = reader.PACKS
PROMISED = {
    "repair": {"Inspection": "48 hours"},
    "returns-services": {
        "Review": "2 end_of_business_day", "Decision": "5 end_of_business_day", "Appeal": "10 end_of_business_day",
        "Money back to the card": "10 end_of_business_day", "Money back to the wallet": "7 end_of_business_day",
        "Money back by transfer": "5 end_of_business_day",
    },
    "returns-shop": {
        "Check at the warehouse": "3 end_of_business_day", "Money back": "14 end_of_business_day",
        "Held for the customer": "3 end_of_business_day", "One more attempt to deliver": "2 end_of_business_day",
    },
    "shop": {},
}  # fmt: skip
SAID = {
    "repair": ["48 hours", "date of purchase", "original spare part", "serial number", "every function", "a week ago", "misuse"],
    "returns-services": [
        "seven days", "within 30 days", "75%", "50%", "25%", "5 to 10 business days", "3 to 7", "2 to 5", "7 to 10 business days",
        "48 hours", "paid twice", "consultation",
    ],
    "returns-shop": ["15 days", "within a week", "three business days", "7 to 14 business days", "two business days", "defect"],
    "shop": ["5 to 10 business days", "15 to 30", "cash on delivery", "seller", "order number", "by telephone"],
}  # fmt: skip
"""What the trade promises, worked out by hand from its own policies: stages, and words of the replies."""


@pytest.mark.parametrize("key", KEYS)
def test_what_the_trade_promises(key: str) -> None:
    pack = reader.pack(key)
    stages = [stage for piece in pack.of("policy") for stage in piece.body["targets"].get("stages", [])]
    assert {stage["name"]: "{amount} {unit}".format(**stage["default"]) for stage in stages} == PROMISED[key]
    said = "\n".join(piece.body["en"] for piece in pack.of("reply")).replace("\n", " ").lower()
    assert [words for words in SAID[key] if words.lower() not in said] == []


@pytest.fixture
def english(app: Any) -> Iterator[None]:
    """Who reads."""
    with force_locale("en"):
        g.pop("reader", None)
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("key", KEYS)
def test_every_macro_can_be_pressed(desk: SmallDesk, key: str) -> None:
    """On a mail in either language: nothing is refused, and its text has no gap. Every stage is ended by one of them or by a rule."""
    installed(desk, key)
    numbers = [desk.ticket("مرحبًا", language="ar"), desk.ticket("Hello", sender="sami@example.com", language="en")]
    with transaction() as session:
        session.execute(update(Contact).values(name="Sami"))
    for rule in db.session.query(Rule).filter_by(kind="macro").order_by(Rule.id).all():
        for number in numbers:
            lines = macros.rehearsal(desk.viewer("admin"), number, rule.id)
            assert lines
            assert not [line.text for line in lines if "{{" in line.text], rule.name
    acts = [act for piece in reader.pack(key).of("macro", "trigger") for act in piece.body["then"] if act["do"] == "tag"]
    put = {tag for act in acts for tag in act["value"]}
    for piece in reader.pack(key).of("policy"):
        for stage in piece.body["targets"].get("stages", []):
            ends = {tag for one in stage["stop"]["if"]["all"] for tag in one["value"]}
            assert ends & put, stage["name"]
