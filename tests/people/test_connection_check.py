"""The test of an inbox's servers against servers that are really broken, and a password that must be found nowhere."""

import base64
import logging
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.email import connection_check, imap, imap_wire
from helpdesk import egress
from helpdesk.actions import inboxes
from helpdesk.extensions import Base, db, redis_connection
from helpdesk.models import ConnectionCheck
from tests.dovecot import Dovecot
from tests.mail_server import MailServer, context_of
from tests.people.conftest import World
from tests.servers import free_port

USER, WORD = "help@example.com", "canary/9xQ+é-طائر-passphrase"
NAME = "help@example.com"
CODED = [base64.b64encode(word.encode()).decode().rstrip("=") for word in (WORD, f"\0{NAME}\0{WORD}")]


@pytest.fixture(scope="module")
def post() -> Iterator[Dovecot]:
    with Dovecot({USER: WORD}) as server:
        yield server


@pytest.fixture
def trusted(post: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The servers' certificates are good."""
    monkeypatch.setenv("SSL_CERT_FILE", str(post.ca))
    yield from forgotten()


@pytest.fixture
def untrusted() -> Iterator[None]:
    yield from forgotten()


def forgotten() -> Iterator[None]:
    """What is known of authorities is read anew, before and after."""
    for _ in range(2):
        egress.tls.cache_clear()
        imap.tls.cache_clear()
        if not _:
            yield


def given(
    imap_port: int = 0, smtp_port: int = 0, imap_security: str = "starttls", smtp_security: str = "starttls", **more: str,
) -> dict[str, str]:
    """The form; both servers are on this machine."""
    return {
        "address": NAME, "name": "Help", "test": "1", "active": "1",
        "imap_host": "localhost", "imap_port": str(imap_port), "imap_security": imap_security, "imap_password": WORD,
        "smtp_host": "localhost", "smtp_port": str(smtp_port), "smtp_security": smtp_security, "smtp_login": "same",
    } | more  # fmt: skip


def save(world: World, form: dict[str, str], *allowed: int) -> str:
    """The inbox with these servers, which the operator allows; its page."""
    doors = tuple(f"localhost:{port}" for port in allowed)
    world.app.extensions["helpdesk"] = replace(world.app.extensions["helpdesk"], egress_allow=doors)
    number = len(world.rows(select(ConnectionCheck)))
    client = world.client("admin")
    return str(world.post(client, "/inboxes", form | {"address": f"{number}-{NAME}", "imap_username": NAME}).location)


def problems(world: World, form: dict[str, str], *allowed: int) -> tuple[str, str]:
    """What is found, and that the page says it in words."""
    page = save(world, form, *allowed)
    with world.app.app_context():
        connection_check.drain()
    check = world.rows(select(ConnectionCheck).order_by(ConnectionCheck.inbox_id))[-1]
    shown = unescape(re.sub(r"<[^>]+>", "", world.client("admin").get(f"{page}/check").text))
    assert check.done_at is not None
    assert shown.count("Trying to") == 0
    assert check.imap_problem == "forbidden" or all(words in shown for words in (check.imap_words, check.smtp_words)), shown
    assert not [word for word in (WORD, *CODED) if word in shown + check.imap_words + check.smtp_words]
    return check.imap_problem, check.smtp_problem


def test_what_works_is_said(world: World, post: Dovecot, trusted: None) -> None:
    context = context_of(post.folder)
    with MailServer({"PLAIN": WORD}, context) as upgraded, MailServer({"LOGIN": WORD}, context, at_once=True) as at_once:
        ports = (post.port, post.tls_port, upgraded.port, at_once.port)
        assert problems(world, given(post.port, upgraded.port), *ports) == ("", "")
        assert problems(world, given(post.tls_port, at_once.port, "tls", "tls"), *ports) == ("", "")
        assert upgraded.mails == []
        assert upgraded.heard[-4:] == ["PLAIN", "MAIL", "RSET", "QUIT"]


def test_what_is_wrong_is_said(world: World, post: Dovecot, trusted: None) -> None:
    context = context_of(post.folder)
    with ExitStack() as stack:
        good = stack.enter_context(MailServer({"PLAIN": WORD}, context))
        plain = stack.enter_context(MailServer({"PLAIN": WORD}))
        full, over = (stack.enter_context(MailServer({"PLAIN": WORD}, context, says={"MAIL": says})) for says in (
            "452 4.2.2 Mailbox full", "421 4.7.0 Too many connections"))
        echoing = stack.enter_context(MailServer({"PLAIN": "other"}, context, echoes=True))
        closed = free_port()
        everything = (post.port, post.tls_port, good.port, plain.port, full.port, over.port, echoing.port, closed)
        cases: list[tuple[dict[str, str], tuple[str, str]]] = [
            (given(post.port, good.port, imap_host="nowhere.invalid", smtp_host="nowhere.invalid"), ("name", "name")),
            (given(closed, closed), ("refused", "refused")),
            (given(post.port, plain.port, "tls", "tls"), ("tls", "tls")),
            (given(post.port, plain.port), ("", "tls")),
            (given(post.port, echoing.port, imap_password=WORD[:-1]), ("login", "login")),
            (given(post.port, full.port, imap_folder="Nowhere"), ("folder", "quota")),
            (given(plain.port, post.port, "none", "none"), ("protocol", "protocol")),
            (given(post.port, over.port), ("", "quota")),
        ]
        found = [(form, problems(world, form, *everything)) for form, _expected in cases]
        assert [problem for _form, problem in found] == [expected for _form, expected in cases]
        assert problems(world, given(post.port, good.port)) == ("forbidden", "forbidden")


def test_silence_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_wire, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(connection_check, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as hole:
        silent = int(hole.getsockname()[1])
        for security in ("none", "starttls", "tls"):
            assert problems(world, given(silent, silent, security, security), silent) == ("timeout", "timeout")


def test_no_password_over_a_plain_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "is_allowed", lambda *_: True)  # as if it were a public server
    with MailServer({"PLAIN": WORD}) as server:
        assert problems(world, given(server.port, server.port, "none", "none")) == ("tls", "tls")
        assert "AUTH" not in server.heard


def test_a_certificate_nobody_knows(world: World, post: Dovecot, untrusted: None) -> None:
    with MailServer({"PLAIN": WORD}, context_of(post.folder)) as server:
        assert problems(world, given(post.tls_port, server.port, "tls"), post.tls_port, server.port) == ("tls", "tls")
        assert "AUTH" not in server.heard


def test_a_password_is_found_nowhere(
    world: World, ground: dict[str, str], post: Dovecot, trusted: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with MailServer({"PLAIN": "other"}, context_of(post.folder), echoes=True) as server:
        assert problems(world, given(post.port, server.port), post.port, server.port) == ("", "login")
    form, client = given(post.port, 1), world.client("admin")
    shown = [client.get("/inboxes").text, client.get("/health").text, world.post(client, "/inboxes", form | {"address": "x"}).text]
    shown += [world.post(client, f"/inboxes/{number}", form | {"smtp_port": "x"}).text for number in (1, 2)]
    monkeypatch.setattr(inboxes, "write", broken)
    failed = world.post(client, "/inboxes", form)
    assert (failed.status_code, "Fault number" in failed.text) == (500, True)
    assert "RuntimeError" in caplog.text
    with world.app.app_context():
        kept = [str(row) for table in Base.metadata.sorted_tables for row in db.session.execute(table.select()).all()]
        redis = redis_connection()
        kept += [str(redis.dump(key)) + str(key) for key in redis.scan_iter()]
        assert len(list(redis.scan_iter())) > 0
    files = [path.read_bytes().decode("latin-1") for path in Path(ground["HELPDESK_DATA"]).rglob("*") if path.is_file()]
    everywhere = "\n".join([*shown, failed.text, caplog.text, *kept, *files])
    spelt: list[Callable[[str], str]] = [str, repr, lambda word: word.encode().decode("latin-1"), lambda word: ascii(word)[1:-1]]
    assert not [word for word in (WORD, *CODED) for spell in spelt if spell(word) in everywhere]


def broken(*_: Any) -> None:
    raise RuntimeError("a fault of ours")
