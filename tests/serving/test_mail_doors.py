"""The practice post office and LMTP: 250 only after the commit, and nothing lost when it cannot be kept."""

import smtplib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from channels.email.listener import subject_of
from helpdesk.actions.transaction import transaction
from helpdesk.models import Desk
from tests.servers import until
from tests.serving.doors import MAIL, Door, practice_mails, raws


def test_a_mail_to_an_inbox_is_kept_as_it_came(door: Door) -> None:
    assert door.send(["Support+r1-abc@example.com"]) == {}
    raw, = raws()
    assert (raw.content, raw.source, raw.state) == (MAIL, "practice", "received")
    assert (raw.envelope_from, raw.envelope_to) == ("sara@example.com", "Support+r1-abc@example.com")
    assert practice_mails() == []


def test_a_mail_to_customers_goes_to_their_post_office(door: Door) -> None:
    door.send(["sara@example.com", "omar@example.sa", "support@example.com"], sender="")
    mail, = practice_mails()
    assert (mail.content, mail.envelope_to, mail.subject) == (MAIL, ["sara@example.com", "omar@example.sa"], "مرحبا")
    assert [raw.envelope_from for raw in raws()] == [""]


def test_an_inbox_that_is_closed_is_nobodys(door: Door) -> None:
    door.send(["closed@example.com"])
    assert raws() == []
    assert len(practice_mails()) == 1


def test_a_desk_in_earnest_is_nobodys_post_office(door: Door) -> None:
    with transaction() as session:
        session.get_one(Desk, 1).demo = False
    assert door.send(["support@example.com", "sara@example.com"]).keys() == {"sara@example.com"}
    assert practice_mails() == []
    assert len(raws()) == 1


def test_smuggled_ends_are_one_mail(door: Door) -> None:
    """CVE-2024-27305: only CRLF.CRLF ends a mail."""
    body = b"Subject: one\r\n\r\na\n.\nMAIL FROM:<x@example.com>\nRCPT TO:<support@example.com>\nDATA\nSubject: two\n\nb\n.\r\nc\r.\rd\r\n"
    with socket.create_connection(("127.0.0.1", door.practice), timeout=30) as line:
        for command in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@example.com>", b"DATA"):
            line.sendall(command + b"\r\n")
            line.recv(4096)
        line.sendall(body + b".\r\nQUIT\r\n")
        answers = b""
        while chunk := line.recv(4096):
            answers += chunk
    raw, = raws()
    assert raw.content == body
    assert b"250 2.0.0 Kept" in answers


def test_thirty_megabytes_and_a_line_of_one(door: Door) -> None:
    big = MAIL + b"x" * 1_000_000 + b"\r\n" + (b"y" * 76 + b"\r\n") * 400_000
    door.send(["support@example.com"], big)
    raw, = raws()
    assert raw.size == len(big)


def test_too_large_is_refused_before_and_after_the_data(open_door: Callable[..., Door]) -> None:
    door = open_door("MOST_BYTES=1000")
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        door.send(["support@example.com"], MAIL + b"x" * 2000)
    assert refused.value.smtp_code == 552
    answers = door.lmtp_session(b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@example.com>", b"RCPT TO:<support+x@example.com>", b"DATA",
                                b"x" * 900, b"x" * 900, b".")
    assert answers.count(b"552 ") == 2  # RFC 2033: one for each recipient
    assert raws() == []


def test_lmtp_answers_each_recipient(door: Door) -> None:
    answers = door.lmtp_session(
        b"MAIL FROM:<>", b"RCPT TO:<support@example.com>", b"RCPT TO:<nobody@example.com>", b"RCPT TO:<support+x@example.com>", b"DATA",
        b"Subject: x", b"", b"y", b".")
    assert b"550 5.1.1" in answers
    assert answers.count(b"250 2.0.0 Kept") == 2
    assert [(raw.source, raw.envelope_from, raw.envelope_to) for raw in raws()] == [
        ("lmtp", "", "support@example.com"), ("lmtp", "", "support+x@example.com")]
    assert practice_mails() == []


def test_lmtp_takes_no_smtp_greeting(door: Door) -> None:
    with pytest.raises(smtplib.SMTPHeloError), smtplib.SMTP("127.0.0.1", door.lmtp, timeout=30) as line:
        line.ehlo_or_helo_if_needed()


def test_a_dead_database_is_later_never_lost(open_door: Callable[..., Door], tmp_path: Path) -> None:
    door = open_door(HELPDESK_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/helpdesk.db")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        door.send(["support@example.com"])
    assert refused.value.recipients["support@example.com"][0] == 451
    assert b"451 4.3.0" in door.lmtp_session(b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@example.com>")


def test_a_kill_before_the_commit_is_no_answer_and_one_after_it_keeps_the_mail(open_door: Callable[..., Door]) -> None:
    for point, kept in (("store_raw.before_commit:1", 0), ("store_raw.after_commit:1", 1)):
        door = open_door(HELPDESK_TEST_CRASH=point)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            door.send(["support@example.com"])
        until(lambda door=door: door.ended(), "killed", 10)  # type: ignore[misc]
        assert len(raws()) == kept


def test_too_many_connections_are_told_to_come_again(open_door: Callable[..., Door]) -> None:
    door = open_door("MOST_CONNECTIONS=2")
    lines = [socket.create_connection(("127.0.0.1", door.practice), timeout=30) for _ in range(2)]
    for line in lines:
        assert line.recv(3) == b"220"
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        door.send(["support@example.com"])
    assert refused.value.smtp_code == 421
    for line in lines:
        line.close()
    until(lambda: sends(door), "a line is free again", 10)


def sends(door: Door) -> bool:
    try:
        return door.send(["support@example.com"]) == {}
    except smtplib.SMTPConnectError:
        return False


def test_hostile_commands_end_in_words(door: Door) -> None:
    answers = door.lmtp_session(b"MAIL FROM:<" + b"(" * 480, b"RCPT TO:<" + b"(" * 480 + b">", b"\xff\xfe", b"MAIL", b"DATA", b"x" * 5000)
    assert b"Error" in answers or b"501" in answers
    assert b"Traceback" not in answers
    assert b"RecursionError" not in answers
    assert door.send(["support@example.com"]) == {}


def test_sigterm_ends_it(door: Door) -> None:
    idle = socket.create_connection(("127.0.0.1", door.practice), timeout=30)
    assert idle.recv(3) == b"220"
    assert door.stop() == 0
    idle.close()


def test_subject_is_read_from_the_head_alone() -> None:
    assert subject_of(b"To: a\r\nSubject: one\r\n two\r\n\r\nSubject: body") == "one two"
    assert subject_of(b"To: a\r\n\r\nSubject: body") == ""
    assert subject_of(b"") == ""
    assert len(subject_of(b"Subject: " + b"x" * 10_000_000)) < 70_000
