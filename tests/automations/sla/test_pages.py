"""Pages of promises: a policy written by its form, a due time explained, a date by hand, the board."""

import json
import subprocess
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from automations.web import sla_words
from helpdesk.actions import calendars, change, drain_outbox, due_moments
from helpdesk.extensions import db
from helpdesk.models import SlaPolicy, SlaPolicyVersion, SlaTarget, Ticket
from tests.automations.sla.conftest import USUAL, at
from tests.conftest import HELPDESK
from tests.factories import Clock
from tests.web.conftest import clock, site  # noqa: F401  the site of the tests of pages
from tests.web.site import Site

FORM = {
    "name": "Refunds", "name_ar": "الاسترداد", "if.how": "all", "if.0.word": "priority", "if.0.test": "is", "if.0.value": "normal",
    "calendar": "team", "pause": "pending", "targets.first_response.default.amount": "٢", "switch": "on",
    "targets.first_response.default.unit": "business_hours", "targets.first_response.urgent.amount": "30",
    "targets.first_response.urgent.unit": "minutes", "stages.0.name": "review", "stages.0.name_ar": "المراجعة",
    "stages.0.start.on": "ticket_tagged", "stages.0.start.tags": "refund", "stages.0.stop.on": "ticket_tagged",
    "stages.0.stop.tags": "reviewed", "stages.0.default.amount": "2", "stages.0.default.unit": "business_days",
    "steps.0.kind": "percent", "steps.0.amount": "75", "steps.0.then.0.do": "tag", "steps.0.then.0.was": "tag",
    "steps.0.then.0.value": "soon",
}  # fmt: skip
WRONG = [  # (fields, what the page says)
    ({"targets.first_response.default.amount": "-3"}, "Write a whole number"),
    ({"targets.first_response.default.amount": "5000", "targets.first_response.default.unit": "calendar_days"}, "At most ten years"),
    ({"targets.first_response.default.unit": "moons"}, "Choose a unit"),
    ({"calendar": "77"}, "That calendar is not there any more"),
    ({"stages.0.name": ""}, "A stage needs a name"),
    ({"stages.0.start.on": "moon_rises"}, "begins or ends with"),
    ({"steps.0.amount": "120"}, "percentage from 1 to 99"),
    ({"if.0.value": "enormous"}, "not there any more"),
    ({"if.0.word": "status_changed", "if.0.test": "changed"}, "not about what just happened"),
    ({"targets.first_response.default.amount": "", "targets.first_response.urgent.amount": "", "stages.0.name": None}, "at least one"),
]


@pytest.fixture
def promised(site: Site, clock: Clock) -> Site:  # noqa: F811
    """The site on Tuesday morning, with usual hours and a policy that the form wrote."""
    clock.set(at("03-24 10:00"))
    with site.app.app_context():
        calendars.create(calendars.CalendarChange("Usual", "المعتاد", "Asia/Riyadh", USUAL, standard=True))
    saved = site.post(site.client("admin"), "/sla/policies", FORM)
    assert saved.status_code == 302, saved.text
    return site


def opened(site: Site) -> tuple[int, int]:  # noqa: F811
    """A new ticket and its first target."""
    with site.app.app_context():
        number = site.desk.ticket("A new thing")
        drain_outbox.drain()
        due_moments.drain()
        target = db.session.scalars(select(SlaTarget.id).where(SlaTarget.ticket_id == number)).one()
        return number, target


def test_the_form_writes_a_policy(promised: Site) -> None:
    with promised.app.app_context():
        policy = db.session.scalars(select(SlaPolicy).where(SlaPolicy.name == "Refunds")).one()
        definition: Any = db.session.get_one(SlaPolicyVersion, policy.version_id).definition
        assert policy.active
        assert definition["targets"]["first_response"] == {
            "default": {"amount": 2, "unit": "business_hours"}, "urgent": {"amount": 30, "unit": "minutes"}}
        assert definition["targets"]["stages"][0]["start"] == {
            "on": "ticket_tagged", "if": {"all": [{"word": "tags", "test": "has_any", "value": ["refund"]}]}}
        assert definition["steps"] == [
            {"at": {"kind": "percent", "amount": 75}, "then": [{"do": "tag", "value": ["soon"]}], "always": False}]
    admin = promised.client("admin")
    for fields, sentence in WRONG:
        data = {name: value for name, value in (FORM | fields).items() if value is not None}
        answer = promised.post(admin, "/sla/policies", data)
        assert (answer.status_code, sentence in answer.text) == (422, True), (fields, answer.text[-3000:])
    for button, focus in STEPS.items():
        answer = promised.post(admin, "/sla/policies/2", FORM | {"step": button})
        assert (answer.status_code, f' data-focus="{focus}"' in answer.text) == (200, True), button
    opened(promised)
    looked = promised.post(admin, "/sla/policies/2", FORM | {"step": "look", "targets.first_response.default.amount": "3"})
    assert "1 open due time would move" in looked.text
    assert promised.post(admin, "/sla/policies/order", {"policy": "2", "way": "up"}).status_code == 302
    assert promised.post(admin, "/sla/policies/2", FORM | {"calendar": "always"}).status_code == 302
    assert "Restore version" in admin.get("/sla/policies/2").text
    assert promised.post(admin, "/sla/policies/2/restore", {"number": "1"}).status_code == 302


STEPS = {
    "add stages": "last stages", "add steps": "last steps", "add steps.0.then": "last steps.0.then", "remove stages.0": "at stages.0",
    "remove steps.0.then.0": "at steps.0.then.0", "remove steps.9": "at steps.9", "add steps.then": "last steps.then",
    "add stages.0.then": "last stages.0.then", "add moon": "last moon",
}  # fmt: skip
"""A button of the form -> where the hand goes on; none of them is an error."""


def test_a_due_time_is_explained(promised: Site, clock: Clock, ground: dict[str, str]) -> None:  # noqa: F811
    number, target = opened(promised)
    rana = promised.client("rana")
    page = rana.get(f"/sla/targets/{target}").text
    assert "is due on Tuesday 24 March, 12:00" in page
    assert "Usual hours" in page
    told = rana.get(f"/sla/targets/{target}.json").json
    ran = subprocess.run(
        [HELPDESK, "sla", "explain", str(number), "--json"], env={**ground, "PATH": "/usr/bin", "HELPDESK_TEST_CLOCK": str(clock.path)},
        capture_output=True, text=True, check=True)
    assert told.pop("steps") == []
    assert json.loads(ran.stdout) == [told]
    assert told == {
        "target": "first_response", "policy": "Refunds", "due_at": "2026-03-24T09:00:00+00:00", "state": "running",
        "counted": [{"from": "2026-03-24T07:00:00+00:00", "to": "2026-03-24T09:00:00+00:00", "minutes": 120}], "skipped": []}
    assert promised.client("lina").get(f"/sla/targets/{target}").status_code == 404
    assert "First response" in rana.get(f"/tickets/{number}/sla").text
    assert "in 2 business hours" in rana.get("/tickets?view=due").text
    assert "in 2 business hours" in rana.get(f"/tickets/{number}").text
    for data, sentence in (({"due_at": "2020-01-01T10:00", "reason": "x"}, "lies ahead"), ({"due_at": "?", "reason": "x"}, "a day and a"),
                           ({"due_at": "2026-03-26T10:00", "reason": ""}, "Say why")):
        answer = promised.post(rana, f"/sla/targets/{target}/due", data)
        assert (answer.status_code, sentence in answer.text) == (422, True), data
    assert promised.post(rana, f"/sla/targets/{target}/due", {"due_at": "2026-03-26T10:00", "reason": "By phone"}).status_code == 302
    assert "set by hand by" in rana.get(f"/sla/targets/{target}").text
    with promised.app.app_context():
        assert db.session.get_one(Ticket, number).due_at == at("03-26 10:00")


def test_a_stage_has_its_arabic_name_where_arabic_is_read(promised: Site, clock: Clock) -> None:  # noqa: F811
    number, _target = opened(promised)
    with promised.app.app_context():
        change.change(promised.desk.viewer("admin"), number, change.tag("refund"))
        drain_outbox.drain()
    supervisor = promised.client("supervisor")
    assert "review" in supervisor.get(f"/tickets/{number}").text
    promised.post(supervisor, "/language", {"language": "ar", "next": "/profile"})
    for path in (f"/tickets/{number}", f"/tickets/{number}/sla"):
        assert "المراجعة" in supervisor.get(path).text, path
    with promised.app.test_request_context(), force_locale("ar"):
        assert sla_words.arabic_stages() == {"stage:review": "المراجعة"}, "as the board says it"


BADGES = [  # (opened, now, what lists say): two business hours from the opening, Sunday to Thursday, nine to five
    ("03-24 10:00", "03-24 10:30", "in 1 business hour"), ("03-24 10:00", "03-24 11:15", "in 45 business minutes"),
    ("03-24 16:30", "03-24 20:00", "in 1 business hour"), ("03-24 16:30", "03-25 09:30", "in 1 business hour"),
    ("03-24 16:30", "03-25 10:20", "in 10 business minutes"), ("03-24 10:00", "03-24 12:01", "late by 1 minute"),
]  # fmt: skip


def test_lists_say_it_in_business_hours(promised: Site, clock: Clock) -> None:  # noqa: F811
    rana = promised.client("rana")
    for opening, now, words in BADGES:
        clock.set(at(opening))
        number, _target = opened(promised)
        clock.set(at(now))
        assert words in rana.get(f"/tickets/{number}").text, (opening, now)


def test_the_board(promised: Site, clock: Clock) -> None:  # noqa: F811
    number, _target = opened(promised)
    supervisor = promised.client("supervisor")
    assert f"#{number}" in supervisor.get("/sla/board?hours=4").text
    clock.set(at("03-24 13:00"))
    assert "late by 1 hour" in supervisor.get("/sla/board").text
    assert promised.client("rana").get("/sla/board").status_code == 404
    assert promised.post(promised.client("admin"), "/sla/board/release").status_code == 302
