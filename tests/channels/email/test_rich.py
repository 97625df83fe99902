"""What stands in a mail beside its text: events, signatures, and the files that Outlook packs into one."""

import base64
from hashlib import sha256
from typing import Any

import pytest

from channels.email import parse_signature
from channels.email.parse import parse
from channels.email.parse_calendar import read_events
from channels.email.tnef import files_of
from tests.channels.email.rich_mails import INVITATION, calendar_mail, signed_mail, tnef, tnef_mail

EVENT = {"summary": "", "start": "", "end": "", "location": "", "organizer": "", "method": ""}


def calendar(*lines: str) -> str:
    return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + "".join(f"{line}\r\n" for line in lines) + "END:VEVENT\r\nEND:VCALENDAR\r\n"


def test_an_invitation_is_an_event_and_a_file() -> None:
    found = parse(calendar_mail())
    assert found["calendar"] == [{
        "summary": "زيارة الفني, الطابق الثاني", "start": "2027-03-05T07:00:00+00:00", "end": "2027-03-05T08:30:00+00:00",
        "location": "Olaya Street 5 Riyadh", "organizer": "Saleh, Noura <noura@example.com>", "method": "REQUEST",
    }]
    assert (found["text"], [file["name"] for file in found["attachments"]]) == ("Please come.", ["attachment.ics"])
    twice = calendar_mail(INVITATION + INVITATION.replace("METHOD:REQUEST\n", ""), "; method=REQUEST")
    assert len(parse(twice)["calendar"]) == 1, "the same event is told once"


def test_times_of_events() -> None:
    cases: dict[tuple[str, ...], tuple[str, str]] = {
        ("DTSTART:20270305T100000Z", "DTEND:20270305T110000Z"): ("2027-03-05T10:00:00+00:00", "2027-03-05T11:00:00+00:00"),
        ("DTSTART;TZID=Asia/Riyadh:20270305T100000", "DURATION:PT1H30M"): ("2027-03-05T07:00:00+00:00", "2027-03-05T08:30:00+00:00"),
        ("DTSTART;TZID=Arab Standard Time:20270305T100000",): ("2027-03-05T07:00:00+00:00", ""),
        ('DTSTART;TZID="W. Europe Standard Time":20270705T100000',): ("2027-07-05T08:00:00+00:00", ""),
        ("DTSTART;TZID=/example.org/20070129_1/Europe/Berlin:20270105T100000",): ("2027-01-05T09:00:00+00:00", ""),
        ("DTSTART;TZID=Nowhere:20270305T100000",): ("2027-03-05T10:00:00", ""),
        ("DTSTART:20270305T100000", "DTEND:20270305T113000"): ("2027-03-05T10:00:00", "2027-03-05T11:30:00"),
        ("DTSTART;VALUE=DATE:20270305", "DTEND;VALUE=DATE:20270307"): ("2027-03-05", "2027-03-07"),
        ("DTSTART;VALUE=DATE:20270305", "DURATION:P1D"): ("2027-03-05", "2027-03-06"),
        ("DTSTART:20271345T100000", "SUMMARY:x"): ("", ""),
        ("DTSTART:99991231T235959Z", "DURATION:P9999W"): ("9999-12-31T23:59:59+00:00", ""),
        ("DTSTART;TZID=../../etc/passwd:20270305T100000",): ("2027-03-05T10:00:00", ""),
    }
    for lines, wanted in cases.items():
        event = read_events(calendar(*lines))[0]
        assert (event["start"], event["end"]) == wanted, lines


@pytest.mark.parametrize("text", [
    "", "BEGIN:VCALENDAR", calendar(), "BEGIN:VEVENT\nEND:VEVENT", "END:VEVENT\n" * 1000, "BEGIN:VEVENT\nSUMMARY:x\n" * 1000,
    calendar("DTSTART" + ";A=b" * 100_000 + ":20270305T100000"), calendar('SUMMARY;X="' + "a" * 1_000_000 + ":x"),
    ":" * 1_000_000, "A;" * 500_000, "\r\n ".join("x" * 500_000),
])
def test_no_calendar_is_no_event(text: str) -> None:
    assert read_events(text) == []


def test_events_are_few() -> None:
    assert len(read_events(calendar("SUMMARY:x") * 1000)) <= 20


def changed(mail: bytes) -> bytes:
    return mail.replace(b"Order 7", b"Order 8")


def test_signatures() -> None:
    apart, inside = signed_mail(), signed_mail(apart=False)
    blob = base64.b64decode(inside.partition(b"\r\n\r\n")[2])
    head = inside.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    at = blob.index(b"Order 7")
    tampered = head + base64.encodebytes(blob[:at] + b"Order 8" + blob[at + 7:])
    cases = {
        "valid": [apart, inside, apart.replace(b"\r\n", b"\n")],
        "invalid": [changed(apart), tampered],
        "unchecked": [
            apart.replace(b"pkcs7-signature", b"pgp-signature"), apart.replace(b"MII", b"AAA"), inside.replace(b"MII", b"MIIA"),
            b"Subject: x\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nx",
            changed(apart).replace(b"--s--", b"--s\r\n\r\nx\r\n--s--"),
            b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + apart.partition(b"1.0\r\n")[2] + b"\r\n--o\r\n\r\nx\r\n--o--",
        ],
        "": [b"Subject: x\r\n\r\nx", head.replace(b"signed-data", b"enveloped-data") + b"MAA=", calendar_mail()],
    }
    for wanted, mails in cases.items():
        for number, mail in enumerate(mails):
            assert parse(mail)["signature"] == wanted, (wanted, number)
    assert parse(apart)["text"] == parse(inside)["text"] == "Order 7 is late."
    assert parse(tampered)["text"] == "Order 8 is late."


def test_without_openssl_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for mail in (signed_mail(), changed(signed_mail()), signed_mail(apart=False)):
        assert (parse(mail)["signature"], parse(mail)["text"][:6]) == ("unchecked", "Order ")


def test_an_openssl_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(parse_signature, "SECONDS", 0.3)
    assert parse(signed_mail("x" * 300_000))["signature"] == "unchecked"


def test_what_a_signature_carries_is_read_however_it_is_wrapped() -> None:
    def wrapped(tag: int, content: bytes) -> bytes:  # without a length, as those write it who stream
        return bytes([tag, 0x80]) + content + b"\0\0"

    oid = bytes.fromhex("06092a864886f70d010702")
    data = bytes.fromhex("06092a864886f70d010701")
    octets = wrapped(0x24, b"\x04\x03abc" + b"\x04\x03def")
    signed = wrapped(0x30, b"\x02\x01\x01" + b"\x31\x00" + wrapped(0x30, data + wrapped(0xA0, octets)))
    assert parse_signature.carried(wrapped(0x30, oid + wrapped(0xA0, signed))) == b"abcdef"
    for broken in (b"", b"\x30", b"\x30\x80" * 5_000, b"\x30\x84\xff\xff\xff\xff", wrapped(0x30, oid), b"\x24\x80" * 40, b"\x1f" * 50):
        assert parse_signature.carried(broken) == b""


def test_what_outlook_packed() -> None:
    photo = b"\x89PNG\r\n\x1a\n\0\r\n\0\0\0"
    for by_properties in (False, True):
        blob = tnef([("خطة العمل.txt", b"a\r\nb\r\n"), ("scan.png", photo), ("empty", b"")], by_properties=by_properties)
        found = parse(tnef_mail(blob))["attachments"]
        assert [(file["name"], file["content"]) for file in found[:2]] == [("خطة العمل.txt", b"a\nb\n"), ("scan.png", photo)]
        assert found[1]["sha256"] == sha256(photo).hexdigest(), "not a zero at its end is lost"
        names = ["خطة العمل.txt", "scan.png", "empty"]
        for end in range(0, len(blob), 7):  # cut anywhere, it is read as far as it goes
            found = [file.name for file in files_of(blob[:end])]
            assert found[:-1] == names[: len(found)][:-1]
            assert all(map(is_begun, found, names))
            assert len(found) <= len(names)
        assert [file.name for file in files_of(blob + b"\0garbage")] == ["خطة العمل.txt", "scan.png", "empty"]
    assert [file["name"] for file in parse(tnef_mail(b"no such file"))["attachments"]] == ["winmail.dat"]
    assert len(files_of(tnef([("x", b"")] * 5_000))) == 500


def is_begun(name: str, whole: str) -> bool:
    """As much of a name as was there, but for half a letter at its end."""
    return whole.startswith(name.rstrip("\ufffd"))


def test_mails_within_mails_end() -> None:
    blob = tnef([("leaf.bin", b"\0")])
    for _ in range(20):
        blob = tnef([("mail", blob)], by_properties=True).replace(b"\x03\0\x05\x37\x01\0\0\0", b"\x03\0\x05\x37\x05\0\0\0")
    assert 1 < len(files_of(blob)) < 20
