"""How many tickets a rule would match now: open ones, or those of the status and place that it asks for."""

from datetime import timedelta
from typing import Any

import pytest

from automations import matching
from helpdesk import clock as time
from helpdesk.actions import change
from helpdesk.extensions import db
from tests.factories import SmallDesk

WORDS: dict[str, tuple[dict[str, Any], tuple[int, int, bool]]] = {
    "nothing said": ({"all": []}, (2, 2, True)),
    "an open one": ({"all": [{"word": "priority", "test": "is", "value": ["high"]}]}, (1, 2, True)),
    "solved": ({"all": [{"word": "status", "test": "is", "value": ["solved"]}]}, (2, 2, False)),
    "pending and high": ({"all": [{"word": "status", "test": "is", "value": ["pending"]},
                                  {"word": "priority", "test": "is", "value": ["high"]}]}, (0, 1, False)),
    "not open": ({"all": [{"word": "status", "test": "is_not", "value": ["open"]}]}, (3, 3, False)),
    "spam": ({"all": [{"word": "place", "test": "is", "value": ["spam"]}]}, (1, 1, False)),
    "snoozed": ({"all": [{"word": "snoozed", "test": "is_true"}]}, (1, 1, False)),
    "in a group": ({"all": [{"any": [{"word": "status", "test": "is", "value": ["solved"]},
                                     {"word": "place", "test": "is", "value": ["spam"]}]}]}, (3, 7, False)),
    "one of them": ({"any": [{"word": "status", "test": "is", "value": ["pending"]}]}, (1, 7, False)),
    "solved, of a text": ({"all": [{"word": "status", "test": "is", "value": ["solved"]},
                                   {"word": "text", "test": "has_any", "value": ["refund"]}]}, (1, 2, False)),
}  # fmt: skip


@pytest.fixture
def seven(desk: SmallDesk) -> None:
    """Two open ones, of which one is urgent; two solved, one of them a refund; one pending, one spam, one that rests."""
    solved = [change.set_status("solved")]
    changes = [[], [change.set_priority("high")], solved, solved, [change.set_status("pending")],
               [change.move("spam")], [change.snooze(time.now() + timedelta(days=1))]]  # fmt: skip
    for place, each in enumerate(changes):
        change.change(desk.viewer("admin"), desk.ticket("I want a refund." if place == 3 else f"Number {place}"), *each)


@pytest.mark.parametrize("case", WORDS)
@pytest.mark.usefixtures("seven")
def test_where_a_rule_looks(case: str) -> None:
    conditions, wanted = WORDS[case]
    found = matching.matching(db.session(), conditions)
    assert ((found.matched, found.looked_at, found.open_alone), found.whole) == (wanted, True)


@pytest.mark.usefixtures("seven")
def test_it_looks_no_further_than_a_page_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "FURTHEST", 4)
    found = matching.matching(db.session(), WORDS["solved"][0])
    assert (found.matched, found.looked_at, found.whole) == (1, 1, False)
