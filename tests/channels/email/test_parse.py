"""What is read of a mail: each file under tests/mail is one lesson."""

from typing import Any

import pytest

from channels.email.parse import parse
from tests.channels.email.samples import FOLDER, mail, read

LESSONS: dict[str, dict[str, Any]] = {
    "reply-gmail-arabic": {"reply_text": "نعم، يناسبني يوم الأربعاء بعد العصر.", "in_reply_to": "answer-1@example.com", "language": "ar",
                           "references": ["first@example.com", "answer-1@example.com"], "forwarded": None, "subject": "رد: طلب الصيانة"},
    "reply-outlook-arabic": {"reply_text": "الرقم التسلسلي هو HD-5521.", "forwarded": None},
    "reply-outlook-english": {"reply_text": "It still leaks.", "forwarded": None, "language": "en"},
    "reply-below-the-quote": {"reply_text": "The third one, no lift."},
    "answers-between-the-quotes": {"reply_text": "88120\n\nYes, never opened."},
    "signature-of-a-phone-arabic": {"reply_text": "وصلت الشاشة مكسورة من الزاوية."},
    "signature-after-dashes": {"reply_text": "The screen came cracked."},
    "windows-1256-without-label": {"text": "لم يصل الطلب حتى الآن، أرجو الإفادة بالموعد الجديد."},
    "windows-1256-called-latin-1": {"text": "لم يصل الطلب حتى الآن، أرجو الإفادة بالموعد الجديد."},
    "utf-8-called-latin-1": {"text": "السعر ٢٠٠ ريال – هل يشمل الضريبة؟"},
    "latin-1-stays-latin-1": {"text": "Le prix a été affiché à tort, désolée pour le délai."},
    "letter-split-between-encoded-words": {"subject": "طلب استرجاع"},
    "subject-in-raw-bytes": {"subject": "طلب عاجل"},
    "html-alone-arabic": {"text": "السلام عليكم،\n\nأريد استبدال الخلاط فقط."},
    "alternative-inside-mixed": {"text": "Plain words.\n\nA footer of the list.", "html": "<p>Plain <i>words</i>.</p>", "attachments": []},
    "lines-that-flow": {"text": "One long line that the program has broken.\nAnd a short one."},
    "last-boundary-missing": {"text": "The end is missing."},
    "boundary-that-never-comes": {"text": "Just words, no parts."},
    "header-line-of-rubbish": {"subject": "Rubbish", "text": "Body."},
    "base64-cut-off": {"subject": "Cut"},
    "authentication-results-two": {"auth_results": ["mx.example.com; dkim=pass header.d=example.com", "forged.example.com; dkim=pass"]},
    "away-arabic": {"auto_reply": "subject"},
    "away-by-header": {"auto_reply": "auto-submitted", "auto_submitted": "auto-replied"},
    "customer-writes-of-office-chairs": {"auto_reply": None, "bounce": None},
    "customer-writes-of-failed-delivery": {"auto_reply": None, "bounce": None},
    "report-of-success": {"bounce": None},
}


@pytest.mark.parametrize("name", LESSONS)
def test_lesson(name: str) -> None:
    found = read(name)
    assert {key: found[key] for key in LESSONS[name]} == LESSONS[name]


def test_every_sample_is_read() -> None:
    for path in FOLDER.glob("*.eml"):
        assert parse(path.read_bytes())["subject"], path.name


def test_people_date_and_ids() -> None:
    found = read("reply-gmail-arabic")
    assert found["from"] == {"name": "ليلى", "address": "layla@example.com"}
    assert found["to"] == [{"name": "Support", "address": "support@example.com"}]
    assert found["date"] == "2025-06-03T07:20:30+00:00"
    assert found["message_id"] == "lesson@example.com"


def test_the_direction_of_a_page_is_kept() -> None:
    html = read("html-alone-arabic")["html"]
    assert html.startswith('<div dir="rtl">')
    assert "color" not in html
    assert "title" not in html


def test_files_have_their_names_and_bytes() -> None:
    file = read("file-name-arabic-rfc2231")["attachments"][0]
    assert (file["name"], file["content_type"], file["content"]) == ("فاتورة.pdf", "application/pdf", b"%PDF-1.4 not really\n")
    assert (file["size"], len(file["sha256"]), file["inline"]) == (20, 64, False)


def test_a_name_that_climbs_and_turns_is_made_plain() -> None:
    assert read("file-name-that-climbs-and-turns")["attachments"][0]["name"] == "fdp.exe"


def test_images_do_not_load_by_themselves() -> None:
    found = read("image-inside-html")
    assert '<img data-cid="photo@example.com">' in found["html"]
    assert 'data-remote-src="https://tracker.example.com/p.gif?u=1"' in found["html"]
    assert "src=" not in found["html"].replace("data-remote-src=", "")
    assert (found["attachments"][0]["content_id"], found["attachments"][0]["inline"]) == ("photo@example.com", True)


def test_an_enclosed_mail_is_a_file_with_its_own_bytes() -> None:
    file = read("mail-inside-a-mail")["attachments"][0]
    assert file["name"] == "The first mail.eml"
    assert file["content"] == b"From: Omar <omar@example.com>\r\nSubject: The first mail\r\nContent-Type: text/plain\r\n\r\nInside.\r\n"


@pytest.mark.parametrize("name", ["forward-gmail-arabic", "forward-outlook"])
def test_what_is_forwarded_is_told_apart(name: str) -> None:
    found = read(name)
    assert found["forwarded"]["from"]["address"] == "saad@example.com"
    assert found["reply_text"] in ("للعلم.", "Please look.")
    assert found["forwarded"]["text"] in ("الغسالة لا تعمل.", "The washer is dead.")


@pytest.mark.parametrize(("name", "status", "permanent"), [
    ("bounce-unknown-user", "5.1.1", True), ("bounce-delayed", "4.4.1", False), ("bounce-in-words", "5.2.2", True),
])
def test_bounces(name: str, status: str, permanent: bool) -> None:
    expected = {"address": "layla@example.com", "status": status, "permanent": permanent}
    assert read(name)["bounce"] == {"permanent": permanent, "recipients": [expected]}


def test_a_bounce_is_no_automatic_answer() -> None:
    assert read("bounce-unknown-user")["auto_reply"] is None


def test_nothing_at_all() -> None:
    found = parse(b"")
    assert (found["subject"], found["from"], found["text"], found["sender"]) == ("", None, "", {"address": None, "verified_form": False})


@pytest.mark.parametrize(("value", "expected"), [
    ("Tue, 3 Jun 2025 10:20:30 +0300", "2025-06-03T07:20:30+00:00"), ("3 Jun 25 10:20 GMT", "2025-06-03T10:20:00+00:00"),
    ("Tue, 3 Jun 2025 10:20:30 +0300 (Arabia Standard Time)", "2025-06-03T07:20:30+00:00"), ("yesterday", None), ("", None),
    ("Tue, 32 Jun 2025 10:20:30 +0300", None), ("Tue, 3 Jun 2025 10:20:60 +0000", "2025-06-03T10:20:59+00:00"), ("(((((((", None),
])
def test_dates(value: str, expected: str | None) -> None:
    assert parse(mail("", date=value))["date"] == expected
