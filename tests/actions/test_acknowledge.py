"""The confirmation of a new ticket: whom it reaches, what it says, what it leaves alone; and to whom the desk writes nothing by itself."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions import automatic, drain_outbox
from helpdesk.actions.acknowledge import words
from helpdesk.actions.raw import store_raw
from helpdesk.actions.receive import receive
from helpdesk.actions.reply import reply
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Mark, Person
from helpdesk.models import Address, Delivery, Inbox, Message, Ticket
from helpdesk.queries import breaker
from helpdesk.vault import ticket_of_message_id
from tests.factories import Clock, SmallDesk, kinds, messages, ticket, writing

HOSTILE = "Cheap pills http://evil.example"


@pytest.fixture(autouse=True)
def acknowledging(desk: SmallDesk) -> None:
    """Both inboxes confirm; support promises four hours."""
    with transaction() as session:
        for inbox in session.scalars(select(Inbox)):
            inbox.acknowledge, inbox.promise_hours = True, 4 if inbox.id == desk.ids["support"] else None


def answered(desk: SmallDesk, *mails: Any) -> list[Message]:
    """What the desk wrote by itself after these mails."""
    receive(list(mails))
    drain_outbox.drain()
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.automatic).order_by(Message.id)))


def test_it_goes_to_the_requester_at_once(desk: SmallDesk) -> None:
    mail = desk.mail(sender=Person(HOSTILE, "noura@example.com"), subject=HOSTILE, cc=[Person("", f"x{n}@example.net") for n in range(5)])
    (written,) = answered(desk, mail)
    number = written.ticket_id
    assert (written.to, written.cc) == ([{"name": "", "address": "noura@example.com"}], [])
    assert (written.agent_id, written.in_reply_to, written.references) == (None, mail.external_id, [mail.external_id])
    assert ticket_of_message_id(written.external_id or "") == number
    assert f"#{number}" in written.subject
    assert "4" in written.text
    assert HOSTILE not in written.subject + written.text
    assert db.session.scalars(select(Delivery.message_id)).all() == [written.id]


def test_it_is_no_answer(desk: SmallDesk, clock: Clock) -> None:
    """The customer still waits, the status stays, and whoever is writing is not stopped."""
    number = desk.ticket()
    began, before = writing(number), ticket(number)
    state = (before.status, before.waiting_since, before.snippet, before.last_at)
    clock.move(seconds=5)
    drain_outbox.drain()
    after = ticket(number)
    assert [message.automatic for message in messages(number)] == [False, True]
    assert (after.status, after.waiting_since, after.snippet, after.last_at) == state
    assert reply(desk.viewer("rana"), number, began).id
    assert kinds(number)[:3] == ["ticket_opened", "message_received", "reply_released"]


def test_in_the_language_of_the_mail(desk: SmallDesk) -> None:
    found = answered(desk, desk.mail("الطابعة لا تعمل", language="ar"), desk.mail(language="en", sender="omar@example.net"),
                     desk.mail(language="", sender="sami@example.net", inbox_id=desk.ids["parcels"]))  # fmt: skip
    assert [message.language for message in found] == ["ar", "en", "ar"]
    assert "hours" not in found[2].text


def test_hours_are_counted_as_each_language_counts(desk: SmallDesk) -> None:
    english = [words("en", "Example Store", 7, hours)[1].split("\n\n")[2] for hours in (1, 2, 24)]
    assert english == ["We answer within 1 hour.", "We answer within 2 hours.", "We answer within 24 hours."]
    arabic = [words("ar", "متجر المثال", 7, hours)[1].split("\n\n")[2] for hours in (1, 2, 4, 24, 100)]
    assert arabic == ["نرد خلال ساعة واحدة.", "نرد خلال ساعتين.", "نرد خلال 4 ساعات.", "نرد خلال 24 ساعة.", "نرد خلال 100 ساعة."]


def test_nothing_where_a_program_wrote_or_the_sender_is_doubted(desk: SmallDesk) -> None:
    """Safety S9 to S11."""
    refused: dict[str, dict[str, Any]] = {
        "a robot": {"auto_reply": "header"},
        "nobody reads it": {"sender": "No-Reply@example.net"},
        "a mail system": {"sender": "MAILER-DAEMON@example.net"},
        "our own inbox": {"sender": "parcels+x@example.com"},
        "a forger": {"authentication": "fail"},
        "history": {"backfilled": True},
        **{f"marked {step}": {"marks": [Mark(step, {})], "raw": True} for step in ("bulk", "machine", "absence")},
    }
    for what, changes in refused.items():
        if changes.pop("raw", False):
            changes["raw_message_id"] = store_raw(desk.ids["support"], what.encode(), "pipe")
        assert answered(desk, desk.mail(**({"sender": f"{len(what)}@example.org"} | changes))) == [], what
    assert answered(desk, desk.mail(sender="person@example.org")), "and a person gets one"


def test_nothing_to_who_did_not_write_himself(desk: SmallDesk) -> None:
    """What an agent passed on, what came with somebody else's token, what pretends to be ours."""
    for flag in ("forwarded_by_agent", "stranger", "forged"):
        number = desk.ticket(sender=f"{flag.replace('_', '-')}@example.net")
        with transaction() as session:
            session.scalars(select(Message).where(Message.ticket_id == number)).one().flags = [flag]
        drain_outbox.drain()
        assert [message.kind for message in messages(number)] == ["incoming"], flag


def test_a_dead_or_blocked_address_gets_nothing(desk: SmallDesk, clock: Clock) -> None:
    for column in ("undeliverable_at", "blocked_at"):
        sender = f"{column}@example.net"
        assert answered(desk, desk.mail(sender=sender))
        with transaction() as session:
            setattr(session.scalars(select(Address).where(Address.value == sender)).one(), column, clock.move(days=2))
        before = len(answered(desk))
        assert len(answered(desk, desk.mail(sender=sender))) == before


def test_enough_is_enough(desk: SmallDesk, clock: Clock) -> None:
    """Once an hour for somebody whom nothing proves, three times a day for anybody."""
    assert len(answered(desk, *(desk.mail() for _ in range(20)))) == 1
    clock.move(minutes=61)
    assert len(answered(desk, desk.mail())) == 2
    proved = {"sender": "proved@example.net", "authentication": "pass"}
    assert len(answered(desk, *(desk.mail(**proved) for _ in range(20)))) == 5
    clock.move(hours=25)
    assert len(answered(desk, desk.mail(**proved))) == 6


def test_once_a_ticket(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket(authentication="pass")
    drain_outbox.drain()
    with transaction() as session:
        first = session.scalars(select(Message).where(Message.ticket_id == number, Message.kind == "incoming")).one()
        assert automatic.may_answer_automatically(session, session.get_one(Ticket, number), first) == "often"


def test_the_breaker_of_an_inbox(desk: SmallDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody thought of ends there, visibly; an hour later it goes on."""
    monkeypatch.setattr(automatic, "PER_INBOX", replace(automatic.PER_INBOX, most=3))
    monkeypatch.setattr(breaker, "MOST", 3)
    assert len(answered(desk, *(desk.mail(sender=f"p{n}@example.net") for n in range(8)))) == 3
    assert breaker.stopped_inboxes() == {desk.ids["support"]: "support@example.com"}
    clock.move(minutes=61)
    assert breaker.stopped_inboxes() == {}
    assert len(answered(desk, desk.mail(sender="late@example.net"))) == 4


def test_too_late_confirms_nothing(desk: SmallDesk, clock: Clock) -> None:
    desk.ticket()
    clock.move(hours=13)
    drain_outbox.drain()
    assert answered(desk) == []


def test_an_inbox_that_does_not_acknowledge_costs_nothing(desk: SmallDesk) -> None:
    with transaction() as session:
        session.get_one(Inbox, desk.ids["support"]).acknowledge = False
    receive([desk.mail()])
    assert not drain_outbox.handle_next()
