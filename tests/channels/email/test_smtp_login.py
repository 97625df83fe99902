"""Signing in before a mail is handed in: by which way, over which line, and what is known when it does not work."""

import base64
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels import delivery
from channels.channel import Accepted, Refused, SurelyNotAccepted
from channels.email import smtp
from channels.email.outgoing import server_of
from channels.email.scrub import scrubbed
from channels.email.smtp_login import LoginRefused, Unprotected
from helpdesk import egress
from helpdesk.actions import drain_outbox, inboxes
from helpdesk.actions.inbox_servers import Line, Sending
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import reply
from helpdesk.extensions import db
from helpdesk.models import Delivery, Inbox
from tests.dovecot import make_certificate
from tests.factories import Clock, SmallDesk, writing
from tests.mail_server import MailServer, context_of

MAIL, WORD, TOKEN = b"Subject: x\r\n\r\nHello\r\n", "كلمة-canary=8Kd/+", "ya29." + "t0ken-canary" * 120


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder)
    return folder


@pytest.fixture
def trust(app: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """The test's own authority is one of the machine's; what a server needs for its side."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    egress.tls.cache_clear()
    yield context_of(certificate)
    egress.tls.cache_clear()


def allow(app: Any, *ports: int) -> None:
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=tuple(f"127.0.0.1:{port}" for port in ports))


def send(server: MailServer, security: str, host: str = "localhost", mark: bool = True, **login: str) -> Accepted:
    asked = smtp.Server(host, server.port, security, username="support@example.com", **login)
    return smtp.send(asked, "support@example.com", ["noura@example.com"], MAIL, lambda: mark)


def test_every_way_over_every_safe_line(app: Any, trust: ssl.SSLContext) -> None:
    cases = [  # what the server takes, our login, the way that is gone
        ({"PLAIN": WORD, "LOGIN": WORD}, {"password": WORD}, "PLAIN"), ({"LOGIN": WORD}, {"password": WORD}, "LOGIN"),
        ({"PLAIN": "x", "XOAUTH2": TOKEN}, {"bearer": TOKEN}, "XOAUTH2"),
        ({"XOAUTH2": TOKEN, "OAUTHBEARER": TOKEN}, {"bearer": TOKEN}, "OAUTHBEARER"),
        ({"XOAUTH2": "short"}, {"bearer": "short"}, "XOAUTH2"),
    ]  # fmt: skip
    for good, login, way in cases:
        for security, at_once in (("starttls", False), ("tls", True)):
            with MailServer(good, trust, at_once) as server:
                allow(app, server.port)
                assert send(server, security, **login).words == "Kept"
                assert [one for one in server.heard if one in good] == [way]
                assert server.mails == [MAIL]


def test_a_refused_login_is_tried_again_and_nothing_was_sent(app: Any, trust: ssl.SSLContext) -> None:
    cases: list[tuple[dict[str, str], dict[str, str], dict[str, str]]] = [
        ({"PLAIN": WORD}, {"password": "wrong"}, {}), ({"XOAUTH2": TOKEN}, {"bearer": "old"}, {}),
        ({"OAUTHBEARER": TOKEN}, {"bearer": "old"}, {}),
        ({"CRAM-MD5": WORD}, {"password": WORD}, {}), ({"PLAIN": WORD}, {"password": WORD}, {"AUTH": "534 5.7.9 App password required"}),
        ({"PLAIN": WORD}, {"password": WORD}, {"MAIL": "530 5.7.0 Authentication required"}),
        ({"PLAIN": WORD}, {"password": WORD}, {"RCPT": "535 5.7.3 Sign in first"}),
    ]  # fmt: skip
    for good, login, says in cases:
        with MailServer(good, trust, says=says) as server:
            allow(app, server.port)
            with pytest.raises(LoginRefused) as refused:
                send(server, "starttls", **login)
            assert not isinstance(refused.value, Refused), says
            assert server.mails == []


def test_no_secret_over_a_plain_line_and_no_words_with_it(app: Any, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer({"PLAIN": WORD}) as plain:
        for security in ("none", "starttls", "tls"):  # a server without TLS, or somebody in between who says so
            monkeypatch.setattr(egress, "resolve", lambda *_: "127.0.0.1")
            with pytest.raises(SurelyNotAccepted) as refused:
                send(plain, security, "mail.example.com", password=WORD)
            assert isinstance(refused.value, Unprotected) == (security == "none")
        assert "AUTH" not in plain.heard
        monkeypatch.undo()
        allow(app, plain.port)
        assert send(plain, "none", "127.0.0.1", password=WORD).words == "Kept"  # the operator names this very server
    for says in ({}, {"AUTH": "535 5.7.8 No"}, {"RCPT": "550 5.1.1 Nobody"}, {"DATA": "451 Later"}, {"RSET": "250 OK"}):
        with MailServer({"PLAIN": "other" if not says else WORD}, trust, says=says, echoes=True) as server:
            allow(app, server.port)
            try:
                words = send(server, "starttls", password=WORD).words
            except SurelyNotAccepted as refused:
                words = f"{refused.words} {refused}"
            assert not [coded for coded in (WORD, base64.b64encode(WORD.encode()).decode()) if coded in words], says
    assert WORD not in repr(smtp.Server("x", 1, password=WORD, bearer=TOKEN))


def test_words_are_scrubbed_however_they_are_coded() -> None:
    told = f"\0support@example.com\0{WORD}".encode()
    plain = base64.b64encode(told)
    for coded in (plain, base64.urlsafe_b64encode(told), base64.b64encode(b"xx" + told)[1:], plain.rstrip(b"=")):
        assert scrubbed(f"535 no: {coded.decode()}, sorry", WORD) == "535 no: …, sorry"
    assert scrubbed(f"535 {WORD}{WORD}", WORD, "") == "535 ……"
    assert scrubbed("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", WORD) == "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"


def test_certificates_are_verified(app: Any, certificate: Path) -> None:
    egress.tls.cache_clear()
    for at_once in (False, True):
        with MailServer({"PLAIN": WORD}, context_of(certificate), at_once) as server:
            allow(app, server.port)
            with pytest.raises(SurelyNotAccepted, match="SSL"):
                send(server, "tls" if at_once else "starttls", password=WORD)
            assert "AUTH" not in server.heard


def test_an_answer_waits_until_somebody_mends_the_login(app: Any, desk: SmallDesk, clock: Clock, trust: ssl.SSLContext) -> None:
    with MailServer({"PLAIN": WORD}, trust) as server:
        allow(app, server.port)

        def tried(password: str) -> tuple[str, str, int]:
            line = Line("localhost", server.port, "starttls", "support@example.com", password)
            servers = inboxes.Servers(sending=Sending(line, "own"))
            inboxes.edit(desk.ids["support"], inboxes.InboxChange("support@example.com", "Support", "", servers=servers))
            clock.move(hours=1)
            release_due()
            drain_outbox.drain()
            delivery.drain()
            sent = db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()
            return sent.state, sent.provider_words, len(server.mails)

        number = desk.ticket()
        reply(desk.viewer("rana"), number, writing(number))
        assert tried("wrong") == ("retry", "535 5.7.8 No", 0)
        assert tried(WORD) == ("sent", "Kept", 1)


def test_a_lost_key_asks_for_the_password_again(app: Any, desk: SmallDesk, trust: ssl.SSLContext) -> None:
    line = Line("localhost", 587, "starttls", "support@example.com", WORD)
    servers = inboxes.Servers(sending=Sending(line, "own"))
    inboxes.edit(desk.ids["support"], inboxes.InboxChange("support@example.com", "Support", "", servers=servers))
    app.extensions["keys"] = [b"x" * 32]
    with pytest.raises(LoginRefused, match="type the password again"):
        server_of(db.session.get_one(Inbox, desk.ids["support"]))
