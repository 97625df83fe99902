"""Stages begin and end by whatever the policy's page offers for it; page, check and subscriber know the same events."""

import re
from typing import Any

import pytest

from automations.conditions.happenings import EVENT_WORDS, STAGE_WORDS
from automations.sla import check, watch
from helpdesk.actions.record import SYSTEM, held_ticket, record
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import PendingEvent
from helpdesk.outbox import SUBSCRIBERS
from tests.automations.sla.conftest import Promise, at, settle, targets
from tests.factories import Clock, SmallDesk
from tests.web.conftest import site  # noqa: F401  the site of the tests of pages
from tests.web.site import Site

DELIVERIES = ("delivery_failed", "delivery_uncertain", "delivery_resolved", "delivery_bounced")
SPAN = {"default": {"amount": 2, "unit": "business_hours"}}


def stage(start: str, stop: str, **more: Any) -> dict[str, Any]:
    """Targets of one stage that such events begin and end."""
    return {"stages": [{"name": "repair", "start": {"on": start} | more, "stop": {"on": stop}} | SPAN]}


def happen(number: int, kind: str) -> None:
    """It stands in the ticket's history, and everybody has heard."""
    with transaction() as session:
        record(session, held_ticket(session, number), kind, SYSTEM, {"state": "failed", "words": "550 No such mailbox"})
    settle()


def test_page_check_and_subscriber_know_the_same_events(site: Site) -> None:  # noqa: F811
    page = site.post(site.client("admin"), "/sla/policies", {"step": "show", "stages.0.name": "repair"}).text
    for side in ("start", "stop"):
        [menu] = re.findall(rf'<select[^>]* name="stages.0.{side}.on".*?</select>', page, re.DOTALL)
        assert re.findall(r'<option value="([^"]*)"', menu) == list(STAGE_WORDS)
    assert set(STAGE_WORDS) == watch.HEARS == SUBSCRIBERS["sla"].kinds
    with site.app.test_request_context():
        said = {kind for kind in EVENT_WORDS if not dict(check.problems_of_stage("s", stage(kind, kind)["stages"][0], []))}
    assert said == set(STAGE_WORDS) == {kind for kind in EVENT_WORDS if not kind.startswith("sla_")}


@pytest.mark.parametrize("kind", DELIVERIES)
def test_what_becomes_of_an_answer_begins_and_ends_a_stage(riyadh: SmallDesk, promise: Promise, clock: Clock, kind: str) -> None:
    promise(stage(kind, "note_written") if kind != "delivery_resolved" else stage("delivery_failed", kind))
    number = riyadh.ticket()
    settle()
    happen(number, "delivery_failed" if kind == "delivery_resolved" else kind)
    assert (targets(number)["stage:repair"].state, targets(number)["stage:repair"].due_at) == ("running", at("03-24 12:00"))
    clock.set(at("03-24 11:00"))
    happen(number, "delivery_resolved" if kind == "delivery_resolved" else "note_written")
    found = targets(number)["stage:repair"]
    assert (found.state, found.ended_at) == ("met", at("03-24 11:00"))


def test_deliveries_that_no_stage_asks_for_wake_nobody(riyadh: SmallDesk, promise: Promise) -> None:
    promise()
    number = riyadh.ticket()
    settle()
    with transaction() as session:
        record(session, held_ticket(session, number), "delivery_resolved", SYSTEM, {"state": "sent"})
    assert db.session.query(PendingEvent).filter_by(subscriber="sla").count() == 0
