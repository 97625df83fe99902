"""From raw mail to messages, with the real parser in its child: what belongs to a ticket, what is put aside, and who is believed."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels.email import intake
from helpdesk import search_index
from helpdesk.actions.raw import Held, store_raw
from helpdesk.extensions import db
from helpdesk.models import Attachment, Inbox, Message, RawMessage, Ticket
from helpdesk.queries.ledger import ledger_in
from helpdesk.vault import mint_message_id, mint_reply_token
from tests.channels.email.samples import mail
from tests.factories import SmallDesk, ticket

OURS = "mx.example.com; dmarc=pass header.from=example.sa"
BELIEVED: list[tuple[dict[str, str], bool]] = [
    ({"authentication_results": OURS}, True),
    ({"authentication_results": "mx.example.com; dkim=pass header.d=example.sa"}, True),
    ({"authentication_results": "mx.example.com; dkim=pass header.d=evil.example"}, False),
    ({"authentication_results": "mx.example.com; dkim=pass header.d=evil.example header.from=example.sa"}, False),
    ({"authentication_results": "mx.example.com; dkim=pass header.d=sa"}, False),
    ({"authentication_results": "mx.example.com; spf=pass smtp.mailfrom=noura@example.sa"}, False),
    ({"authentication_results": "mx.example.com; dmarc=fail header.from=example.sa"}, False),
    ({"authentication_results": "mx.example.com; dmarc=pass header.from=sa"}, False),
    ({"authentication_results": "mx.evil.example; dmarc=pass header.from=example.sa"}, False),
    ({"authentication_results": "mx.example.com.evil.example; dmarc=pass header.from=example.sa"}, False),
    ({"authentication_results": OURS, "from": "noura@example.sa, evil@example.net"}, False),
    ({"authentication_results": OURS, "from": "noura@example.sa]<evil@example.net>"}, False),
    ({"authentication_results": "mx.example.com; dmarc=none (dmarc=pass header.from=example.sa)"}, False),
    ({"authentication_results": 'mx.example.com; dmarc=fail reason="; dmarc=pass header.from=example.sa"'}, False),
    ({"authentication_results": 'mx.example.com; spf=pass smtp.mailfrom="a; dmarc=pass header.from=example.sa"@evil.example'}, False),
    ({"authentication_results": 'mx.example.com; spf=pass smtp.mailfrom="a;dmarc=pass header.from=example.sa'}, False),
    ({"authentication_results": "mx.example.com; spf=pass ((x); dmarc=pass header.from=example.sa)"}, False),
    ({"authentication_results": "mx.example.com (Postfix); dkim=pass (2048-bit key) header.d=example.sa"}, True),
    ({"subject": "x\nAuthentication-Results: mx.example.com"}, False),
    ({}, False),
]


def take(inbox_id: int, *contents: bytes, envelope_to: str = "") -> list[RawMessage]:
    """Stores the mails, drains, and returns what became of them."""
    ids = [store_raw(inbox_id, content, "pipe", "bounce@example.net", envelope_to) for content in contents]
    intake.drain()
    db.session.rollback()
    return list(db.session.scalars(select(RawMessage).where(RawMessage.id.in_(ids)).order_by(RawMessage.id)))


def message_of(raw: RawMessage) -> Message:
    return db.session.get_one(Message, raw.message_id)


def letter(number: int = 1, body: str = "My printer does not print.", **fields: str) -> bytes:
    return mail(body, **{"from": "Noura Saleh <noura@example.sa>", "message_id": f"<m{number}@example.sa>", "subject": "Printer"} | fields)


def test_a_mail_becomes_a_ticket(inbox: int) -> None:
    raw = take(inbox, letter(cc="Sami <sami@example.com>"))[0]
    message = message_of(raw)
    assert (raw.state, raw.reason, raw.lease_until) == ("done", "", None)
    assert (message.from_name, message.from_address, message.external_id) == ("Noura Saleh", "noura@example.sa", "m1@example.sa")
    assert (message.text.strip(), message.subject, message.verified) == ("My printer does not print.", "Printer", False)
    assert message.cc == [{"name": "Sami", "address": "sami@example.com"}]


def test_bad_ones_are_put_aside_and_take_no_other_with_them(inbox: int, desk: SmallDesk) -> None:
    parts = b"--b\r\n\r\nx\r\n" * 3000
    bomb = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts + b"--b--\r\n"
    own = letter(3, **{"from": "Support <Support+x@example.com>"})
    raws = take(inbox, letter(1), bomb, own, letter(4), b"", b"\0\xff" * 500)
    assert [raw.state for raw in raws][:4] == ["done", "quarantined", "screened", "done"]
    assert raws[1].reason
    assert raws[2].reason == "own_mail"
    assert all(raw.state in ("done", "quarantined") for raw in raws[3:])
    assert ledger_in().difference == 0


def test_one_that_trips_the_reader_goes_alone(inbox: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = intake.incoming_of

    def trips(raw: Held, inbox: Inbox, parsed: dict[str, Any], content: bytes, ours: frozenset[str]) -> Any:
        if b"poison" in content:
            raise LookupError
        return real(raw, inbox, parsed, content, ours)

    monkeypatch.setattr(intake, "incoming_of", trips)
    raws = take(inbox, letter(1), letter(2, "poison"), letter(3))
    assert [(raw.state, raw.reason) for raw in raws] == [("done", ""), ("quarantined", "not_read: LookupError"), ("done", "")]


def test_one_that_cannot_be_received_goes_alone(inbox: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = search_index.row

    def trips(ticket_id: int, message_id: int, *tokens: str) -> Any:
        if any("poison" in line for line in tokens):
            raise LookupError
        return real(ticket_id, message_id, *tokens)

    monkeypatch.setattr(search_index, "row", trips)
    raws = take(inbox, letter(1), letter(2, "poison"), letter(3))
    assert [(raw.state, raw.reason) for raw in raws] == [("done", ""), ("quarantined", "not_received: LookupError"), ("done", "")]


def test_a_database_in_trouble_is_no_fault_of_the_mail(inbox: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_incomings: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    with monkeypatch.context() as patch:
        patch.setattr(intake, "receive", away)
        for _outage in range(5):
            with pytest.raises(OperationalError):
                take(inbox, letter(1))
    intake.drain()
    db.session.rollback()
    assert [raw.state for raw in db.session.scalars(select(RawMessage).order_by(RawMessage.id))] == ["done"] + ["duplicate"] * 4


def test_the_same_mail_by_another_way_is_the_same(inbox: int) -> None:
    again = b"Received: from a by b;\r\n\tSun, 22 Nov 2026 09:00:00 +0000\r\nDelivered-To: support@example.com\r\n" + letter(1)
    changed = letter(1, "My printer does print.")
    assert [raw.state for raw in take(inbox, letter(1), again, changed, letter(1).replace(b"\r\n", b"\n"))] == [
        "done",
        "duplicate",
        "done",
        "duplicate",
    ]


def test_who_is_believed(inbox: int) -> None:
    """Only the topmost Authentication-Results of the named server, about the one address of From (RFC 8601, safety S8, F3)."""
    raws = take(inbox, *(letter(number, **fields) for number, (fields, _) in enumerate(BELIEVED)))
    wrong = [fields for raw, (fields, verified) in zip(raws, BELIEVED, strict=True) if message_of(raw).verified is not verified]
    assert wrong == []


def test_what_our_server_repeats_of_the_sender_is_no_result(inbox: int) -> None:
    """An envelope address may hold a semicolon in its quotes."""
    repeated = 'mx.example.com; spf=pass smtp.mailfrom="a; dmarc=pass header.from=example.sa"@evil.example'
    assert message_of(take(inbox, letter(authentication_results=repeated))[0]).verified is False


def test_only_the_named_server_on_top_is_believed(inbox: int) -> None:
    """What a sender wrote himself, or what another server on the way added, is no proof."""
    strangers = b"Authentication-Results: mx.other.example; dmarc=pass header.from=example.sa\r\n"
    ours = b"Authentication-Results: " + OURS.encode() + b"\r\n"
    raws = take(inbox, strangers + letter(1), strangers + ours + letter(2), ours + strangers + letter(3))
    assert [message_of(raw).verified for raw in raws] == [False, False, True]


@pytest.mark.parametrize("place", ["to", "cc", "envelope"])
def test_a_token_joins_wherever_our_address_stands(inbox: int, place: str) -> None:
    number = message_of(take(inbox, letter(1))[0]).ticket_id
    address = f"Support+{mint_reply_token(number, ticket(number).contact_id).upper()}@example.com"
    fields = {place: address} if place != "envelope" else {}
    raw = take(inbox, letter(2, "more", **fields), envelope_to=address if place == "envelope" else "")[0]
    assert message_of(raw).ticket_id == number


def test_a_token_at_anothers_address_is_nothing(inbox: int) -> None:
    number = message_of(take(inbox, letter(1))[0]).ticket_id
    token = mint_reply_token(number, ticket(number).contact_id)
    for address in (f"support+{token}@evil.example", f"other+{token}@example.com", f"x support+{token}@example.com.evil.example"):
        assert message_of(take(inbox, letter(2, address, to=address))[0]).ticket_id != number


def test_our_message_id_joins(inbox: int) -> None:
    number = message_of(take(inbox, letter(1))[0]).ticket_id
    minted = mint_message_id(number, "example.com")
    raws = take(
        inbox,
        letter(2, in_reply_to=f"<{minted}>"),
        letter(3, references=f"<x@y.example> <{minted}>"),
        letter(4, in_reply_to=f"<{minted}x>"),
    )
    assert [message_of(raw).ticket_id == number for raw in raws[:2]] == [True, True]


def test_no_header_steers_us(inbox: int) -> None:
    """Safety S7."""
    number = message_of(take(inbox, letter(1))[0]).ticket_id
    names = ("X-Helpdesk-Ticket", "X-Ticket-Id", "X-Loop", "X-Helpdesk-Status", "X-Helpdesk-Assignee", "X-Priority", "Importance")
    steering = b"".join(f"{name}: {number}\r\n".encode() for name in names)
    found = message_of(take(inbox, steering + letter(2, subject=f"Re: [#{number}] Printer"))[0])
    made = ticket(found.ticket_id)
    assert found.ticket_id != number
    assert (made.status, made.priority, made.assignee_id) == ("open", 1, None)


def test_files_lie_in_the_store_under_what_they_are(inbox: int) -> None:
    disposition = 'Content-Disposition: attachment; filename="../../a\u202egnp.svg"'
    body = f'--b\n\nHello\n--b\nContent-Type: image/png; name="x.png"\n{disposition}\n\n<svg/>\n--b--'
    message = message_of(take(inbox, letter(body=body, content_type='multipart/mixed; boundary="b"'))[0])
    file = db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)).one()
    assert file.content_type not in ("image/png", "image/svg+xml")
    assert "/" not in file.name
    assert "\u202e" not in file.name


def test_nobody_in_cc_gets_a_ticket_or_a_say(inbox: int) -> None:
    take(inbox, letter(cc="evil@example.net"))
    assert len(db.session.scalars(select(Ticket)).all()) == 1
    raw = take(inbox, letter(2, in_reply_to="<m1@example.sa>", **{"from": "evil@example.net"}))[0]
    assert message_of(raw).ticket_id != db.session.scalars(select(Ticket.id).order_by(Ticket.id)).first()
