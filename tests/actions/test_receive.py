"""A message in becomes a ticket or joins one: once, whole, and in order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.actions import change
from helpdesk.actions.receive import receive
from helpdesk.clock import FAR
from helpdesk.extensions import db
from helpdesk.incoming import Person, StoredFile
from helpdesk.models import Address, Attachment, Contact, Message, Ticket
from helpdesk.vault import mint_message_id, mint_reply_token
from tests.factories import NOW, SmallDesk, at_once, kinds, messages, ticket


def joining(desk: SmallDesk, number: int, text: str = "And now it smokes.", **changes: Any) -> Any:
    """A mail that belongs to the ticket, by its token."""
    return desk.mail(text, tokens=[mint_reply_token(number, ticket(number).contact_id)], **changes)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_new_ticket(desk: SmallDesk) -> None:
    file = StoredFile("photo.png", "image/png", 3, "a" * 64)
    receipt = receive([desk.mail("It does not print.", files=[file], cc=[Person("Sami", "sami@example.com")])])[0]
    found = ticket(receipt.ticket_id)
    assert receipt.state == "done"
    assert kinds(found.id) == ["ticket_opened", "message_received"]
    assert (found.status, found.queue, found.subject, found.snippet) == ("open", "open", "Printer", "It does not print.")
    assert (found.inbox_id, found.team_id, found.assignee_id) == (desk.ids["support"], desk.ids["repairs"], None)
    assert (found.waiting_since, found.last_at) == (NOW, NOW)
    assert db.session.scalars(select(Attachment.name)).all() == ["photo.png"]
    assert count(Contact) == 1, "who stands in Cc becomes nobody's contact by it"


def test_the_same_mail_again_changes_nothing(desk: SmallDesk) -> None:
    mail = desk.mail()
    first, again = receive([mail])[0], receive([mail])[0]
    assert (again.state, again.ticket_id, again.message_id) == ("duplicate", first.ticket_id, first.message_id)
    assert [receipt.state for receipt in receive([replace(mail), replace(mail)])] == ["duplicate", "duplicate"]
    assert count(Message) == 1


def test_the_same_mail_twice_in_one_set(desk: SmallDesk) -> None:
    mail = desk.mail()
    assert [receipt.state for receipt in receive([mail, mail])] == ["done", "duplicate"]
    assert count(Message) == 1


def test_the_same_id_with_other_content_is_kept(desk: SmallDesk) -> None:
    """Who sends a mail with the id of an expected one beforehand suppresses nothing (safety S13)."""
    mail = desk.mail("the expected one")
    evil = replace(mail, text="poison", content_hash="f" * 64)
    assert {receipt.state for receipt in [*receive([evil]), *receive([mail])]} == {"done"}
    assert count(Message) == 2


def test_without_a_message_id_the_content_tells(desk: SmallDesk) -> None:
    one, other = desk.mail("one", external_id=""), desk.mail("other", external_id="")
    states = [receive([mail])[0].state for mail in (one, other, one)]
    assert states == ["done", "done", "duplicate"]


def test_ten_of_one_thread_keep_their_order(desk: SmallDesk) -> None:
    first = desk.mail("0", verified=True)
    chain = [first]
    for position in range(1, 10):
        chain.append(desk.mail(str(position), verified=True, in_reply_to=chain[-1].external_id))
    receipts = receive(chain)
    assert {receipt.ticket_id for receipt in receipts} == {receipts[0].ticket_id}
    assert [message.text for message in messages(receipts[0].ticket_id)] == [str(position) for position in range(10)]
    assert kinds(receipts[0].ticket_id) == ["ticket_opened"] + ["message_received"] * 10


def test_a_solved_ticket_opens_again(desk: SmallDesk) -> None:
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.set_status("solved"))
    assert ticket(number).waiting_since == FAR
    receive([joining(desk, number)])
    found = ticket(number)
    assert (found.status, found.queue, found.waiting_since) == ("open", "open", NOW)
    assert kinds(number)[-2:] == ["status_changed", "message_received"]


def test_a_closed_ticket_is_followed_by_a_new_one(desk: SmallDesk) -> None:
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.set_status("closed"))
    receipt = receive([joining(desk, number)])[0]
    assert receipt.ticket_id != number
    assert ticket(receipt.ticket_id).related_ticket_id == number
    assert ticket(number).status == "closed"


def test_a_snoozed_ticket_wakes(desk: SmallDesk) -> None:
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.snooze(NOW + timedelta(days=1)))
    receive([joining(desk, number)])
    assert (ticket(number).queue, ticket(number).snoozed_until) == ("open", None)
    assert "ticket_woken" in kinds(number)


@pytest.mark.parametrize(("place", "after"), [("trash", "inbox"), ("spam", "spam")])
def test_what_was_thrown_away_comes_back_but_spam_stays(desk: SmallDesk, place: str, after: str) -> None:
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.move(place))
    receive([joining(desk, number)])
    assert ticket(number).place == after


def test_a_robot_wakes_nobody(desk: SmallDesk) -> None:
    number = desk.ticket()
    change.change(desk.viewer("rana"), number, change.set_status("solved"), change.snooze(NOW + timedelta(days=1)))
    before = ticket(number).queue
    receive([joining(desk, number, "I am away.", auto_reply="header")])
    found = ticket(number)
    assert (found.queue, found.status, found.waiting_since) == (before, "solved", FAR)
    assert len(messages(number)) == 2


def test_a_contact_is_known_by_the_folded_address(desk: SmallDesk) -> None:
    receive([desk.mail(sender="Noura@Example.com"), desk.mail(sender="noura@example.com")])
    assert count(Contact) == 1
    assert db.session.scalars(select(Address.shown)).all() == ["Noura@Example.com"]


def test_hostile_letters_are_kept_on_both_databases(desk: SmallDesk) -> None:
    """NUL, lone surrogates and endless fields: what one database refuses must not put a mail aside on it alone."""
    hostile = "a\0b\ud800c" + "x" * 3000
    receipt = receive([desk.mail(
        hostile, subject=hostile, sender=Person(hostile, hostile), external_id=hostile, in_reply_to=hostile, references=[hostile],
        reply_text=hostile, html=hostile, cc=[Person(hostile, hostile)], to=[Person(hostile, hostile)],
        files=[StoredFile(hostile, "image/png", 3, "a" * 64, True, hostile)])])[0]  # fmt: skip
    assert receipt.state == "done"
    assert "abc" in messages(receipt.ticket_id)[0].text.replace("\ufffd", "").replace("?", "")


def test_one_mail_at_six_doors_at_once(desk: SmallDesk) -> None:
    mail, receipts = desk.mail(sender="new@example.com"), []

    def door() -> None:
        for _attempt in range(3):  # as intake does: what lost the race is done again by itself
            try:
                receipts.append(receive([mail])[0].state)
                return
            except Exception:  # noqa: BLE001  the other won
                db.session.rollback()

    at_once(desk, [door] * 6)
    assert sorted(receipts) == ["done"] + ["duplicate"] * 5
    assert (count(Ticket), count(Message), count(Contact)) == (1, 1, 1)


def test_a_minted_id_joins_like_a_token(desk: SmallDesk) -> None:
    number = desk.ticket()
    receipt = receive([desk.mail(in_reply_to=mint_message_id(number, "example.com"))])[0]
    assert receipt.ticket_id == number
