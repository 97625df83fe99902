"""The page of an inbox: what its form may change, and what becomes of its passwords."""

from typing import Any

from sqlalchemy import select

from helpdesk import vault
from helpdesk.models import ConnectionCheck, Inbox, Mailbox, OAuthGrant, team_inbox
from tests.people.conftest import NOW, World, changed, columns

IMAP, SMTP = "imap-canary-9Qx", "smtp-canary-4Zt"
GIVEN = {
    "address": "Returns@Example.com", "name": "Returns", "language": "ar",
    "imap_host": "imap.example.com", "imap_port": "٩٩٣", "imap_security": "tls", "imap_username": "returns", "imap_password": IMAP,
    "start": "2026-11-01", "backfill_from": "2026-10-01", "move_to": "Done", "move_after_days": "14",
    "smtp_host": "smtp.example.com", "smtp_port": "587", "smtp_security": "starttls", "smtp_login": "own", "smtp_username": "sender",
    "smtp_password": SMTP, "plus_addressing": "1", "authserv_id": "MX.example.com", "acknowledge": "1", "promise_hours": "24",
    "quote_history": "1", "agents_forward": "1",
}  # fmt: skip
CONSENT = {"imap_password": "", "smtp_login": "same", "sign_in": "google", "client_id": "ours", "client_secret": SMTP}
HOSTILE = {
    "id": "77", "channel": "sms", "smtp": '{"host": "evil"}', "smtp_secret": "x", "secret": "x",
    "problem": "x", "lease_token": "x", "uidvalidity": "1",
    "on_server": "1", "failures": "9", "created_at": "2020-01-01", "refresh_token": "x", "access_token": "x", "code": "x", "done_at": "x",
}  # fmt: skip


def save(world: World, path: str = "/inboxes", **changes: Any) -> Any:
    return world.post(world.client("admin"), path, GIVEN | {"active": "1"} | changes)


def one(world: World, table: Any) -> Any:
    """The newest row."""
    return world.rows(select(table).order_by(getattr(table, "id", None) or table.inbox_id).limit(50))[-1]


def made(world: World, **changes: Any) -> str:
    """An inbox; its page."""
    assert save(world, **changes).status_code == 302
    return f"/inboxes/{one(world, Inbox).id}"


def test_everything_on_one_page(world: World) -> None:
    assert save(world, **HOSTILE, team_id=str(world.ids["team"])).status_code == 302
    inbox, mailbox = one(world, Inbox), one(world, Mailbox)
    assert inbox.smtp == {
        "host": "smtp.example.com", "port": 587, "security": "starttls", "login": "own", "username": "sender"}  # fmt: skip
    told = (inbox.address, inbox.channel, inbox.language, inbox.plus_addressing, inbox.authserv_id, inbox.active, inbox.promise_hours)
    assert told == ("returns@example.com", "email", "ar", True, "mx.example.com", True, 24)
    assert (inbox.acknowledge, inbox.quote_history, inbox.agents_forward, inbox.team_id) == (True, True, True, world.ids["team"])
    assert inbox.id in world.rows(select(team_inbox.c.inbox_id).where(team_inbox.c.team_id == world.ids["team"]))
    told = (mailbox.host, mailbox.port, mailbox.security, mailbox.username, mailbox.folder, mailbox.move_to, mailbox.move_after_days)
    assert told == ("imap.example.com", 993, "tls", "returns", "INBOX", "Done", 14)
    assert [str(when) for when in (mailbox.start_at, mailbox.backfill_from)] == ["2026-10-31 21:00:00+00:00", "2026-09-30 21:00:00+00:00"]
    assert (mailbox.lease_token, mailbox.uidvalidity, mailbox.failures, mailbox.problem) == ("", None, 0, "")
    with world.app.app_context():
        assert (vault.unseal(mailbox.secret, "imap"), vault.unseal(inbox.smtp_secret, "smtp")) == (IMAP, SMTP)
    assert not world.rows(select(OAuthGrant))


def test_a_little_is_enough_and_everything_can_go(world: World) -> None:
    page = made(world)
    bare = {"address": "returns@example.com", "name": "Returns"}
    assert world.post(world.client("admin"), page, bare).status_code == 302
    inbox = one(world, Inbox)
    assert (inbox.smtp, inbox.smtp_secret, inbox.active, inbox.team_id, inbox.authserv_id) == ({}, "", False, None, "")
    assert not world.rows(select(Mailbox))
    preset = {"provider": "google", "imap_password": IMAP, "smtp_login": "same"}
    assert world.post(world.client("admin"), page, bare | preset).status_code == 302
    inbox, mailbox = one(world, Inbox), one(world, Mailbox)
    assert (mailbox.host, mailbox.port, mailbox.username, inbox.authserv_id) == ("imap.gmail.com", 993, inbox.address, "mx.google.com")
    assert (inbox.smtp["host"], inbox.smtp["port"], inbox.smtp["login"], inbox.smtp_secret) == ("smtp.gmail.com", 465, "same", "")


def test_passwords_are_kept_and_never_shown(world: World) -> None:
    page = made(world)
    before, sealed = one(world, Mailbox), one(world, Inbox).smtp_secret
    kept = {"imap_password": "", "smtp_password": ""}
    assert save(world, page, **kept, name="Other", imap_port="1993", start="2026-11-02").status_code == 302
    assert changed(columns(before), columns(one(world, Mailbox))) == {"port", "start_at"}
    assert one(world, Inbox).smtp_secret == sealed
    refused = save(world, page, address="x")
    for text in (world.client("admin").get(page).text, world.client("admin").get("/inboxes").text, refused.text):
        assert not [secret for secret in (IMAP, SMTP, before.secret, sealed) if secret in text]
    assert refused.status_code == 422


def test_a_known_password_goes_to_no_other_server(world: World) -> None:
    page = made(world)
    kept = {"imap_password": "", "smtp_password": ""}
    cases = [
        ({"imap_host": "evil.example.com"}, "imap_password"), ({"imap_username": "root"}, "imap_password"),
        ({"imap_security": "none"}, "imap_password"), ({"smtp_host": "evil.example.com"}, "smtp_password"),
        ({"smtp_username": "root"}, "smtp_password"), ({"smtp_security": "none"}, "smtp_password"),
    ]  # fmt: skip
    before = [columns(one(world, table)) for table in (Inbox, Mailbox)]
    for change, field in cases:
        answer = save(world, page, **kept | change)
        assert (answer.status_code, f'id="f-{field}-problem"' in answer.text) == (422, True), change
    assert before == [columns(one(world, table)) for table in (Inbox, Mailbox)]
    page = made(world, address="other@example.com", smtp_login="same")
    assert save(world, page, **kept, address="other@example.com", smtp_login="same", smtp_host="evil.example.com").status_code == 422


def test_another_account_is_another_mailbox(world: World) -> None:
    page = made(world)
    ids = [one(world, Mailbox).id]
    for change in ({"imap_username": "other"}, {"imap_folder": "Sales"}, {"imap_host": "imap.example.net"}, {"imap_host": ""}, {}):
        assert save(world, page, **change).status_code == 302
        ids += [mailbox.id for mailbox in world.rows(select(Mailbox))]
        assert len(world.rows(select(Mailbox))) == (change.get("imap_host") != "")
    assert ids == sorted(set(ids))


def test_the_day_it_began_stays_the_moment_it_was(world: World) -> None:
    page = made(world, start="", backfill_from="")
    began = one(world, Mailbox).start_at
    assert f'value="{NOW.date()}"' in world.client("admin").get(page).text
    for start, expected in ((str(NOW.date()), began), ("", began), ("2026-11-21", NOW.replace(day=20, hour=21))):
        assert save(world, page, start=start, backfill_from="").status_code == 302
        assert one(world, Mailbox).start_at == expected, start


def test_consent(world: World) -> None:
    page = made(world, **CONSENT)
    grant, mailbox = one(world, OAuthGrant), one(world, Mailbox)
    assert (grant.provider, grant.client_id, grant.token_url) == ("google", "ours", "https://oauth2.googleapis.com/token")
    assert (mailbox.secret, one(world, Inbox).smtp["login"]) == ("", "same")
    assert SMTP not in world.client("admin").get(page).text
    own = {"sign_in": "other", "authorize_url": "https://id.example.com/ask", "token_url": "https://id.example.com/token", "scope": "mail"}
    assert 'id="f-client_secret-problem"' in save(world, page, **CONSENT | own | {"client_secret": ""}).text
    for name in ("authorize_url", "token_url"):
        for wrong in ("http://id.example.com/", "javascript:alert(1)", "https://a@id.example.com/", "x", "file:///etc/passwd"):
            assert f'id="f-{name}-problem"' in save(world, page, **CONSENT | own | {name: wrong}).text, (name, wrong)
    assert save(world, page, **CONSENT | own).status_code == 302
    assert one(world, OAuthGrant).token_url == "https://id.example.com/token"
    assert save(world, page).status_code == 302
    assert not world.rows(select(OAuthGrant))


WRONG = [
    ("address", "x"), ("address", "support@example.com"), ("name", ""), ("imap_host", "http://x"), ("imap_port", "0"), ("smtp_port", "x"),
    ("imap_security", "x"), ("smtp_login", "x"), ("start", "yesterday"), ("backfill_from", "2026-11-01"), ("move_after_days", ""),
    ("move_to", ""), ("move_to", "INBOX"), ("promise_hours", "-1"), ("promise_hours", "999"), ("language", "fr"), ("sign_in", "x"),
    ("imap_password", "a\nb"), ("imap_password", ""), ("smtp_password", ""), ("client_id", ""), ("imap_host", ""),
]  # fmt: skip


def test_problems_stand_at_their_fields(world: World) -> None:
    for field, value in WRONG:
        more = CONSENT if field == "client_id" else {"smtp_login": "same"} if (field, value) == ("imap_host", "") else {}
        answer = save(world, **more | {field: value})
        where = "smtp_login" if (field, value) == ("imap_host", "") else field
        assert (answer.status_code, f'id="f-{where}-problem"' in answer.text) == (422, True), (field, value)
        assert len(world.rows(select(Inbox))) == 1


def test_a_test_is_asked_for_and_belongs_to_what_was_tested(world: World) -> None:
    page = made(world)
    assert not world.rows(select(ConnectionCheck))
    assert save(world, page, test="1").location == page
    first = one(world, ConnectionCheck)
    assert (first.inbox_id, first.done_at) == (one(world, Inbox).id, None)
    assert "every 1s" in world.client("admin").get(page).text
    assert "every 1s" in world.client("admin").get(f"{page}/check").text
    with world.app.app_context():
        from helpdesk.actions import connection_check

        connection_check.settle(first.inbox_id, "an older test", ("login", "x"), ("", ""))
        assert one(world, ConnectionCheck).done_at is None
        connection_check.settle(first.inbox_id, first.token, ("login", "NO <b>"), ("", ""))
    text = world.client("admin").get(f"{page}/check").text
    assert "every 1s" not in text
    assert "NO &lt;b&gt;" in text
    assert save(world, page).status_code == 302
    assert not world.rows(select(ConnectionCheck))


def test_only_admins(world: World) -> None:
    page = made(world)
    for who in ("supervisor", "agent"):
        for path in ("/inboxes", "/inboxes/new", page, f"{page}/check", f"{page}/backfill", f"{page}/consent", "/inboxes/consent"):
            assert world.client(who).get(path).status_code == 404, path
        for path in ("/inboxes", page, f"{page}/consent", "/inboxes/consent"):
            assert world.post(world.client(who), path, GIVEN).status_code == 404, path
