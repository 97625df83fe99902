"""Which events a policy does not ask about, as a table."""

from typing import Any

import pytest

from automations.sla.concerns import concerns
from helpdesk.models import Event

PLAIN = {"targets": {"resolution": {"default": {"amount": 8, "unit": "hours"}}}}
BY_TAG = PLAIN | {"if": {"all": [{"any": [{"word": "tags", "test": "has_any", "value": ["VIP", "مرتجع"]}]}]}}
BY_PRIORITY = PLAIN | {"if": {"none": [{"word": "priority", "test": "is", "value": ["low"]}]}}
URGENT = {"targets": {"first_response": {"default": {"amount": 8, "unit": "hours"}, "urgent": {"amount": 1, "unit": "hours"}}}}

VIP = {"all": [{"word": "tags", "test": "has_any", "value": ["vip"]}]}


def stage(kind: str, group: dict[str, Any]) -> dict[str, Any]:
    """A policy with one stage, which begins by such an event."""
    sides = {"start": {"on": kind, "if": group}, "stop": {"on": "status_changed"}}
    return {"targets": {"stages": [{"name": "review", "default": {"amount": 1, "unit": "hours"}} | sides]}}


REVIEW = stage("ticket_tagged", {"all": [{"word": "tags", "test": "has_any", "value": ["refund"]}]})


@pytest.mark.parametrize(
    ("kind", "data", "definition", "asked"),
    [
        ("ticket_tagged", {"tag": "seen"}, PLAIN, False),
        ("ticket_tagged", {"tag": "seen"}, BY_TAG, False),
        ("ticket_tagged", {"tag": "vip"}, BY_TAG, True),
        ("ticket_untagged", {"tag": "مرتجَع"}, BY_TAG, True),
        ("ticket_tagged", {"tag": "refund"}, REVIEW, True),
        ("ticket_tagged", {"tag": "seen"}, REVIEW, False),
        ("ticket_tagged", {"tag": "seen"}, stage("ticket_tagged", {}), True),
        ("ticket_untagged", {"tag": "seen"}, stage("ticket_tagged", {}), False),
        ("priority_changed", {"from": "low", "to": "high"}, PLAIN, False),
        ("priority_changed", {"from": "low", "to": "high"}, BY_PRIORITY, True),
        ("priority_changed", {"from": "low", "to": "high"}, URGENT, True),
        ("priority_changed", {"from": "low", "to": "high"}, stage("priority_changed", {}), True),
        ("priority_changed", {"from": "low", "to": "high"}, stage("priority_changed", VIP), True),
        ("status_changed", {"from": "open", "to": "pending"}, PLAIN, True),
        ("message_received", {}, PLAIN, True),
    ],
)
def test_what_is_asked_about(kind: str, data: dict[str, Any], definition: dict[str, Any], asked: bool) -> None:
    assert concerns(Event(kind=kind, data=data), [PLAIN, definition]) is asked
