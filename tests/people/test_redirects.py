"""`next` leads to pages of ours and nowhere else; the language button leads back."""

import pytest

from tests.people.conftest import PASSWORD, World

ELSEWHERE = [
    "https://evil.example.net",
    "http://evil.example.net/",
    "//evil.example.net",
    "///evil.example.net",
    "////evil.example.net",
    "/\\evil.example.net",
    "\\/evil.example.net",
    "\\\\evil.example.net",
    "/\t/evil.example.net",
    "/\n/evil.example.net",
    "/\r\n/evil.example.net",
    "\t//evil.example.net",
    " //evil.example.net",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "evil.example.net",
    "evil.example.net/login",
    "@evil.example.net",
    "https:evil.example.net",
    "https:/evil.example.net",
    "https:///evil.example.net",
    "ftp://evil.example.net",
    "?next=//evil",
    "#//evil.example.net",
    "",
    " ",
    "\x01",
    "/\x01/evil.example.net",
    "//evil.example.net\\@desk.example.com",
    "//desk.example.com@evil.example.net",
    "/\u2028/evil.example.net",
    "\u202e//evil.example.net",
    "/٪2f/evil.example.net",
    "/\x7f/evil.example.net",
    "//[::1]/",
    "//١٢٧.0.0.1",
    "mailto:a@example.com",
    "file:///etc/passwd",
    "/a b",
    "/tickets\r\nSet-Cookie: a=b",
    "http:\\\\evil.example.net",
    "//evil%E3%80%82example.net",
]
OURS = ["/tickets", "/tickets/12?view=mine&sort=newest", "/search?q=%D8%B3", "/profile", "/", "/a//b", "/%2f/evil"]


def test_there_are_forty_of_them() -> None:
    assert len(set(ELSEWHERE)) >= 40


@pytest.fixture
def signed(world: World) -> World:
    return world


def test_login_leads_nowhere_else(world: World) -> None:
    for target in ELSEWHERE:
        client = world.client("agent")
        shown = client.get("/login", query_string={"next": target})
        assert shown.location == "/", target
    for number, target in enumerate(ELSEWHERE):
        answer = world.login(
            world.client(), "agent@example.com", PASSWORD, query_string={"next": target}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
        )
        assert answer.location == "/", target


def test_the_form_keeps_no_other_target(world: World) -> None:
    for target in ELSEWHERE:
        page = world.client().get("/login", query_string={"next": target}).text
        assert 'name="next" value="/"' in page, target


def test_login_leads_on(world: World) -> None:
    for target in OURS:
        client = world.client()
        answer = world.post(client, "/login", {"email": "agent@example.com", "password": PASSWORD, "next": target})
        assert answer.location == target


def test_who_is_not_in_comes_back_to_the_page(world: World) -> None:
    assert world.client().get("/profile?a=1").location == "/login?next=/profile?a%3D1"


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_language_of_visitor_and_of_agent(world: World, language: str, direction: str) -> None:
    other = "en" if language == "ar" else "ar"
    for client, page in ((world.client(), "/login"), (world.client("agent"), "/profile")):
        assert world.post(client, "/language", {"language": language, "next": page}).location == page
        assert f'<html lang="{language}" dir="{direction}"' in client.get(page, headers={"Accept-Language": other}).text
    assert world.agent("agent").language == language


def test_language_leads_back_and_nowhere_else(world: World) -> None:
    client = world.client()
    for target in ELSEWHERE:
        assert world.post(client, "/language", {"language": "en", "next": target}).location == "/", target
    back = world.post(client, "/language", {"language": "en"}, headers={"Referer": "https://evil.example.net/login?next=/tickets"})
    assert back.location == "/login?next=/tickets"


OTHERS = ["fr", "", "AR", "ar\x01", "../en"]


def test_other_languages_are_refused(world: World) -> None:
    for language in OTHERS:
        assert world.post(world.client(), "/language", {"language": language}).status_code == 422
