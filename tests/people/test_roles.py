"""Who may use which page of people and settings: every route of these files stands in the table, or the test is red."""

import re
from typing import Any

import pytest

from tests.people.conftest import PEOPLE, World

MINE = ("login", "reset", "profile", "agents", "teams", "inboxes", "desk", "first_run", "language")
ADMIN, AGENT, ANYONE = ("admin",), ("admin", "supervisor", "agent", "other"), (None, "admin", "supervisor", "agent", "other")
TABLE: dict[tuple[str, str], tuple[Any, ...]] = {
    ("GET", "/login"): ANYONE,
    ("POST", "/login"): ANYONE,
    ("POST", "/logout"): AGENT,
    ("POST", "/sessions/end-all"): AGENT,
    ("POST", "/sessions/<int(max=2147483647):session_id>/end"): AGENT,
    ("GET", "/reset"): ANYONE,
    ("POST", "/reset"): ANYONE,
    ("GET", "/reset/<token>"): ANYONE,
    ("POST", "/reset/<token>"): ANYONE,
    ("GET", "/invitation/<token>"): ANYONE,
    ("POST", "/invitation/<token>"): ANYONE,
    ("POST", "/language"): ANYONE,
    ("GET", "/first-run"): ANYONE,
    ("POST", "/first-run"): ANYONE,
    ("GET", "/profile"): AGENT,
    ("POST", "/profile"): AGENT,
    ("POST", "/profile/password"): AGENT,
    ("GET", "/agents"): ADMIN,
    ("GET", "/agents/new"): ADMIN,
    ("POST", "/agents"): ADMIN,
    ("GET", "/agents/<int(max=2147483647):agent_id>"): ADMIN,
    ("POST", "/agents/<int(max=2147483647):agent_id>"): ADMIN,
    ("POST", "/agents/<int(max=2147483647):agent_id>/invitation"): ADMIN,
    ("POST", "/agents/<int(max=2147483647):agent_id>/deactivation"): ADMIN,
    ("POST", "/agents/<int(max=2147483647):agent_id>/activation"): ADMIN,
    ("GET", "/teams"): ADMIN,
    ("GET", "/teams/new"): ADMIN,
    ("POST", "/teams"): ADMIN,
    ("GET", "/teams/<int(max=2147483647):team_id>"): ADMIN,
    ("POST", "/teams/<int(max=2147483647):team_id>"): ADMIN,
    ("GET", "/inboxes"): ADMIN,
    ("GET", "/inboxes/new"): ADMIN,
    ("POST", "/inboxes"): ADMIN,
    ("GET", "/inboxes/<int(max=2147483647):inbox_id>"): ADMIN,
    ("POST", "/inboxes/<int(max=2147483647):inbox_id>"): ADMIN,
    ("GET", "/inboxes/<int(max=2147483647):inbox_id>/check"): ADMIN,
    ("GET", "/inboxes/<int(max=2147483647):inbox_id>/backfill"): ADMIN,
    ("GET", "/desk"): ADMIN,
    ("POST", "/desk"): ADMIN,
    ("POST", "/desk/demo/removal"): ADMIN,
}
GONE = {"/reset/<token>", "/invitation/<token>", "/first-run", "/desk/demo/removal", "/sessions/<int(max=2147483647):session_id>/end"}
"""Not there for anybody in this desk: like a missing right, a 404."""


def address(world: World, rule: str) -> str:
    """A path with this desk's own ids in it."""
    number = "<int(max=2147483647):"
    for name, value in (
        ("agent_id", world.ids["other"]),
        ("team_id", world.ids["team"]),
        ("inbox_id", world.ids["inbox"]),
        ("session_id", 999),
    ):
        rule = rule.replace(f"{number}{name}>", str(value))
    return rule.replace("<token>", "x" * 43)


def rules(world: World) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in MINE
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table(world: World) -> None:
    assert rules(world) == set(TABLE)


@pytest.mark.parametrize("who", [None, *PEOPLE])
def test_roles_by_routes(world: World, who: str | None) -> None:
    wrong = []
    for (method, rule), allowed in TABLE.items():
        client, path = world.client(who), address(world, rule)
        code = (client.get(path) if method == "GET" else world.post(client, path)).status_code
        if who not in allowed:
            expected = {302 if method == "GET" else 401} if who is None else {404}
        elif rule in GONE:
            expected = {404}
        else:
            expected = {200, 302, 422}
        if code not in expected:
            wrong.append(f"{who} {method} {rule}: {code}")
    assert not wrong


def test_a_missing_right_looks_like_a_missing_page(world: World) -> None:
    client = world.client("agent")
    pages = {re.sub(r'nonce="[^"]+"|content="[^"]{60,}"', "", client.get(path).text) for path in ("/agents", "/agents/999", "/nothing")}
    assert len(pages) == 1
    assert '<html lang="en"' in pages.pop()


def test_nothing_changes_by_get(world: World) -> None:
    client = world.client("admin")
    only_post = {rule for method, rule in TABLE if method == "POST"} - {rule for method, rule in TABLE if method == "GET"}
    for rule in only_post:
        assert client.get(address(world, rule)).status_code == 405, rule


def test_every_post_needs_the_pages_token(world: World) -> None:
    for method, rule in TABLE:
        if method == "POST":
            for data in ({}, {"csrf_token": "x"}, {"csrf_token": ""}):
                assert world.client("admin").post(address(world, rule), data=data).status_code == 403, rule


STRANGE = ["0", "-1", "2147483648", "99999999999999999999", "1e3", "%00"]


def test_strange_ids_are_404(world: World) -> None:
    for number in STRANGE:
        client = world.client("admin")
        for noun in ("agents", "teams", "inboxes"):
            assert client.get(f"/{noun}/{number}").status_code == 404
            assert world.post(client, f"/{noun}/{number}", {"name": "x"}).status_code in (404, 405)
