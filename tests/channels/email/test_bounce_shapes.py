"""Notices of non-delivery in the words of 80 mail systems, and mails that only speak of such things.

tests/mail/shapes/bounces.txt: `== name => address status permanent`, then the mail. The status is the beginning of the right one; "any"
stands for what the notice leaves open. tests/mail/shapes/no-bounces.txt: `== name`, then the mail.
"""

from typing import Any

import pytest

from channels.email.parse import parse
from tests.channels.email.samples import sections

BOUNCES, OTHERS = sections("bounces"), sections("no-bounces")


def read(mail: str) -> dict[str, Any]:
    """The mail as it would arrive."""
    return parse(f"To: support@example.com\nContent-Type: text/plain; charset=utf-8\n{mail}".encode())


@pytest.mark.parametrize("shape", BOUNCES)
def test_who_was_not_reached_and_why(shape: str) -> None:
    address, status, permanent = shape.rpartition(" => ")[2].split()
    found = read(BOUNCES[shape])
    bounce = found["bounce"]
    assert [one["address"] for one in bounce["recipients"]] == [address]
    assert status == "any" or bounce["recipients"][0]["status"].startswith(status)
    assert permanent == "any" or bounce["permanent"] is (permanent == "yes")
    assert (found["auto_reply"], found["forwarded"]) == (None, None)


@pytest.mark.parametrize("shape", OTHERS)
def test_who_speaks_of_deliveries_is_no_bounce(shape: str) -> None:
    assert read(OTHERS[shape])["bounce"] is None


def test_a_notice_inside_a_notice() -> None:
    inner = ("Content-Type: multipart/report; report-type=delivery-status; boundary=i\n\n--i\n\nSorry.\n--i\n"
             "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
             "Final-Recipient: rfc822; omar@example.net\nAction: failed\nStatus: 5.1.1\n--i--\n")  # fmt: skip
    raw = ("From: MAILER-DAEMON@mx.example.com\nSubject: Returned mail: User unknown\nTo: support@example.com\n"
           "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nThe original message was received today.\n\n"
           "----- The following addresses had permanent delivery errors -----\n\n--o\nContent-Type: message/rfc822\n\n"
           f"{inner}\n--o--\n")  # fmt: skip
    bounce = parse(raw.encode())["bounce"]
    assert bounce == {"permanent": True, "recipients": [{"address": "omar@example.net", "status": "5.1.1", "permanent": True}]}
