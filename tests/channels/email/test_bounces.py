"""Notices that came back: they stand at the message that they are about, and a forged one stands nowhere."""

import pytest
from sqlalchemy import select

from helpdesk.actions import blocking
from helpdesk.actions.transaction import transaction
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Address, Delivery
from tests.channels.email.arrivals import sent_answer, states, take
from tests.channels.email.samples import mail
from tests.factories import Clock, SmallDesk, kinds, messages

NOTICE = """This is the mail system. {words}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

{groups}
--b
Content-Type: message/rfc822

Message-ID: <{name}>
From: support@example.com
To: noura@example.com

Text
--b--
"""


def notice(name: str, *groups: tuple[str, str, str], words: str = "550 5.1.1 User unknown") -> bytes:
    """A report about (address, action, status) of each recipient."""
    told = "\n\n".join(f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}" for address, action, status in groups)
    body = "--b\n\n" + NOTICE.format(words=words, groups=told, name=name)
    fields = {"from": "MAILER-DAEMON@mx.example.net", "return_path": "<>", "subject": "Undelivered Mail Returned to Sender"}
    return mail(body, content_type='multipart/report; report-type=delivery-status; boundary="b"', **fields)


def test_a_bounce_stands_at_its_message(desk: SmallDesk, clock: Clock, inbox: int) -> None:
    message = sent_answer(desk, clock, "sami@example.net")
    (raw,) = take(inbox, notice(message.external_id or "", ("noura@example.com", "failed", "5.1.1")))
    told = db.session.scalars(select(Delivery).where(Delivery.message_id == message.id)).one()
    assert states([raw]) == [("screened", "bounce")]
    assert told.state == "bounced"
    assert [(one["address"], one["permanent"], one["raw_message_id"]) for one in told.bounces] == [("noura@example.com", True, raw.id)]
    assert "550 5.1.1 User unknown" in told.bounces[0]["words"]
    assert kinds(message.ticket_id)[-2:] == ["delivery_bounced", "status_changed"]
    assert dead() == ["noura@example.com"]
    assert len(messages(message.ticket_id)) == 2, "and it is no message of the customer"


def test_a_delay_is_no_end_and_proves_what_was_uncertain(desk: SmallDesk, clock: Clock, inbox: int) -> None:
    message = sent_answer(desk, clock)
    with transaction() as session:
        session.scalars(select(Delivery)).one().state = "uncertain"
    take(inbox, notice(message.external_id or "", ("noura@example.com", "delayed", "4.4.1"), words="450 4.4.1 no answer"))
    told = db.session.scalars(select(Delivery)).one()
    assert (told.state, told.bounces[0]["permanent"]) == ("sent", False)
    assert dead() == []


def test_only_our_own_key_names_a_message(desk: SmallDesk, clock: Clock, inbox: int) -> None:
    """Safety S4: forged notices do nothing but wait for a person."""
    message = sent_answer(desk, clock)
    genuine = message.external_id or ""
    forged = [genuine.replace("hd.1.", "hd.2."), genuine[:30] + "a" + genuine[31:], "hd.1.x@example.com", "", "other@example.net"]
    raws = take(inbox, *(notice(name, ("noura@example.com", "failed", "5.1.1")) for name in forged))
    assert states(raws) == [("held", "bounce")] * len(forged)
    assert dead() == []
    assert db.session.scalars(select(Delivery)).one().bounces == []


def test_nobody_marks_the_address_of_somebody_else(desk: SmallDesk, clock: Clock, inbox: int) -> None:
    message, other = sent_answer(desk, clock, "sami@example.net"), desk.ticket(sender="other@example.net")
    take(inbox, notice(message.external_id or "", ("other@example.net", "failed", "5.1.1")))
    assert dead() == []
    assert "delivery_bounced" not in kinds(other)
    too_large = notice(message.external_id or "", ("noura@example.com", "failed", "5.3.4"), words="552 5.3.4 too large")
    take(inbox, too_large)
    assert dead() == [], "another mail may arrive"


def dead() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Address.value).where(Address.undeliverable_at.is_not(None))))


def test_an_address_is_alive_again_when_somebody_says_so(desk: SmallDesk, clock: Clock, inbox: int) -> None:
    take(inbox, notice(sent_answer(desk, clock).external_id or "", ("noura@example.com", "failed", "5.1.1")))
    address_id = db.session.scalars(select(Address.id).where(Address.undeliverable_at.is_not(None))).one()
    with pytest.raises(NotFound):
        blocking.take_for_alive(desk.viewer("omar"), address_id)
    blocking.take_for_alive(desk.viewer("rana"), address_id)
    assert dead() == []
