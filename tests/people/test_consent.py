"""A provider's consent, from the button on the page to the login at a mail server, and what becomes of it later."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from channels.email import connection_check, oauth
from helpdesk import egress, vault
from helpdesk.actions import consent
from helpdesk.models import ConnectionCheck, Inbox, OAuthGrant
from tests.dovecot import Dovecot
from tests.oauth_server import SECRET, Provider
from tests.people.conftest import World

ACCOUNT = "help@example.com"


@pytest.fixture
def provider() -> Any:
    with Provider(ACCOUNT) as provider:
        yield provider


@pytest.fixture
def page(world: World, provider: Provider) -> str:
    """The page of an inbox that signs in by consent."""
    allow(world, f"127.0.0.1:{provider.port}")
    given = {"address": ACCOUNT, "name": "Help", "imap_host": "127.0.0.1", "imap_port": "1", "imap_security": "none", "smtp_login": "none"}
    assert world.post(world.client("admin"), "/inboxes", given | provider.fields).status_code == 302
    return f"/inboxes/{inbox_id(world)}"


def allow(world: World, *doors: str) -> None:
    settings = world.app.extensions["helpdesk"]
    world.app.extensions["helpdesk"] = replace(settings, egress_allow=(*settings.egress_allow, *doors))


def inbox_id(world: World) -> int:
    return int(world.rows(select(Inbox.id).where(Inbox.address == ACCOUNT))[0])


def grant(world: World) -> OAuthGrant:
    return world.rows(select(OAuthGrant))[0]


def led_to(world: World, client: Any, page: str) -> str:
    """Where the button leads."""
    answer = world.post(client, f"{page}/consent")
    address = unescape(re.findall(r'href="(http[^"]+)" rel="noreferrer"', answer.text)[0])
    assert answer.headers["Refresh"] == f"0;url={address}"
    return address


def come_back(world: World, client: Any, back: str) -> Any:
    """The page with the one button, and the button."""
    shown = client.get(back)
    values = dict(re.findall(r'name="(state|code)" value="([^"]*)"', shown.text))
    return world.post(client, "/inboxes/consent", values)


def agree(world: World, provider: Provider, page: str) -> None:
    """The whole way, tokens and all."""
    client = world.client("admin")
    assert come_back(world, client, provider.agree(led_to(world, client, page))).location == page
    with world.app.app_context():
        oauth.exchange_codes()
    assert grant(world).problem == ""


def bearer(world: World) -> str:
    with world.app.app_context():
        return oauth.bearer_of(inbox_id(world))


def test_consent_refresh_and_revocation_at_a_real_server(world: World, provider: Provider, page: str) -> None:
    with Dovecot({ACCOUNT: "x"}, provider.url("/introspect")) as post:
        allow(world, *post.allowed)
        change = {"address": ACCOUNT, "name": "Help", "active": "1", "imap_host": "127.0.0.1", "imap_port": str(post.port)}
        change |= provider.fields | {"imap_security": "none", "test": "1"}
        assert problem_found(world, page, change) == "consent"
        agree(world, provider, page)
        assert problem_found(world, page, change) == ""
        world.move_clock(timedelta(hours=2))
        assert problem_found(world, page, change) == ""
        provider.access.clear()  # taken back by the provider before its time: the one after the next try is a new one
        assert [problem_found(world, page, change) for _ in range(2)] == ["login", ""]
        provider.revoke()
        world.move_clock(timedelta(hours=2))
        assert problem_found(world, page, change) == "consent"
        assert "takes the consent no longer" in world.client("admin").get(page).text
        agree(world, provider, page)
        assert problem_found(world, page, change) == ""
    assert [form["grant_type"] for form in provider.asked].count("authorization_code") == 2


def problem_found(world: World, page: str, change: dict[str, str]) -> str:
    """The problem that a test finds."""
    assert world.post(world.client("admin"), page, change | {"client_secret": ""}).location == page
    with world.app.app_context():
        connection_check.drain()
    return str(world.rows(select(ConnectionCheck))[0].imap_problem)


def test_only_the_browser_that_began_ends_it_once_and_in_time(world: World, provider: Provider, page: str) -> None:
    client, other = world.client("admin"), world.client("admin")
    back = provider.agree(led_to(world, client, page))
    forged = re.sub(r"state=\d+", "state=1", back)
    for who, address in ((other, back), (client, forged), (client, back.replace("state=", "state=x")), (client, "/inboxes/consent?code=x")):
        assert who.get(address).status_code == 422
        assert world.post(who, "/inboxes/consent", dict(re.findall(r"(code|state)=([^&]+)", address))).status_code == 422
    for _ in range(3):  # a GET changes nothing, however often
        assert "Keep the consent" in client.get(back).text
    assert grant(world).code == ""
    world.move_clock(timedelta(minutes=11))
    assert client.get(back).status_code == 422
    back = provider.agree(led_to(world, client, page))
    assert come_back(world, client, back).status_code == 302
    assert come_back(world, client, back).status_code == 422
    assert "No consent was given" in client.get(f"/inboxes/consent?error=access_denied&{provider_state(world, client, page)}").text


def provider_state(world: World, client: Any, page: str) -> str:
    return re.findall(r"state=[^&]+", led_to(world, client, page))[0]


def test_secrets_lie_sealed(world: World, provider: Provider, page: str) -> None:
    agree(world, provider, page)
    with world.app.app_context():
        kept = " ".join(str(getattr(grant(world), column.key)) for column in OAuthGrant.__table__.columns)
        assert [given for given in (SECRET, *provider.access, *provider.refresh) if given in kept] == []
        assert vault.unseal(grant(world).client_secret, "oauth") == SECRET
    assert not re.findall(r"rt-|at-", repr(consent.Tokens("at-x", "rt-x", world_now(world))))


def world_now(_world: World) -> Any:
    from helpdesk import clock

    return clock.now()


def test_one_asks_for_all(world: World, provider: Provider, page: str) -> None:
    agree(world, provider, page)
    provider.slow, provider.rotates = 0.3, True
    world.move_clock(timedelta(minutes=58, seconds=1))
    before = len(provider.asked)
    assert len(set(world.at_once(lambda _: bearer(world), 6))) == 1
    assert len(provider.asked) == before + 1
    world.move_clock(timedelta(hours=1))
    assert bearer(world) in provider.access  # the refresh token that came with it is used


ILL = [
    (500, b""), (200, b"no json"), (200, b"[1]"), (200, b'{"access_token": "a b"}'), (200, b'{"access_token": "a\\u0001b"}'),
    (200, b'{"expires_in": 5}'), (400, b'{"error": "temporarily_unavailable"}'), (302, b""), (429, b"{}"),
]  # fmt: skip


def test_an_ill_provider_ends_no_consent(world: World, provider: Provider, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(world, provider, page)
    world.move_clock(timedelta(hours=2))
    for provider.ill in ILL:
        with pytest.raises(oauth.NoToken):
            bearer(world)
    provider.ill = None
    monkeypatch.setattr(oauth, "WAIT_SECONDS", 0.3)
    with world.app.app_context():
        held = consent.hold(inbox_id(world))  # by somebody who died
        assert held is not None
        with pytest.raises(oauth.NoToken):
            bearer(world)
    world.move_clock(timedelta(minutes=1))
    assert bearer(world) in provider.access
    with world.app.app_context():  # the dead one comes back: what it knows counts no more
        consent.end(inbox_id(world), "an older lease", "x")
    assert (grant(world).problem, grant(world).lease_token) == ("", "")


def test_a_lost_consent_is_told(world: World, provider: Provider, page: str) -> None:
    with pytest.raises(oauth.ConsentNeeded):
        bearer(world)
    agree(world, provider, page)
    provider.more = {"refresh_token_expires_in": 5 * 24 * 3600}
    world.move_clock(timedelta(hours=2))
    bearer(world)
    assert "The consent ends soon" in world.client("admin").get(page).text
    used = next(iter(provider.refresh))
    provider.revoke()
    world.move_clock(timedelta(hours=2))
    for _ in range(2):
        with pytest.raises(oauth.ConsentNeeded):
            bearer(world)
    assert grant(world).problem == "consent"
    assert grant(world).problem_words == "invalid_grant no good: …"
    assert used not in grant(world).problem_words
    assert provider.asked[-1]["grant_type"] == "refresh_token"


def test_tokens_go_to_nobody_they_were_not_given_for(world: World, provider: Provider, page: str) -> None:
    form = {"address": ACCOUNT, "name": "Help", "active": "1", "imap_host": "127.0.0.1", "imap_port": "1", "imap_security": "none"}
    form |= provider.fields
    for change, kept in (({"name": "x"}, True), ({"imap_host": "evil.example.com"}, False), ({"smtp_host": "evil.example.com"}, False),
                         ({"token_url": "https://evil.example.com/"}, False), ({"scope": "everything"}, False)):  # fmt: skip
        assert world.post(world.client("admin"), page, form).location == page
        agree(world, provider, page)
        assert world.post(world.client("admin"), page, form | change).location == page
        assert bool(grant(world).refresh_token) == bool(grant(world).access_token) == kept, change


def test_a_provider_that_may_not_be_asked(world: World, provider: Provider, page: str) -> None:
    client = world.client("admin")
    come_back(world, client, provider.agree(led_to(world, client, page)))
    world.app.extensions["helpdesk"] = replace(world.app.extensions["helpdesk"], egress_allow=())
    with world.app.app_context():
        oauth.exchange_codes()
    assert (grant(world).problem, grant(world).code, provider.asked) == ("consent", "", [])
    with pytest.raises(egress.Forbidden), world.app.app_context():
        egress.fetch(provider.url("/token"))
