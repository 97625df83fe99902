"""What a rule answers: to whom, with which words, within which limits."""

import pytest

from helpdesk.actions import drain_outbox
from helpdesk.actions.automatic_reply import answer_with
from helpdesk.actions.record import Actor, held_ticket
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Delivery, Event, Message
from helpdesk.placeholders import fill
from helpdesk.queries.canned_values import values_for
from tests.factories import Clock, SmallDesk, messages, ticket

RULE = Actor("rule")


def answered(number: int, text: str = "We have it.") -> str:
    """What became of an answer to the newest message."""
    incoming = [message for message in messages(number) if message.kind == "incoming"][-1].id
    with transaction() as session:
        return answer_with(session, held_ticket(session, number), session.get_one(Message, incoming), text, "en", RULE)


def test_it_goes_to_the_requester_alone_and_is_no_answer(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket(cc=[Person("", "x@example.net")], verified=True)
    before = ticket(number)
    state = (before.status, before.waiting_since, before.snippet)
    assert answered(number) == ""
    drain_outbox.drain()
    asked, written = messages(number)
    assert (written.to, written.cc) == ([{"name": "", "address": "noura@example.com"}], [])
    assert (written.automatic, written.subject) == (True, "Printer")
    assert (written.in_reply_to, written.references, written.text) == (asked.external_id, [asked.external_id], "We have it.")
    event = db.session.query(Event).filter_by(kind="reply_released").one()
    assert (event.actor, event.message_id) == ("rule", written.id)
    assert db.session.query(Delivery.message_id).scalar() == written.id
    after = ticket(number)
    assert (after.status, after.waiting_since, after.snippet) == state


def test_its_limits_are_those_of_every_automatic_mail(desk: SmallDesk, clock: Clock) -> None:
    number, robot = desk.ticket(verified=True), desk.ticket(auto_reply="auto-replied", sender="robot@example.net")
    assert [answered(number), answered(number), answered(robot), answered(number, " ")] == ["", "often", "robot", "empty"]
    clock.move(hours=25)
    assert answered(number) == ""
    assert len(db.session.query(Message).filter_by(automatic=True).all()) == 2


@pytest.mark.parametrize(("verified", "name", "missing"), [(True, "Cheap pills", ()), (False, "dear customer", ("subject",))])
def test_a_stranger_says_nothing_through_us(desk: SmallDesk, verified: bool, name: str, missing: tuple[str, ...]) -> None:
    """Who may be a forger's victim gets none of the forger's words."""
    number = desk.ticket(sender=Person("Cheap pills", "noura@example.com"), subject="http://evil.example", verified=verified)
    (message,) = messages(number)
    found = fill("{{customer_name}}: {{subject}}", values_for(db.session(), ticket(number), "en", answering=message))
    assert (found.text.split(":")[0], found.missing) == (name, missing)
    assert answered(number) == ""
    assert messages(number)[-1].subject == ("http://evil.example" if verified else f"#{number}")
