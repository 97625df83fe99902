"""Coming in: the same answer for everybody, counted tries, and a cookie with nothing of the old one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import passwords, vault
from helpdesk.actions import attempts
from helpdesk.models import AgentSession, AttemptCounter
from tests.people.conftest import PASSWORD, World

pytestmark = pytest.mark.usefixtures("ground")


def test_in_with_the_password(world: World) -> None:
    client = world.client()
    answer = world.login(client, " Admin@Example.com ", PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/profile").status_code == 200
    assert client.get("/login").location == "/"


def test_the_form_is_as_scripts_know_it(world: World) -> None:
    page = world.client().get("/login").text
    assert all(f'name="{name}"' in page for name in ("csrf_token", "email", "password"))


TYPED = ["admin@example.com", "nobody@example.com", "", "a\x01b@example.com", "x" * 5000]


def test_wrong_password_gets_the_same_answer_as_unknown_address(world: World) -> None:
    for email in TYPED:
        answer = world.login(world.client(), email, "not the password at all", headers={"Accept-Language": "en"})
        assert answer.status_code == 422
        assert "The e-mail and password do not match. 4 tries left before a short pause." in answer.text


def test_invited_and_switched_off_are_like_unknown(world: World) -> None:
    with world.app.app_context():
        from helpdesk.actions import people

        people.invite(people.Invitation("new@example.com", "New", "", "agent", "en"))
        people.deactivate(world.ids["other"])
    for email in ("new@example.com", "other@example.com"):
        for password in ("", PASSWORD):
            assert world.login(world.client(), email, password).status_code == 422


@pytest.mark.parametrize("email", ["admin@example.com", "nobody@example.com"])
def test_five_tries_then_a_pause(world: World, email: str) -> None:
    client = world.client()
    answers = [world.login(client, email, "wrong wrong wrong", headers={"Accept-Language": "en"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert "The next try is possible in 5 minutes." in answers[-1].text
    for password in (PASSWORD, "wrong"):
        paused = world.login(client, email, password)
        assert (paused.status_code, paused.headers["Retry-After"]) == (429, "300")
    world.move_clock(timedelta(seconds=301))
    assert world.login(client, email, "wrong wrong wrong").status_code == 422


def test_success_clears_the_account_and_nothing_else(world: World) -> None:
    client = world.client()
    for _ in range(4):
        world.login(client, "agent@example.com", "wrong")
    assert world.login(client, "agent@example.com", PASSWORD).status_code == 302
    counts = {row.key.partition(":")[0]: row.count for row in world.rows(select(AttemptCounter))}
    assert counts == {"login-all": 4, "login-address": 4}
    assert "4 tries left" in world.login(world.client(), "agent@example.com", "wrong", headers={"Accept-Language": "en"}).text


def test_an_own_account_does_not_wash_guesses_away(world: World) -> None:
    client = world.client()
    codes = []
    for number in range(attempts.LOGIN_ADDRESS.most + 1):
        if number % 4 == 3:
            assert world.login(world.client(), "agent@example.com", PASSWORD).status_code == 302
        codes.append(world.login(client, f"guess{number}@example.com", "wrong").status_code)
    assert codes == [422] * attempts.LOGIN_ADDRESS.most + [429]
    elsewhere = world.login(world.client(), "agent@example.com", PASSWORD, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 302


def test_parallel_tries_are_counted_one_by_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    monkeypatch.setattr(passwords, "verify_password", lambda stored, password: looked.append(password) and False)
    clients = [world.client() for _ in range(12)]
    codes = world.at_once(lambda number: world.login(clients[number], "admin@example.com", "guess").status_code, 12)
    assert sorted(codes) == [422] * 5 + [429] * 7
    assert len(looked) == 5


def test_session_is_new_at_login(world: World) -> None:
    client = world.client("agent")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        before = dict(cookie)
    form_before = world.csrf(client)
    with client.session_transaction() as cookie:
        secret_before = cookie["csrf_token"]
    assert world.login(client, "admin@example.com", PASSWORD, headers={}).status_code == 302
    with client.session_transaction() as cookie:
        assert cookie["token"] != before["token"]
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != secret_before
    assert client.post("/logout", data={"csrf_token": form_before}).status_code == 403
    hashes = world.rows(select(AgentSession.token_hash))
    assert vault.hash_token(before["token"]) not in hashes
    assert len(hashes) == 1


def test_the_token_itself_is_not_in_the_database(world: World) -> None:
    client = world.client()
    world.login(client, "admin@example.com", PASSWORD)
    with client.session_transaction() as cookie:
        token = cookie["token"]
    row = world.rows(select(AgentSession))[0]
    assert len(token) == 43
    assert token not in str(vars(row))


def test_a_weaker_hash_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    before = world.agent("admin").password_hash
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert world.login(world.client(), "admin@example.com", PASSWORD).status_code == 302
    after = world.agent("admin").password_hash
    assert after != before
    assert passwords.verify_password(after, PASSWORD)


def test_a_post_without_token_is_refused(world: World) -> None:
    assert world.client().post("/login", data={"email": "admin@example.com", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_what_counts_as_one_place(address: str, place: str) -> None:
    assert attempts.network(address) == place
