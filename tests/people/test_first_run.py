"""The first page of a new desk: there is no other until it is done, and none like it afterwards."""

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.models import Agent, AgentSession, Desk, Inbox, Team
from tests.people.conftest import World

pytestmark = pytest.mark.usefixtures("ground")

GIVEN = {
    "desk_name": "Example Store",
    "desk_name_ar": "متجر المثال",
    "name": "Reem",
    "email": "Reem@Example.com",
    "password": "a quiet harbour at noon",
    "language": "ar",
    "time_zone": "Asia/Riyadh",
    "inbox_address": "support@example.sa",
}
TABLES = (Desk, Agent, Team, Inbox, AgentSession)


def everything(world: World) -> list[int]:
    return [len(world.rows(select(table))) for table in TABLES]


PATHS = ["/", "/login", "/tickets", "/agents", "/reset", "/profile", "/tickets/1"]


def test_every_page_leads_here(bare: World) -> None:
    for path in PATHS:
        assert bare.client().get(path).location == "/first-run"


def test_what_machines_ask_for_answers(bare: World) -> None:
    assert bare.client().get("/healthz").status_code == 200
    assert bare.client().get("/nothing/like/it").status_code == 404


def test_opens_the_desk_and_signs_in(bare: World) -> None:
    client = bare.client()
    assert client.get("/first-run").status_code == 200
    answer = bare.post(client, "/first-run", GIVEN)
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/agents").status_code == 200
    assert everything(bare) == [1, 1, 1, 1, 1]
    admin, desk, inbox = bare.rows(select(Agent))[0], bare.rows(select(Desk))[0], bare.rows(select(Inbox))[0]
    assert (admin.email, admin.role, admin.language, admin.name) == ("reem@example.com", "admin", "ar", "Reem")
    assert (desk.name, desk.name_ar, desk.demo, desk.time_zone) == ("Example Store", "متجر المثال", False, "Asia/Riyadh")
    assert (inbox.address, inbox.smtp, inbox.active) == ("support@example.sa", {}, True)
    assert bare.login(bare.client(), "reem@example.com", GIVEN["password"]).status_code == 302


def test_is_gone_afterwards(bare: World) -> None:
    bare.post(bare.client(), "/first-run", GIVEN)
    for client in (bare.client(),):
        assert client.get("/first-run").status_code == 404
        assert bare.post(client, "/first-run", GIVEN | {"email": "second@example.com"}).status_code == 404
    assert everything(bare) == [1, 1, 1, 1, 1]


def test_two_at_once_one_wins(bare: World) -> None:
    clients = [bare.client() for _ in range(4)]
    forms = [GIVEN | {"email": f"admin{number}@example.com", "inbox_address": f"box{number}@example.com"} for number in range(4)]
    codes = bare.at_once(lambda number: bare.post(clients[number], "/first-run", forms[number]).status_code, 4)
    assert sorted(codes) == [302, 404, 404, 404]
    assert everything(bare) == [1, 1, 1, 1, 1]
    winner = codes.index(302)
    assert [agent.email for agent in bare.rows(select(Agent))] == [f"admin{winner}@example.com"]


WRONG = [
    ("email", "reem@example", "email"),
    ("email", "", "email"),
    ("password", "short", "password"),
    ("language", "fr", "language"),
    ("time_zone", "Mars/Base", "time_zone"),
    ("time_zone", "../../etc/passwd", "time_zone"),
    ("name", " ", "name"),
    ("inbox_address", "no address", "inbox_address"),
    ("desk_name", "x" * 121, "desk_name"),
]


def test_problems_stand_at_their_field(bare: World) -> None:
    for field, value, said in WRONG:
        answer = bare.post(bare.client(), "/first-run", GIVEN | {field: value}, headers={"Accept-Language": "en"})
        assert answer.status_code == 422
        assert f'aria-describedby="f-{said}-problem"' in answer.text
        assert GIVEN["password"] not in answer.text
        assert everything(bare) == [0, 0, 0, 0, 0]


def test_one_name_is_enough(bare: World) -> None:
    assert bare.post(bare.client(), "/first-run", GIVEN | {"desk_name": "", "desk_name_ar": ""}).status_code == 422
    assert bare.post(bare.client(), "/first-run", GIVEN | {"desk_name": ""}).status_code == 302
    assert bare.rows(select(Desk))[0].shown_name("en") == "متجر المثال"


def test_fields_of_others_are_not_taken(bare: World) -> None:
    more: dict[str, Any] = {"demo": "1", "role": "agent", "active": "", "id": "7", "smtp": "{}", "team_id": "9", "password_hash": "x"}
    bare.post(bare.client(), "/first-run", GIVEN | more)
    assert bare.rows(select(Desk.demo)) == [False]
    assert bare.rows(select(Agent.role)) == ["admin"]


def test_language_can_be_chosen_before(bare: World) -> None:
    client = bare.client()
    bare.post(client, "/language", {"language": "en", "next": "/first-run"})
    assert '<html lang="en" dir="ltr"' in client.get("/first-run", headers={"Accept-Language": "ar"}).text
