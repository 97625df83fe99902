"""What steps did stands on the page of their promise; what a policy cannot do is said to whoever wrote it, and holds up nothing else."""

from typing import Any

import pytest
from sqlalchemy import select

from automations.sla import promises
from helpdesk.actions import change
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Agent, Notice, PendingEvent, SlaPolicy, SlaPolicyVersion, SlaStep, team_agent
from tests.automations.sla.conftest import RESPONSE, Promise, at, settle, targets
from tests.automations.sla.test_pages import opened, promised  # noqa: F401  the site with a policy
from tests.factories import Clock, SmallDesk, ticket
from tests.web.conftest import clock, site  # noqa: F401  the site of the tests of pages
from tests.web.site import Site

GONE = [{"do": "set_team", "value": "999"}, {"do": "tag", "value": ["late"]}]
UNREADABLE = {"all": [{"word": "moon", "test": "is", "value": ["full"]}]}
NO_TAGS = {"all": [{"word": "tags", "test": "has_any"}]}


def notices() -> list[tuple[int, str]]:
    """(whom, what) of everything that was told."""
    db.session.rollback()
    return [(row.agent_id, row.words["kind"]) for row in db.session.scalars(select(Notice).order_by(Notice.id))]


def write(policy_id: int, **definition: Any) -> None:
    """By hand, as no page would."""
    with transaction() as session:
        version = session.get_one(SlaPolicyVersion, session.get_one(SlaPolicy, policy_id).version_id)
        version.definition = version.definition | definition
    promises.kept.clear()


def test_a_step_that_names_what_is_gone_is_told_once_an_hour(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:  # noqa: F811
    promise(steps=[{"at": {"kind": "percent", "amount": share}, "then": GONE} for share in (50, 60, 99)])
    numbers = [riyadh.ticket(f"Number {place}") for place in range(2)]
    settle()
    clock.set(at("03-24 11:13"))
    settle()
    did = [[line["result"] for line in row.did] for row in db.session.scalars(select(SlaStep).order_by(SlaStep.id))]
    assert did == [["team_unknown", "done"]] * 2 + [["team_unknown", "nothing"]] * 2
    assert [tag.name for tag in ticket(numbers[0]).tags] == ["late"], "the rest is done"
    assert notices() == [(riyadh.ids["admin"], "policy_gone")]
    clock.move(hours=1)
    settle()
    assert notices() == [(riyadh.ids["admin"], "policy_gone")] * 2


@pytest.mark.parametrize("group", [UNREADABLE, NO_TAGS])
def test_an_unreadable_policy_is_passed_over(riyadh: SmallDesk, promise: Promise, group: dict[str, Any]) -> None:
    broken, other = promise(), promise()
    write(broken, **{"if": group})
    number = riyadh.ticket()
    settle()
    change.change(riyadh.viewer("admin"), number, change.tag("vip"))
    settle()
    found = targets(number)["first_response"]
    assert db.session.get_one(SlaPolicyVersion, found.version_id).policy_id == other
    assert db.session.query(PendingEvent).filter_by(subscriber="sla").count() == 0
    assert notices() == [(riyadh.ids["admin"], "policy_broken")]


def test_an_unreadable_stage_holds_up_no_other_promise(riyadh: SmallDesk, promise: Promise) -> None:
    stage = {"name": "repair", "start": {"on": "ticket_opened", "if": UNREADABLE}, "stop": {"on": "note_written"}}
    write(promise(), targets=RESPONSE | {"stages": [stage | RESPONSE["first_response"]]})
    number = riyadh.ticket()
    settle()
    assert targets(number).keys() == {"first_response"}
    assert notices() == [(riyadh.ids["admin"], "policy_broken")]


def test_how_many_were_told(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:  # noqa: F811
    """Whoever has left is told nothing, and is not counted."""
    away = [{"do": "notify", "value": f"agent:{riyadh.ids['omar']}"}, {"do": "notify", "value": "team"}]
    promise(steps=[{"at": {"kind": "percent", "amount": 50}, "then": away}])
    number = riyadh.ticket()
    settle()
    with transaction() as session:
        session.get_one(Agent, riyadh.ids["omar"]).active = False
    members = select(team_agent.c.agent_id).join(Agent, Agent.id == team_agent.c.agent_id).where(
        team_agent.c.team_id == ticket(number).team_id, Agent.active)
    many = len(db.session.scalars(members).all())
    clock.set(at("03-24 11:01"))
    settle()
    [row] = db.session.scalars(select(SlaStep))
    assert [(line["result"], line.get("many")) for line in row.did] == [("nobody", None), ("done", many)]
    assert len(notices()) == many > 0


def test_the_page_says_what_was_done(promised: Site, clock: Clock) -> None:  # noqa: F811
    _number, target = opened(promised)
    rana = promised.client("rana")
    assert "What was done" not in rana.get(f"/sla/targets/{target}").text
    clock.set(at("03-24 12:30"))
    with promised.app.app_context():
        settle()
    page, told = rana.get(f"/sla/targets/{target}").text, rana.get(f"/sla/targets/{target}.json").json
    for words in ("at 75% of the time", "Tue 24 Mar, 12:30", "<b>done</b>", "marked as missed"):
        assert words in page, words
    assert told["steps"] == [
        {"step": "percent:75", "at": "2026-03-24T09:30:00+00:00", "did": [{"do": "tag", "value": ["soon"], "result": "done"}]},
        {"step": "breach", "at": "2026-03-24T09:30:00+00:00", "did": []}]


def test_the_policys_page_says_what_is_gone(promised: Site) -> None:  # noqa: F811
    with promised.app.app_context():
        policy = db.session.scalars(select(SlaPolicy.id).where(SlaPolicy.name == "Refunds")).one()
        write(policy, steps=[{"at": {"kind": "breach"}, "then": GONE}])
    page = promised.client("admin").get(f"/sla/policies/{policy}").text
    assert "What was chosen is not there any more" in page
