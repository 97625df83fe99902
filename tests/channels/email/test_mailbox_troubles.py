"""What is wrong with a mailbox, in one word and the server's own; and what is done there beside fetching."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientError

from channels.email import imap, imap_wire
from channels.email.mailbox_move import move
from channels.email.mailbox_watch import Pace
from helpdesk import clock
from helpdesk.actions.drain_outbox import drain
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import reply
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Delivery, Message, RawMessage
from tests.channels.email.mailbox_desk import SUPPORT, Boxes, letter, mailbox_now, raws
from tests.dovecot import Dovecot
from tests.factories import kinds, messages, writing
from tests.servers import free_port, until
from tests.tcp_proxy import TcpProxy

SECRET = "a secret word"


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port where somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_problems_are_told_apart(
    boxes: Boxes, nobody: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(imap_wire, "SILENT_SECONDS", 1.0)
    port, closed = boxes.post.port, free_port()
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({}, "", ""),
        ({"password": "wrong word"}, "login", "Authentication failed"),
        ({"port": closed}, "refused", "refused"),
        ({"port": nobody}, "timeout", ""),
        ({"port": boxes.post.lmtp_port}, "protocol", ""),
        ({"host": "no-such-host.invalid"}, "name", ""),
        ({"folder": "Nowhere"}, "folder", "Nowhere"),
        ({"security": "tls"}, "tls", ""),
        ({"port": boxes.post.tls_port, "security": "tls"}, "tls", "self-signed"),
        ({"security": "starttls"}, "tls", "self-signed"),
        ({"secret": "bm90IHNlYWxlZCBieSB1cyBhdCBhbGwgYW5kIGxvbmc="}, "login", "password must be typed again"),
    ]
    for changes, problem, words in cases:
        box = boxes.add(**changes)
        boxes.look()
        until(lambda box=box: bool(mailbox_now(box).swept_at or mailbox_now(box).failures), f"{changes}", 10)  # type: ignore[misc]
        found = mailbox_now(box)
        assert (found.problem, words.lower() in found.problem_words.lower()) == (problem, True), (changes, found.problem_words)
        assert SECRET not in found.problem_words
        with transaction() as session:
            session.delete(session.get_one(type(found), box))
        boxes.look()
    told = imap.trouble_of(IMAPClientError(f"b'NO {SECRET} is wrong'"), "login", imap.Login(SUPPORT, SECRET))
    assert (told.problem, told.words) == ("login", "NO … is wrong")
    assert SECRET not in caplog.text
    assert "wrong word" not in caplog.text
    boxes.desk.app.extensions["helpdesk"] = boxes.desk.app.extensions["helpdesk"].__class__.from_environ({})
    with pytest.raises(imap.Trouble, match="forbidden"):
        imap.check(imap.Server("127.0.0.1", port, "none"), imap.Login(SUPPORT, SECRET))


def test_tls_is_verified_by_name(boxes: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(boxes.post.ca))
    imap.tls.cache_clear()
    try:
        for security, port in (("tls", boxes.post.tls_port), ("starttls", boxes.post.port)):
            imap.check(imap.Server("127.0.0.1", port, security), imap.Login(SUPPORT, SECRET))
            monkeypatch.setattr("helpdesk.egress.resolve", lambda host, port: "127.0.0.1")
            with pytest.raises(imap.Trouble, match=r"tls: .*not valid for 'mail.example.com'"):
                imap.check(imap.Server("mail.example.com", port, security), imap.Login(SUPPORT, SECRET))
            monkeypatch.undo()
            monkeypatch.setenv("SSL_CERT_FILE", str(boxes.post.ca))
    finally:
        imap.tls.cache_clear()


def test_failures_grow_and_are_forgotten_when_it_works_again(boxes: Boxes) -> None:
    with TcpProxy(boxes.post.port) as proxy:
        proxy.refuse()
        box = boxes.add(port=proxy.port)
        boxes.look()
        until(lambda: mailbox_now(box).failures >= 3, "failed three times", 10)
        assert (mailbox_now(box).problem, mailbox_now(box).failing_since is not None) == ("refused", True)
        proxy.heal()
        until(lambda: mailbox_now(box).failures == 0, "works again", 10)
        assert (mailbox_now(box).problem, mailbox_now(box).problem_words, mailbox_now(box).failing_since) == ("", "", None)


def test_a_server_can_neither_hold_us_nor_fill_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte now and then, words without end, a literal of a gigabyte."""
    monkeypatch.setattr(imap_wire, "COMMAND_SECONDS", 0.5)
    monkeypatch.setattr(imap_wire, "COMMAND_BYTES", 1_000_000)
    many, abort = b"* OK and so on\r\n" * 1000, imap_wire.Wire.abort
    for words, pause, error in ((b".", 0.05, TimeoutError), (many, 0.0, ConnectionError), (b"", 0.0, abort)):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            wire = imap_wire.Wire.__new__(imap_wire.Wire)
            wire.most = imap_wire.COMMAND_BYTES
            wire.take(ours, None)
            threading.Thread(target=say, args=(theirs, words, pause), daemon=True).start()
            begun = time.monotonic()
            with pytest.raises(error):
                listen(wire, for_ever=bool(words))
            assert time.monotonic() - begun < 10


def listen(wire: imap_wire.Wire, for_ever: bool) -> None:
    while for_ever and wire.readline():
        pass
    wire.read(2**30)


def say(line: socket.socket, words: bytes, pause: float) -> None:
    """Until nobody listens, or for three seconds."""
    end = time.monotonic() + 3
    try:
        while words and time.monotonic() < end:
            line.sendall(words)
            time.sleep(pause)
    except OSError:
        pass


def test_done_mails_are_moved_away_where_that_is_wanted(boxes: Boxes) -> None:
    boxes.post.deliver(SUPPORT, letter("old and done"), letter("old and waiting"), letter("new and done"))
    box = boxes.add(move_to="Done", move_after_days=7)
    boxes.look()
    boxes.come(3)
    fates = zip([raw.id for raw in raws()], (("done", 8), ("received", 8), ("done", 1)), strict=True)
    with transaction() as session:
        for raw_id, (state, days) in fates:
            row = session.get_one(RawMessage, raw_id)
            row.state, row.received_at = state, clock.now() - timedelta(days=days)
    until(lambda: mailbox_now(box).problem == "folder", "there is no such folder")
    assert mailbox_now(box).failures == 0, "fetching goes on"
    with boxes.login() as person:
        person.create_folder("Done")
        until(lambda: mailbox_now(box).removed == 1, "moved")
        person.noop()
        assert (person.search(), mailbox_now(box).problem, boxes.adds_up(box)) == ([2, 3], "", True)
        person.select_folder("Done")
        assert [b"old and done" in item[b"BODY[]"] for item in person.fetch([1], ["BODY[]"]).values()] == [True]


@pytest.mark.parametrize(("capabilities", "left"), [("IMAP4rev1 UIDPLUS", [2, 3]), ("IMAP4rev1", [1, 2, 3])])
def test_servers_that_cannot_move(capabilities: str, left: list[int]) -> None:
    """Copied and expunged by number, so that what another program flagged as deleted stays; without that nothing is done."""
    with Dovecot({SUPPORT: SECRET}, more=f"protocol imap {{\n  imap_capability = {capabilities}\n}}\n") as post:
        post.deliver(SUPPORT, *(letter(f"{number}") for number in range(3)))
        with post.login(SUPPORT) as person:
            person.create_folder("Done")
            person.select_folder("INBOX")
            person.delete_messages([2])
            move(person, [1], "Done")
            assert person.search() == left


def test_the_sent_folder_proves_an_uncertain_answer(boxes: Boxes) -> None:
    desk = boxes.desk
    tickets = [desk.ticket(), desk.ticket()]
    for ticket in tickets:
        reply(desk.viewer("admin"), ticket, writing(ticket))
    with transaction() as session:
        for message in session.query(Message).where(Message.kind == "outgoing"):
            message.release_at = clock.now()
    release_due()
    drain()
    with transaction() as session:
        for delivery in session.query(Delivery):
            delivery.state, delivery.data_started_at = "uncertain", clock.now()
    sent, _ = [messages(ticket)[-1].external_id for ticket in tickets]
    with boxes.login() as person:
        person.append("Sent", f"Message-ID: <{sent}>\r\nSubject: Re: Printer\r\n\r\nHello\r\n".encode())
    box = boxes.add()
    boxes.look()
    boxes.swept(box)
    until(lambda: "delivery_resolved" in kinds(tickets[0]), "proved")
    db.session.remove()
    assert [row.state for row in db.session.query(Delivery).order_by(Delivery.id)] == ["sent", "uncertain"]
    assert raws() == [], "the Sent folder is read by nobody"


def test_a_server_without_idle_is_asked_again_and_again(boxes: Boxes) -> None:
    with Dovecot({SUPPORT: SECRET}, more="protocol imap {\n  imap_capability = IMAP4rev1\n}\n") as post:
        boxes.watchers.pace = Pace(sweep=240, poll=0.3)
        boxes.add(port=post.port)
        boxes.look()
        time.sleep(0.5)
        post.deliver(SUPPORT, letter("not announced"))
        boxes.come(1, 3)
        boxes.watchers.end()
