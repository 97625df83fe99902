"""The steps of screening, one by one: what each says of a mail, and that no header of a stranger steers any of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from channels.email.parse import parse
from channels.email.screen import MOST_BYTES, ROW, screen
from channels.email.verdict import Context
from helpdesk import vault
from helpdesk.models.screening import STEPS
from tests.channels.email.samples import mail, read

OURS = "mx.example.com; dmarc=pass header.from=example.com"
KNOWN = Context(ours=frozenset({"support@example.com"}), authserv_id="mx.example.com", blocked=frozenset({"bad@example.net"}))
REPORT = """--b

Somebody complained.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Sample/1
Original-Rcpt-To: <layla@example.com>
--b--
"""
SPAM = {"authentication_results": OURS, "x_spam_flag": "YES"}
CASES: list[tuple[str, dict[str, str], list[str]]] = [  # (what, fields, [step:verdict])
    ("a person", {}, []),
    ("our inbox", {"from": "Support <SUPPORT@example.com>"}, ["own_mail:screened"]),
    ("our inbox with a detail", {"from": "support+x1@example.com"}, ["own_mail:screened"]),
    ("nearly our inbox", {"from": "support@example.com.evil.example"}, []),
    ("a Message-ID of ours", {"message_id": "<{minted}>"}, ["own_mail:screened"]),
    ("one that looks like ours", {"message_id": "<hd.1.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa@example.com>"}, []),
    ("our loop marker", {"x_helpdesk_loop": "{marker}"}, ["loop:screened"]),
    ("a loop marker without our key", {"x_helpdesk_loop": "a7-aaaaaaaaaaaaaaaaaaaaaaaaaa", "x_loop": "support@example.com"}, []),
    ("blocked", {"from": "Bad <BAD@example.net>"}, ["blocked:held"]),
    ("spam, says our server", SPAM, ["spam:held"]),
    ("spam by its status", {"authentication_results": OURS, "x_spam_status": "Yes, score=9.1"}, ["spam:held"]),
    ("spam by its level", {"authentication_results": OURS, "x_ms_exchange_organization_scl": "6"}, ["spam:held"]),
    ("no spam by its level", {"authentication_results": OURS, "x_ms_exchange_organization_scl": "1"}, []),
    ("no spam", {"authentication_results": OURS, "x_spam_status": "No, score=0.1", "x_spam_flag": "NO"}, []),
    ("spam, says a stranger's server", {"authentication_results": "mx.evil.example; dmarc=pass", "x_spam_flag": "YES"}, []),
    ("spam, says nobody's server", {"x_spam_flag": "YES"}, []),
    ("spam, said two servers ago", {"authentication_results": OURS, "received": "by a\nReceived: by b", "x_spam_flag": "YES"}, []),
    ("an answer by a program", {"auto_submitted": "auto-replied"}, ["auto_reply:marked"]),
    ("an absence note", {"auto_submitted": "auto-replied", "subject": "Out of office"}, ["absence:marked"]),
    ("a mail to a list", {"list_id": "<news.example.net>"}, ["bulk:marked"]),
    ("a mail to many", {"precedence": "bulk"}, ["bulk:marked"]),
    ("a newsletter", {"list_unsubscribe": "<https://example.net/u>"}, ["bulk:marked"]),
    ("no return path", {"return_path": "<>"}, ["machine:marked"]),
    ("a sender who reads nothing", {"from": "no-reply@example.net"}, ["machine:marked"]),
    ("one who asks for no answers", {"x_auto_response_suppress": "DR, OOF, AutoReply"}, ["machine:marked"]),
    ("one who asks for no receipts", {"x_auto_response_suppress": "DR, RN, NRN"}, []),
    ("blocked, and a list", {"from": "bad@example.net", "list_id": "<x.example>"}, ["blocked:held"]),
    ("a list and no return path", {"list_id": "<x.example>", "return_path": "<>"}, ["bulk:marked", "machine:marked"]),
    ("a receipt", {"content_type": 'multipart/report; report-type=disposition-notification; boundary="b"'}, ["auto_reply:marked"]),
    ("a complaint", {"content_type": 'multipart/report; report-type=feedback-report; boundary="b"'}, ["complaint:held"]),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    """An application that is nothing but its keys."""
    app = Flask("keys")
    app.extensions["keys"] = [b"k" * 32]
    with app.app_context():
        yield


def said(parsed: dict[str, Any], context: Context = KNOWN) -> list[str]:
    return [f"{verdict.step}:{verdict.verdict}" for verdict in screen(parsed, context)]


def made(fields: dict[str, str]) -> dict[str, Any]:
    """The parsed mail; what our keys make is put in."""
    ours = {"minted": vault.mint_message_id(7, "example.com"), "marker": vault.mint_loop_marker(7)}
    filled = {name: value.format(**ours) for name, value in fields.items()}
    body = REPORT if "feedback" in str(fields) else "--b\n\nHello\n--b--"
    return parse(mail(body, **({"from": "a@example.net"} | filled)))


def test_the_row_is_the_list_of_the_house() -> None:
    assert tuple(ROW) == STEPS


def test_every_step() -> None:
    found = [(what, said(made(fields))) for what, fields, _ in CASES]
    assert [one for one, (what, _, expected) in zip(found, CASES, strict=True) if one != (what, expected)] == []


def test_size_and_what_cannot_be_read() -> None:
    assert said({}, Context(size=MOST_BYTES + 1)) == ["too_large:held"]
    assert said(made({}), Context(size=MOST_BYTES)) == []
    assert said({}, Context(unreadable="too many parts")) == ["unreadable:quarantined"]


def test_bounces_count_for_what_our_keys_made() -> None:
    minted = vault.mint_message_id(7, "example.com")
    notice = read("bounce-unknown-user")
    assert said(notice) == ["bounce:held"]
    assert said(notice | {"returned_ids": ["hd.7.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa@example.com"]}) == ["bounce:held"]
    assert said(notice | {"returned_ids": ["x@example.net", minted]}) == ["bounce:screened"]


def test_where_a_returned_mail_names_itself() -> None:
    """Enclosed whole, enclosed as headers alone, written into the text, or only answered."""
    report = "From: MAILER-DAEMON@example.net\nSubject: Undelivered Mail Returned to Sender\n"
    kinds = {
        "message/rfc822": "Message-ID: <one@example.com>\nReferences: <older@example.com>\n\nText",
        "text/rfc822-headers": "References: <older@example.com>\nMessage-ID: <one@example.com>\n",
        "text/plain": "Your mail could not be delivered.\n\nMessage-ID: <one@example.com>\nTo: layla@example.com\n",
    }
    for kind, body in kinds.items():
        head = f"{report}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n"
        raw = f"{head}\n--b\n\nlayla@example.com: 550 5.1.1 no\n--b\nContent-Type: {kind}\n\n{body}\n--b--\n".replace("\n", "\r\n").encode()
        assert parse(raw)["returned_ids"][0] == "one@example.com", kind
    answered = f"{report}In-Reply-To: <one@example.com>\n\nlayla@example.com: 550 5.1.1 User unknown\n".replace("\n", "\r\n").encode()
    assert parse(answered)["returned_ids"] == ["one@example.com"]


def test_whoever_took_it_out_of_held_mail_wants_it() -> None:
    released = Context(ours=KNOWN.ours, blocked=KNOWN.blocked, released=True, size=MOST_BYTES + 1)
    assert said(made({"from": "bad@example.net", "list_id": "<x.example>"}), released) == ["bulk:marked"]
    assert said(made({"from": "support@example.com"}), released) == []
