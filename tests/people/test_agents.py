"""Agents and profile: what each form may change, and nothing beyond."""

import contextlib
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.actions import people
from helpdesk.models import Agent, Letter, OneTimeLink, team_agent
from tests.people.conftest import EVERYTHING, World, changed, columns

pytestmark = pytest.mark.usefixtures("ground")

PROFILE = {
    "name": "Reem",
    "name_ar": "ريم",
    "language": "ar",
    "time_zone": "Africa/Cairo",
    "theme": "dark",
    "digits": "arab",
    "signature": "Reem\r\nExample Store",
    "signature_ar": "ريم",
    "sound": "1",
}


@pytest.mark.parametrize("who", ["agent", "supervisor", "admin"])
def test_profile_changes_only_its_own_fields(world: World, who: str) -> None:
    before, others = columns(world.agent(who)), [columns(row) for row in world.rows(select(Agent).where(Agent.id != world.ids[who]))]
    assert world.post(world.client(who), "/profile", EVERYTHING | PROFILE).status_code == 302
    after = columns(world.agent(who))
    assert changed(before, after) == {
        "name",
        "name_ar",
        "language",
        "time_zone",
        "theme",
        "digits",
        "signature",
        "signature_ar",
        "sound",
        "single_keys",
    }
    assert after["signature"] == "Reem\nExample Store"
    assert [columns(row) for row in world.rows(select(Agent).where(Agent.id != world.ids[who]))] == others


WRONG = [
    ("language", "fr"),
    ("time_zone", "Nowhere"),
    ("theme", "pink"),
    ("digits", "roman"),
    ("name", "x" * 121),
    ("signature", "x" * 2001),
    ("name", ""),
]


def test_profile_problems(world: World) -> None:
    for field, value in WRONG:
        before = columns(world.agent("agent"))
        answer = world.post(world.client("agent"), "/profile", PROFILE | {"name_ar": ""} | {field: value})
        assert answer.status_code == 422
        assert f'id="f-{field}-problem"' in answer.text
        assert columns(world.agent("agent")) == before


def test_admin_changes_names_role_and_teams_of_a_colleague(world: World) -> None:
    before = columns(world.agent("other"))
    given = EVERYTHING | {"name": "Omar", "name_ar": "عمر", "role": "supervisor", "team_ids": str(world.ids["team"])}
    assert world.post(world.client("admin"), f"/agents/{world.ids['other']}", given).status_code == 302
    assert changed(before, columns(world.agent("other"))) == {"name", "name_ar", "role"}
    members = world.rows(select(team_agent.c.agent_id))
    assert sorted(members) == sorted([world.ids["agent"], world.ids["other"]])


def test_invitation(world: World) -> None:
    given = EVERYTHING | {
        "email": "New@Example.com",
        "name": "New",
        "role": "supervisor",
        "language": "en",
        "team_ids": str(world.ids["team"]),
    }
    assert world.post(world.client("admin"), "/agents", given).status_code == 302
    agent = world.rows(select(Agent).order_by(Agent.id.desc()))[0]
    assert (agent.email, agent.role, agent.password_hash, agent.active, agent.language) == (
        "new@example.com",
        "supervisor",
        None,
        True,
        "en",
    )
    assert agent.id != 77
    assert world.rows(select(OneTimeLink.purpose)) == ["invitation"]
    assert world.rows(select(Letter.to_address)) == ["new@example.com"]
    again = world.post(world.client("admin"), "/agents", given)
    assert again.status_code == 422
    assert 'id="f-email-problem"' in again.text


def test_two_invitations_of_one_address_at_once(world: World) -> None:
    clients = [world.client("admin") for _ in range(4)]
    given = {"email": "new@example.com", "name": "New", "role": "agent", "language": "en"}
    codes = world.at_once(lambda number: world.post(clients[number], "/agents", given).status_code, 4)
    assert sorted(codes) == [302, 422, 422, 422]
    assert len(world.rows(select(Letter))) == 1


def test_the_last_admin_stays(world: World) -> None:
    client, number = world.client("admin"), world.ids["admin"]
    assert world.post(client, f"/agents/{number}", {"name": "Admin", "role": "agent"}).status_code == 422
    assert world.post(client, f"/agents/{number}/deactivation").status_code == 302
    admin = world.agent("admin")
    assert (admin.role, admin.active) == ("admin", True)
    world.post(client, "/agents", {"email": "new@example.com", "name": "New", "role": "admin", "language": "en"})
    assert world.post(client, f"/agents/{number}", {"name": "Admin", "role": "agent"}).status_code == 422  # the other is not in yet


def test_two_admins_who_remove_each_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.post(world.client("admin"), f"/agents/{world.ids['supervisor']}", {"name": "Second", "role": "admin"})
    pairs = [(world.client("admin"), world.ids["supervisor"]), (world.client("supervisor"), world.ids["admin"])]
    meeting, held = threading.Barrier(2), people.held_agent

    def hold(session: Session, agent_id: int) -> Agent:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(0.5)  # both have counted the admins, if both may at the same time
        return held(session, agent_id)

    monkeypatch.setattr(people, "held_agent", hold)
    world.at_once(lambda turn: world.post(pairs[turn][0], f"/agents/{pairs[turn][1]}/deactivation").status_code, 2)
    assert len(world.rows(select(Agent).where(Agent.role == "admin", Agent.active))) == 1


def test_switching_off_and_on(world: World) -> None:
    client, path = world.client("admin"), f"/agents/{world.ids['agent']}"
    world.post(client, f"{path}/deactivation")
    assert not world.agent("agent").active
    assert "/activation" in client.get(path).text
    world.post(client, f"{path}/activation")
    assert world.agent("agent").active
