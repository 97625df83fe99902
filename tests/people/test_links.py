"""Invitation and reset: links that work once, for their purpose, for a time; and letters that tell nobody who works here."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions import people
from helpdesk.models import AgentSession, AttemptCounter, Delivery, Letter, OneTimeLink
from tests.people.conftest import PASSWORD, World

pytestmark = pytest.mark.usefixtures("ground")

NEW = "another quiet harbour"
LINK = re.compile(r"^(https?://\S+)/(reset|invitation)/(\S{43})$", re.MULTILINE)
HOSTS: list[dict[str, Any]] = [
    {"headers": {"Host": "evil.example.net"}},
    {"headers": {"X-Forwarded-Host": "evil.example.net"}},
    {"headers": {"Forwarded": "host=evil.example.net"}},
    {"headers": {"X-Forwarded-Server": "evil.example.net", "X-Host": "evil.example.net"}},
    {"headers": {"X-Forwarded-Prefix": "/evil.example.net"}},
    {"headers": {"X-Original-URL": "https://evil.example.net/reset"}},
    {"base_url": "https://evil.example.net/"},
    {"headers": {"Host": "desk.example.com@evil.example.net"}},
]


def ask(world: World, email: str, **more: Any) -> Any:
    return world.post(world.client(), "/reset", {"email": email}, **more)


def link(world: World, purpose: str) -> str:
    """The token of a fresh link of the agent, as the letter has it."""
    if purpose == "reset":
        ask(world, "agent@example.com")
    else:
        with world.app.app_context():
            people.invite(people.Invitation("new@example.com", "New", "", "agent", "en", (world.ids["team"],)))
    return LINK.search(world.rows(select(Letter).order_by(Letter.id.desc()))[0].text)[3]


def invite_another(world: World) -> str:
    with world.app.app_context():
        people.invite(people.Invitation("newer@example.com", "Newer", "", "agent", "en"))
    return LINK.search(world.rows(select(Letter).order_by(Letter.id.desc()))[0].text)[3]


def state(world: World) -> list[str]:
    """Everything that looking at a link could change."""
    rows = world.rows(select(OneTimeLink)) + world.rows(select(AgentSession)) + world.rows(select(Letter)) + [world.agent("agent")]
    return [str({key: value for key, value in vars(row).items() if not key.startswith("_")}) for row in rows]


def body(answer: Any) -> str:
    """A page without what is new each time."""
    return re.sub(r'nonce="[^"]+"|content="[^"]{60,}"|value="[^"]{60,}"', "", answer.text)


@pytest.mark.parametrize("purpose", ["reset", "invitation"])
def test_lets_in_once(world: World, purpose: str) -> None:
    token, client, old = link(world, purpose), world.client(), world.client("agent")
    assert client.get(f"/{purpose}/{token}").status_code == 200
    answer = world.post(client, f"/{purpose}/{token}", {"password": NEW})
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/profile").status_code == 200
    email = "agent@example.com" if purpose == "reset" else "new@example.com"
    assert world.login(world.client(), email, NEW).status_code == 302
    assert old.get("/profile").status_code == (302 if purpose == "reset" else 200)
    assert world.post(world.client(), f"/{purpose}/{token}", {"password": PASSWORD}).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("purpose", ["reset", "invitation"])
def test_every_wrong_link_is_the_same_404(world: World, purpose: str, method: str) -> None:
    foreign, used = link(world, "invitation" if purpose == "reset" else "reset"), link(world, "reset")
    world.post(world.client(), f"/reset/{used}", {"password": NEW})
    good = link(world, purpose) if purpose == "reset" else invite_another(world)
    wrong = [
        "%20",
        "%00",
        "0",
        "null",
        "None",
        "%25",
        "x" * 43,
        "x" * 42,
        "x" * 44,
        "x" * 5000,
        foreign,
        used,
        good.swapcase(),
        good + "=",
        good[:-1],
        "../" + good,
        "%D8%B3" * 43,
        "' OR 1=1 --",
    ]
    client = world.client()
    bodies = set()
    for token in wrong:
        answer = client.get(f"/{purpose}/{token}") if method == "get" else world.post(client, f"/{purpose}/{token}", {"password": NEW})
        assert answer.status_code == 404, token
        bodies.add(body(answer))
    assert client.get(f"/{purpose}/").status_code == 404
    assert len(bodies) == 1


@pytest.mark.parametrize(("purpose", "life"), [("reset", timedelta(hours=1)), ("invitation", timedelta(days=7))])
def test_expires(world: World, purpose: str, life: timedelta) -> None:
    token, client = link(world, purpose), world.client()
    world.move_clock(life - timedelta(seconds=1))
    assert client.get(f"/{purpose}/{token}").status_code == 200
    world.move_clock(timedelta(seconds=1))
    assert client.get(f"/{purpose}/{token}").status_code == 404
    assert world.post(client, f"/{purpose}/{token}", {"password": NEW}).status_code == 404


def test_a_link_of_one_who_was_switched_off(world: World) -> None:
    token = link(world, "reset")
    with world.app.app_context():
        people.deactivate(world.ids["agent"])
    assert world.post(world.client(), f"/reset/{token}", {"password": NEW}).status_code == 404


def test_looking_changes_nothing(world: World) -> None:
    token, client = link(world, "reset"), world.client()
    before = state(world)
    for _ in range(3):
        for method in (client.get, client.head, client.options):
            for agent in ("", "Mozilla/5.0", "LinkScanner/1.0"):
                assert method(f"/reset/{token}", headers={"User-Agent": agent}).status_code == 200
    assert state(world) == before
    assert world.post(client, f"/reset/{token}", {"password": NEW}).status_code == 302


def test_two_at_once_one_wins(world: World) -> None:
    token, clients = link(world, "reset"), [world.client() for _ in range(6)]
    answers = world.at_once(lambda number: world.post(clients[number], f"/reset/{token}", {"password": f"{NEW} {number}"}).status_code, 6)
    assert sorted(answers) == [302] + [404] * 5
    winner = answers.index(302)
    assert world.login(world.client(), "agent@example.com", f"{NEW} {winner}").status_code == 302
    assert clients[winner].get("/profile").status_code == 200


def test_a_short_password_leaves_the_link_as_it_is(world: World) -> None:
    token, client = link(world, "reset"), world.client()
    assert world.post(client, f"/reset/{token}", {"password": "short"}).status_code == 422
    assert world.post(client, f"/reset/{token}", {"password": NEW}).status_code == 302


def test_using_one_ends_the_others(world: World) -> None:
    first, second = link(world, "reset"), link(world, "reset")
    assert world.post(world.client(), f"/reset/{first}", {"password": NEW}).status_code == 302
    assert world.post(world.client(), f"/reset/{second}", {"password": NEW}).status_code == 404


def test_links_are_made_from_the_configured_address(world: World) -> None:
    for request_options in HOSTS:
        client, before = world.client(), len(world.rows(select(Letter)))
        world.move_clock(timedelta(hours=1, seconds=1))
        client.post("/reset", data={"csrf_token": world.csrf(client), "email": "agent@example.com"}, **request_options)
        if len(world.rows(select(Letter))) == before:  # another host is another cookie, and without its cookie a form is refused
            assert "headers" not in request_options or "Host" in request_options["headers"]
            ask(world, "agent@example.com", headers={"X-Forwarded-Host": "evil.example.net"})
    letters = world.rows(select(Letter))
    assert len(letters) == len(HOSTS)
    for letter in letters:
        assert "evil" not in letter.text + letter.subject + letter.to_address
        assert LINK.search(letter.text)[1] == "https://desk.example.com"


def test_unknown_gets_the_same_answer_and_leaves_nothing(world: World) -> None:
    known = ask(world, "agent@example.com")
    for email in ("nobody@example.com", "", "x" * 5000, "a\x01b@example.com", "agent@example.com\nBcc: x@example.com"):
        unknown = ask(world, email)
        assert (known.status_code, unknown.status_code) == (200, 200)
        assert body(known) == body(unknown)
    assert [letter.to_address for letter in world.rows(select(Letter))] == ["agent@example.com"]
    assert len(world.rows(select(OneTimeLink))) == len(world.rows(select(Delivery))) == 1


def test_both_do_the_same_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import event

    from helpdesk.extensions import db

    said: list[str] = []
    ask(world, "warm@example.com")  # names that every page shows are read once in a while
    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_more: said.append(statement))
    ask(world, "agent@example.com")
    known = said.copy()
    said.clear()
    ask(world, "nobody@example.com")
    assert [words for words in known if "SAVEPOINT" not in words] == [words for words in said if "SAVEPOINT" not in words]
    assert len(known) == len(said)


def test_three_letters_an_hour(world: World) -> None:
    for _ in range(6):
        assert ask(world, "agent@example.com").status_code == 200
    assert len(world.rows(select(Letter))) == 3
    world.move_clock(timedelta(hours=1, seconds=1))
    ask(world, "agent@example.com")
    assert len(world.rows(select(Letter))) == 4


def test_three_letters_an_hour_also_when_asked_at_once(world: World) -> None:
    clients = [world.client() for _ in range(10)]
    codes = world.at_once(lambda number: world.post(clients[number], "/reset", {"email": "agent@example.com"}).status_code, 10)
    assert codes == [200] * 10
    assert len(world.rows(select(Letter))) == 3
    assert max(world.rows(select(AttemptCounter.count))) == 10


def test_one_place_asks_twenty_times(world: World) -> None:
    codes = [ask(world, f"guess{number}@example.com").status_code for number in range(21)]
    assert codes == [200] * 20 + [429]


def test_switched_off_gets_no_letter(world: World) -> None:
    with world.app.app_context():
        people.deactivate(world.ids["agent"])
    assert ask(world, "agent@example.com").status_code == 200
    assert not world.rows(select(Letter))


def test_a_new_invitation_voids_the_old(world: World) -> None:
    first = link(world, "invitation")
    agent_id = world.rows(select(OneTimeLink.agent_id))[0]
    admin = world.client("admin")
    assert world.post(admin, f"/agents/{agent_id}/invitation").status_code == 302
    second = LINK.search(world.rows(select(Letter).order_by(Letter.id.desc()))[0].text)[3]
    assert world.client().get(f"/invitation/{first}").status_code == 404
    assert world.client().get(f"/invitation/{second}").status_code == 200


def test_letters_are_in_the_readers_language(world: World) -> None:
    with world.app.app_context():
        people.set_language(world.ids["agent"], "ar")
    ask(world, "agent@example.com", headers={"Accept-Language": "en"})
    assert world.rows(select(Letter.language)) == ["ar"]
