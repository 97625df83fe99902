"""Outgoing mail: right in every program, and never a header that was not meant (safety F1, S12)."""

import email
import re
from datetime import UTC, datetime
from email import policy
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import compose_headers
from channels.email.compose import Outgoing, Quoted, UnsafeHeader, compose
from channels.email.compose_html import page_of_text
from channels.email.parse import parse
from helpdesk.folding import direction_of

BASE = {"from_name": "الدعم", "from_address": "support@example.com", "to": [("ليلى", "layla@example.com")], "subject": "Re: طلب 10",
    "text": "مرحبا",
        "message_id": "m-1@example.com", "date": datetime(2025, 6, 3, 7, 20, 30, tzinfo=UTC)}
BREAKS = [
    "\r\n", "\n", "\r", "%0d%0a", "\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x00", "\r\n ", "\n\t", "=0D=0A", "\\r\\n",
    "\r\n\r\n", "\ud800",
]
EVIL = "Bcc: eve@example.org"
WORDS = [
    "=?utf-8?q?Hi=0D=0ABcc=3A_eve=40example.org?=", "=?utf-8?b?SGkNCkJjYzogZXZlQGV4YW1wbGUub3Jn?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=3D0D=3D0ABcc=3A_eve=3F=3D?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=3D3D=3D3Futf-8=3D3Fq=3D3F=3D3D0D=3D3D0ABcc=3D3A_e=3D3F=3D3D=3F=3D?=", "=?utf-8?q?a=0A=0Ab?=",
    "=?us-ascii?q?=0D?=", "=?utf-16?b?AA0ACgBCAGMAYwA6?=", "=?utf-7?q?+AA0ACg-Bcc:?=", "=?x?q?=0A?=", "=?utf-8?q?", "?=", "=?",
    "a" * 3_000, "م" * 3_000, "\u202eevil\u202c", '"', "\\", '","<', "<eve@example.org>", "a, eve@example.org", "a; b: c", "(", ")" * 100,
    "\t", "", " ", "🙂" * 200, "é=?utf-8?q?=0A?=",
]
PAYLOADS = [f"Hi{mark}{EVIL}" for mark in BREAKS] + [f"{mark}{EVIL}{mark}{mark}body" for mark in BREAKS] + [f"م{mark}{word}" for mark,
    word in product(BREAKS[:9], WORDS[:18])] + WORDS
FIELDS = [
    "from_name", "subject", "to_name", "cc_name", "file_name", "file_type", "in_reply_to", "references", "text", "html", "reply_to",
    "message_id", "from_address", "to_address",
]


def outgoing(**changes: object) -> Outgoing:
    return Outgoing(**{**BASE, **changes})  # type: ignore[arg-type]


def with_payload(where: str, payload: str) -> Outgoing:
    changes: dict[str, object] = {
        "to_name": {"to": [(payload, "layla@example.com")]}, "cc_name": {"cc": [(payload, "omar@example.com")]},
        "file_name": {"attachments": [(payload, "application/pdf", b"x")]}, "file_type": {"attachments": [("a.pdf", payload, b"x")]},
        "references": {"references": [payload, "a@example.com"]}, "to_address": {"to": [("Layla", payload)]},
    }.get(where, {where: payload})  # type: ignore[assignment]
    return outgoing(**changes)


def names(content: bytes) -> list[str]:
    return [name.lower() for part in email.message_from_bytes(content, policy=policy.compat32).walk() for name in part]


@pytest.mark.parametrize("where", FIELDS)
def test_no_value_makes_a_header(where: str) -> None:
    attached = where.startswith("file_")
    plain = names(compose(outgoing(attachments=[("a.pdf", "application/pdf", b"x")] if attached else [])))
    optional = {"cc_name": ["cc"], "in_reply_to": ["in-reply-to", "references"], "references": ["references"],
        "reply_to": ["reply-to"]}.get(where, [])
    for payload in PAYLOADS:
        try:
            content = compose(with_payload(where, payload))
        except UnsafeHeader:
            assert where in ("reply_to", "message_id", "from_address", "to_address"), payload
            continue
        assert sorted(name for name in names(content) if name not in optional) == sorted(plain), payload
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
        assert max(map(len, content.split(b"\r\n"))) <= 998


@given(st.sampled_from(FIELDS[:7]), st.text(alphabet=st.one_of(st.sampled_from("\r\n\0\t =?_:;<>\"\\(),.@qb%+-0DAءم\u2028\u0085"),
    st.characters()), max_size=60))
@settings(max_examples=300, deadline=None)
def test_nor_does_any_text(where: str, payload: str) -> None:
    content = compose(with_payload(where, payload))
    assert b"\nbcc:" not in content.lower()
    assert names(content).count("subject") == 1


def test_without_its_guard_a_mail_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second guard alone: a field with a break inside is found when the mail is read again."""
    monkeypatch.setattr(compose_headers, "subject", lambda value: ("Subject", b"Subject: x\r\nBcc: eve@example.org\r\n"))
    with pytest.raises(UnsafeHeader):
        compose(outgoing())


def test_a_field_takes_no_break() -> None:
    with pytest.raises(UnsafeHeader):
        compose_headers.field("X", ["a\r\nb"])


def test_it_reads_back() -> None:
    files = [("فاتورة رقم ١٠ لشهر يونيو.pdf", "application/pdf", b"%PDF"), ('a "b".txt', "text/plain", b"x")]
    found = parse(compose(outgoing(cc=[("Omar, O.", "omar@example.com")], in_reply_to="<q@example.com>", references=["p@example.com"],
        attachments=files,
                                   reply_to="support+t@example.com")))
    assert (found["subject"], found["from"]) == ("Re: طلب 10", {"name": "الدعم", "address": "support@example.com"})
    assert found["to"] == [{"name": "ليلى", "address": "layla@example.com"}]
    assert found["cc"] == [{"name": "Omar, O.", "address": "omar@example.com"}]
    assert found["reply_to"] == [{"name": "", "address": "support+t@example.com"}]
    assert (found["message_id"], found["in_reply_to"], found["references"]) == ("m-1@example.com", "q@example.com",
        ["p@example.com", "q@example.com"])
    assert (found["text"], found["date"], found["sender"]["verified_form"]) == ("مرحبا", "2025-06-03T07:20:30+00:00", True)
    assert [(file["name"], file["content"]) for file in found["attachments"]] == [("فاتورة رقم ١٠ لشهر يونيو.pdf", b"%PDF"),
        ("a 'b'.txt", b"x")]


def test_other_programs_read_the_file_name() -> None:
    message = email.message_from_bytes(compose(outgoing(attachments=[("فاتورة طويلة جدا جدا جدا.pdf", "application/pdf", b"x")])),
        policy=policy.default)
    assert [part.get_filename() for part in message.iter_attachments()] == ["فاتورة طويلة جدا جدا جدا.pdf"]


def test_arabic_has_its_direction_and_language() -> None:
    content = compose(outgoing(text="مرحبا\n\nHello"))
    message = email.message_from_bytes(content, policy=policy.default)
    page = message.get_body(("html",)).get_content()
    assert message["Content-Language"] == "ar"
    assert re.search(r'<p dir="rtl"[^>]*text-align:right[^>]*>مرحبا</p>', page)
    assert re.search(r'<p dir="ltr"[^>]*>Hello</p>', page)
    assert message.get_body(("plain",)).get_content().split() == ["مرحبا", "Hello"]


def test_text_is_never_markup() -> None:
    page = page_of_text('<script>alert(1)</script> https://example.com/?a=1&b="x', "en")
    assert "<script>" not in page
    assert '<a href="https://example.com/?a=1&amp;b=" dir="ltr">' in page


def test_given_markup_is_made_safe() -> None:
    assert b"onerror" not in compose(outgoing(html="<p onerror=x>hi</p><script>x</script>"))


@pytest.mark.parametrize(("text", "expected"), [
    ("مرحبا", "rtl"), ("Hello", "ltr"), ("123 مرحبا", "rtl"), ("- a", "ltr"), ("123", "ltr"), ("שלום", "rtl"),
])
def test_direction(text: str, expected: str) -> None:
    assert direction_of(text) == expected


def test_an_automatic_mail_says_so() -> None:
    assert parse(compose(outgoing(automatic=True)))["auto_submitted"] == "auto-generated"
    answer = compose(outgoing(automatic=True, in_reply_to="q@example.com"))
    assert b"Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n" in answer
    assert b"auto-submitted" not in compose(outgoing()).lower()


@pytest.mark.parametrize("address", [
    "", "layla", "layla@", "@example.com", "a b@example.com", "a@b@example.com", "<a@example.com>", "a@example.com,b@example.com",
    "ليلى@example.com", "a@example.com\r\nBcc: x@example.org", "a..b@example.com", "a@" + "b" * 300 + ".com", '"a"@example.com',
])
def test_an_address_that_is_none_stops_the_mail(address: str) -> None:
    with pytest.raises(UnsafeHeader):
        compose(outgoing(to=[("x", address)]))


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert b"<layla@xn--" in compose(outgoing(to=[("Layla", "layla@مثال.com")]))


def test_long_threads_keep_the_first_and_the_last() -> None:
    found = parse(compose(outgoing(references=[f"{number}@example.com" for number in range(200)],
        in_reply_to="last@example.com")))["references"]
    assert (len(found), found[0], found[-1]) == (100, "0@example.com", "last@example.com")


def test_pictures_and_what_was_said_before() -> None:
    """RFC 2387: the picture belongs to the HTML, which names it by its id; the history is quoted in both forms, and folded away again."""
    history = [
        Quoted("في 3 يونيو 2025 الساعة 10:20، كتب ليلى:", "أين طلبي؟\n> قديم"),
        Quoted("في 2 يونيو 2025 الساعة 9:00، كتب سارة:", "Hello"),
    ]
    content = compose(outgoing(text="مرحبًا ليلى", pictures=[("صورة.png", "image/png", b"\x89PNG")], history=history))
    message = email.message_from_bytes(content, policy=policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    html, image = message.get_body(("html",)).get_content(), list(message.walk())[-1]
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in html
    assert (image.get_filename(), image.get_content_disposition()) == ("صورة.png", "inline")
    plain = message.get_body(("plain",)).get_content()
    assert "\n> أين طلبي؟\n> > قديم\n" in plain.replace("\r", "")
    assert html.count("<blockquote") == 2
    assert parse(content)["reply_text"] == "مرحبًا ليلى\n\n[صورة.png]"


@pytest.mark.parametrize("text", [
    "plain", "café " * 40, "ع" * 500, "x" * 5_000, "From here\n.\n..\n", "a\r\nb\rc", "\t\n\n", "", "line \nend  ",
])
def test_any_text_arrives(text: str) -> None:
    content = compose(outgoing(text=text))
    sent = text.replace("\r\n", "\n").replace("\r", "\n")
    message = email.message_from_bytes(content, policy=policy.default)
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n") == sent.rstrip("\n")
    assert max(map(len, content.split(b"\r\n"))) <= 998
