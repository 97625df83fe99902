"""Going out: here, there, everywhere; and what ends without being asked."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions import people, sessions
from helpdesk.actions.transaction import transaction
from helpdesk.models import Agent, AgentSession, Letter
from tests.people.conftest import NOW, PASSWORD, World

pytestmark = pytest.mark.usefixtures("ground")

NEW = "another quiet harbour"


def alive(client: Any) -> bool:
    return bool(client.get("/profile").status_code == 200)


def test_logout_ends_the_session_itself(world: World) -> None:
    client = world.client("agent")
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    assert world.post(client, "/logout").location == "/login"
    assert not alive(client)
    thief = world.client()
    with thief.session_transaction() as cookie:
        cookie.update(stolen)
    assert not alive(thief)
    assert f"end:agent:{world.ids['agent']}" in world.told


def test_sign_out_everywhere(world: World) -> None:
    here, there, another = world.client("agent"), world.client("agent"), world.client("other")
    world.post(here, "/sessions/end-all")
    assert [alive(client) for client in (here, there, another)] == [False, False, True]
    assert world.told == [f"end:agent:{world.ids['agent']}"]


def test_end_one_of_ones_own(world: World) -> None:
    here, there = world.client("agent"), world.client("agent")
    first, second = world.rows(select(AgentSession.id).order_by(AgentSession.id))
    assert world.post(here, f"/sessions/{second}/end").status_code == 302
    assert [alive(here), alive(there)] == [True, False]
    for number in (second, 999_999, first + 1000):
        assert world.post(here, f"/sessions/{number}/end").status_code == 404


def test_anothers_session_is_like_none(world: World) -> None:
    mine, theirs = world.client("agent"), world.client("other")
    number = world.rows(select(AgentSession.id).where(AgentSession.agent_id == world.ids["other"]))[0]
    assert world.post(mine, f"/sessions/{number}/end").status_code == 404
    assert alive(theirs)


def test_password_change_ends_all_others_and_renews_this_one(world: World) -> None:
    here, there = world.client("agent"), world.client("agent")
    with here.session_transaction() as cookie:
        before = cookie["token"]
    answer = world.post(here, "/profile/password", {"old_password": PASSWORD, "password": NEW})
    assert answer.status_code == 302
    with here.session_transaction() as cookie:
        assert cookie["token"] != before
    assert [alive(here), alive(there)] == [True, False]
    assert world.told == [f"end:agent:{world.ids['agent']}"]
    assert world.login(world.client(), "agent@example.com", PASSWORD).status_code == 422
    assert world.login(world.client(), "agent@example.com", NEW).status_code == 302
    assert [letter.to_address for letter in world.rows(select(Letter))] == ["agent@example.com"]


REFUSED = [
    ("wrong", NEW, "old_password"),
    ("", NEW, "old_password"),
    (PASSWORD, "short", "password"),
    (PASSWORD, "", "password"),
    (PASSWORD, "aaaaaaaaaaaaaaa", "password"),
    (PASSWORD, "agent@example.com", "password"),
    (PASSWORD, "x" * 201, "password"),
]


def test_password_change_refused(world: World) -> None:
    for old, new, field in REFUSED:
        client = world.client("agent")
        before = world.agent("agent").password_hash
        answer = world.post(client, "/profile/password", {"old_password": old, "password": new})
        assert answer.status_code == 422
        assert f'id="f-{field}-problem"' in answer.text
        assert world.agent("agent").password_hash == before
        assert alive(client)


def test_guessing_the_present_password_is_counted(world: World) -> None:
    client = world.client("agent")
    codes = [world.post(client, "/profile/password", {"old_password": "guess", "password": NEW}).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_deactivated_is_out_at_once(world: World) -> None:
    client, admin = world.client("agent"), world.client("admin")
    assert world.post(admin, f"/agents/{world.ids['agent']}/deactivation").status_code == 302
    assert not alive(client)
    assert not world.rows(select(AgentSession).where(AgentSession.agent_id == world.ids["agent"]))
    assert f"end:agent:{world.ids['agent']}" in world.told


def test_a_session_of_one_who_is_switched_off_is_nobodys(world: World) -> None:
    client = world.client("agent")
    with world.app.app_context(), transaction() as session:
        session.get(Agent, world.ids["agent"]).active = False
    assert not alive(client)


def test_thirty_days_that_slide(world: World) -> None:
    client = world.client("agent")
    world.move_clock(timedelta(days=29))
    assert alive(client)
    world.move_clock(timedelta(days=29))
    assert alive(client)
    world.move_clock(timedelta(days=30, seconds=1))
    assert not alive(client)


def test_written_at_most_every_five_minutes(world: World) -> None:
    client = world.client("agent")
    seen = []
    for span in (timedelta(minutes=4, seconds=59), timedelta(seconds=1), timedelta(minutes=1)):
        world.move_clock(span)
        assert alive(client)
        seen.append(world.rows(select(AgentSession.last_seen_at))[0])
    assert seen == [NOW, NOW + timedelta(minutes=5), NOW + timedelta(minutes=5)]


def test_a_busy_desk_still_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk.errors import Busy

    def busy(_session_id: int) -> None:
        raise Busy

    client = world.client("agent")
    world.move_clock(timedelta(hours=1))
    monkeypatch.setattr(sessions, "keep_alive", busy)
    assert alive(client)


def test_lost_role_counts_at_once(world: World) -> None:
    client = world.client("supervisor")
    with world.app.app_context():
        people.edit_agent(world.ids["supervisor"], people.AgentChange("Supervisor", "", "admin", ()))
    assert client.get("/agents").status_code == 200
    with world.app.app_context():
        people.edit_agent(world.ids["supervisor"], people.AgentChange("Supervisor", "", "agent", ()))
    assert client.get("/agents").status_code == 404
    assert world.told == [f"end:agent:{world.ids['supervisor']}"] * 2


def test_planted_tokens_are_nobody(world: World) -> None:
    for token in ("", " ", None, 0, [], {"a": 1}, "x" * 43, True):
        client = world.client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        assert not alive(client)
