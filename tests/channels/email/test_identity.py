"""Who a mail is from, whether it is another, and which ticket it names: as the house is told (safety F3, S2 to S8, S13)."""

from typing import Any

import pytest
from sqlalchemy import select, update

from channels.email import intake
from channels.email.authentication import authentication_of
from channels.email.identity import content_hash, tokens_in_addresses, tokens_in_text
from channels.email.parse import parse
from helpdesk.actions.raw import store_raw
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Inbox, Message, RawMessage
from helpdesk.vault import mint_reply_token
from tests.channels.email.samples import mail
from tests.factories import SmallDesk, kinds, messages, ticket

SAID = [  # what stands in Authentication-Results, the topmost first -> what we make of it for noura@example.sa
    (["mx.example.com; dmarc=pass header.from=example.sa"], "pass"),
    (["MX.Example.com 1; dkim=pass header.d=example.sa; dmarc=none"], "pass"),
    (["mx.example.com; dmarc=fail header.from=example.sa; dkim=pass header.d=evil.example"], "fail"),
    (["mx.example.com; dkim=fail header.d=example.sa; spf=none"], "fail"),
    (["mx.example.com; spf=fail smtp.mailfrom=example.sa"], "fail"),
    (["mx.example.com; dkim=permerror header.d=example.sa"], "fail"),
    (["mx.example.com; spf=pass smtp.mailfrom=example.sa; dmarc=none"], "unknown"),
    (["mx.example.com; none"], "unknown"),
    (["mx.other.example; dmarc=fail", "mx.example.com; dmarc=pass header.from=example.sa"], "unknown"),
    (["mx.other.example; dmarc=pass header.from=example.sa"], "unknown"),
    ([], "unknown"),
]
PLAIN, TWO_FACED = ({"address": "noura@example.sa", "verified_form": form} for form in (True, False))


def test_what_our_own_server_says() -> None:
    for results, said in SAID:
        assert authentication_of({"sender": PLAIN, "auth_results": results}, "mx.example.com") == said, results
        assert authentication_of({"sender": TWO_FACED, "auth_results": results}, "mx.example.com") != "pass", results
        assert authentication_of({"sender": PLAIN, "auth_results": results}, "") == "unknown", results


SENDERS = {
    "From: noura@example.sa": True, "From: Noura <noura@example.sa>": True, 'From: "Saleh, Noura" <noura@example.sa>': True,
    "From: =?utf-8?b?2YbZiNix2Kk=?= <noura@example.sa>": True, "From: noura@example.sa, eve@example.net": False,
    "From: noura@example.sa]<eve@example.net>": False, "From: <noura@example.sa>eve@example.net": False,
    "From: noura@example.sa\r\nFrom: eve@example.net": False, "X-From: noura@example.sa": False, "From: noura": False,
    "From: Noura <noura@example.sa> <eve@example.net>": False, "From: =?utf-8?q?noura=40example.sa?= <eve@example.net>": True,
}  # fmt: skip


def test_one_address_that_reads_one_way() -> None:
    wrong = [line for line, plain in SENDERS.items() if parse(f"{line}\r\n\r\nx".encode())["sender"]["verified_form"] is not plain]
    assert wrong == []


TRACES = [
    b"Received: from a by b;\r\n\tSun, 22 Nov 2026 09:00:00 +0000", b"Return-Path: <x@example.net>", b"Delivered-To: a@example.com",
    b"X-Original-To: b@example.com", b"DKIM-Signature: v=1; d=relay.example;\r\n b=abc", b"ARC-Seal: i=1; a=rsa-sha256",
    b"Authentication-Results: mx.example.com; dmarc=pass", b"List-Id: <all.example.com>", b"List-Unsubscribe: <mailto:x@example.com>",
    b"X-Spam-Status: No", b"X-Forwarded-To: c@example.com",
]  # fmt: skip


def test_the_way_of_a_mail_is_no_part_of_it() -> None:
    plain = mail("words", message_id="<1@example.sa>", subject="Printer")
    for trace in TRACES:
        assert content_hash(trace + b"\r\n" + plain) == content_hash(plain), trace
    assert content_hash(plain.replace(b"\r\n", b"\n")) == content_hash(plain)
    head, _, body = plain.partition(b"\r\n\r\n")
    assert content_hash(head.replace(b": ", b":  ") + b"\r\n\r\n" + body) == content_hash(plain), "folded anew by a relay"
    others = [plain.replace(b"words", b"wards"), plain.replace(b"Printer", b"Scanner"), b"Cc: x@example.net\r\n" + plain]
    assert content_hash(plain) not in map(content_hash, others)


def test_tokens_are_read_where_they_stand(app: Any) -> None:
    own = mint_reply_token(7, 8)
    forged = own[:-1] + ("a" if own[-1] != "a" else "b")
    ours = {"support@example.com", "parcels@example.com"}
    table = [
        ([f"support+{own}@example.com"], [own]), ([f" Parcels+{forged}@EXAMPLE.com "], [forged]),
        ([f"support+{own}@example.com", f"parcels+{own}@example.com"], [own]), ([f"support+{own}@other-desk.example"], []),
        ([f"other+{own}@example.com", "support+news@example.com", f"{own}@example.com"], []),
    ]  # fmt: skip
    assert [tokens_in_addresses(addresses, ours) for addresses, _ in table] == [tokens for _, tokens in table]
    assert tokens_in_text(f"On Sunday Support <support+{own.upper()}@example.com> wrote: +{forged}@example.com {own}") == [own]


@pytest.fixture
def door(inbox: int, desk: SmallDesk) -> SmallDesk:
    assert desk.ids["support"] == inbox
    return desk


def arrive(*mails: tuple[int, bytes], backfilled: bool = False) -> list[RawMessage]:
    """Stores (inbox, content) and drains; what became of each."""
    ids = [store_raw(inbox_id, content, "pipe", "x@example.net") for inbox_id, content in mails]
    with transaction() as session:
        session.execute(update(RawMessage).where(RawMessage.id.in_(ids)).values(backfilled=backfilled))
    intake.drain()
    db.session.rollback()
    return [db.session.get_one(RawMessage, number, populate_existing=True) for number in ids]


def made_of(raw: RawMessage) -> Message:
    return db.session.scalars(select(Message).where(Message.id == raw.message_id)).one()


def test_from_the_bytes_to_the_ticket(door: SmallDesk) -> None:
    """A mail to two inboxes by two roads; an answer to the token that arrives at the other inbox first; a subject and headers of ours that
    steer nothing."""
    support, parcels = door.ids["support"], door.ids["parcels"]
    first = mail("words", message_id="<1@example.sa>", **{"from": "Noura <noura@example.com>"})
    here, there = arrive((support, TRACES[0] + b"\r\n" + first), (parcels, TRACES[7] + b"\r\n" + first))
    number = made_of(here).ticket_id
    assert (here.state, there.state, there.message_id, ticket(number).also_inbox_id) == ("done", "duplicate", here.message_id, parcels)
    assert kinds(number)[-1] == "inbox_added"
    token = mint_reply_token(number, ticket(number).contact_id)
    to = f"support+{token}@example.com, parcels@example.com"
    answer = mail("more", message_id="<2@example.sa>", to=to, **{"from": "noura@example.com"})
    assert {made_of(raw).ticket_id for raw in arrive((parcels, answer), (support, answer))} == {number}
    steering = {f"X-{name}-{word}": str(number) for name in ("Helpdesk", "Ticket", "Loop") for word in ("Ticket", "Number", "Id", "Status")}
    steered = mail("words", message_id="<3@example.sa>", subject=f"Re: [#{number}]", **{"from": "noura@example.com"}, **steering)
    message = made_of(arrive((support, steered))[0])
    assert (message.ticket_id == number, ticket(message.ticket_id).related_ticket_id) == (False, None)


FORWARDED = """Please help her.

---------- Forwarded message ---------
From: Layla <layla@example.org>
Date: Sun, Nov 22, 2026 at 9:00 AM
Subject: Broken kettle
To: <rana@example.com>

It leaks.
"""


def test_an_agents_forward_from_its_bytes(door: SmallDesk) -> None:
    with transaction() as session:
        session.execute(update(Inbox).values(agents_forward=True))
    fields = {"from": "Rana <rana@example.com>", "authentication_results": "mx.example.com; dmarc=pass header.from=example.com"}
    failed = fields | {"authentication_results": "mx.example.com; dmarc=fail"}
    mails = [mail(FORWARDED, subject="Fwd: A kettle", message_id=f"<{n}@e.example>", **said) for n, said in enumerate((fields, failed))]
    raws = arrive(*((door.ids["support"], one) for one in mails))
    (good,), (bad,) = (messages(made_of(raw).ticket_id) for raw in raws)
    assert (good.from_address, good.text.strip(), good.flags) == ("layla@example.org", "It leaks.", ["forwarded_by_agent"])
    assert (bad.from_address, bad.flags) == ("rana@example.com", ["unverified"])


def test_older_mail_is_known_as_such(door: SmallDesk) -> None:
    old = mail("old", message_id="<old@example.sa>", date="Sat, 02 Mar 2024 09:00:00 +0000")
    message = made_of(arrive((door.ids["support"], old), backfilled=True)[0])
    assert (message.backfilled, ticket(message.ticket_id).created_at.year, kinds(message.ticket_id)) == (True, 2024, ["message_backfilled"])
