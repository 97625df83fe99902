"""The way out, with a real server that fails as asked: never lost, never twice, and nothing in silence."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels import delivery
from channels.email import smtp
from helpdesk.actions import deliver, drain_outbox
from helpdesk.actions.reply import UNDO_SECONDS
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Event, Message
from helpdesk.queries.ledger import ledger_out
from tests.channels.deliveries import Send, row, sent_id, told
from tests.factories import NOW, Clock, SmallDesk, kinds, ticket
from tests.smtp_sink import Sink


def test_sent_once(send: Send, sink: Sink) -> None:
    message_id = send("noura@example.com", "sami@example.com")
    for _again in range(3):
        drain_outbox.drain()
        delivery.drain()
    found = row(message_id)
    assert (found.state, found.attempts, found.lease_token) == ("sent", 1, None)
    assert found.sent_at == NOW + timedelta(seconds=UNDO_SECONDS)
    assert [kept.message_id for kept in sink.journal] == [sent_id(message_id)]
    assert sink.journal[0].recipients == ("noura@example.com", "sami@example.com")
    assert ledger_out().difference == 0


def test_refused_for_good_is_a_red_line_with_the_servers_words(send: Send, sink: Sink) -> None:
    message_id = send("no@example.com")
    assert row(message_id).state == "failed"
    assert told(message_id) == [("delivery_failed", "550 5.1.1 No such mailbox")]
    assert sink.journal == []


@pytest.mark.parametrize("recipient", ["grey@example.com", "early@example.com"])
def test_what_surely_was_not_taken_is_tried_again_with_growing_pauses(send: Send, sink: Sink, clock: Clock, recipient: str) -> None:
    message_id = send(recipient)
    pauses = []
    for _attempt in range(4):
        found = row(message_id)
        assert (found.state, found.data_started_at) == ("retry", None)
        pauses.append((found.next_at - clock.move(seconds=0)).total_seconds())
        delivery.drain()
        assert row(message_id).attempts == len(pauses), "not before its time"
        clock.set(found.next_at)
        delivery.drain()
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert told(message_id) == []


def test_after_three_days_it_has_failed(send: Send, clock: Clock) -> None:
    """And after some tries: a clock that jumped is no reason."""
    message_id = send("grey@example.com")
    clock.move(days=4)
    delivery.drain()
    while row(message_id).attempts < deliver.LEAST_TRIES:
        assert row(message_id).state == "retry"
        clock.set(row(message_id).next_at)
        delivery.drain()
    assert row(message_id).state == "failed"
    assert told(message_id)[0][0] == "delivery_failed"


def test_451_after_the_dot_is_a_refusal_and_the_retry_has_the_same_id(send: Send, sink: Sink, clock: Clock) -> None:
    message_id = send("e451@example.com")
    assert row(message_id).state == "retry"
    clock.set(row(message_id).next_at)
    delivery.drain()
    assert {kept.message_id for kept in sink.journal} == {sent_id(message_id)}
    assert len(sink.journal) == 2


def test_554_after_the_dot_has_failed(send: Send) -> None:
    message_id = send("e554@example.com")
    assert row(message_id).state == "failed"
    assert told(message_id) == [("delivery_failed", "554 5.7.1 Not wanted")]


@pytest.mark.parametrize("recipient", ["drop@example.com", "hang@example.com"])
def test_silence_after_the_dot_is_uncertain_and_never_sent_again(
    send: Send, sink: Sink, clock: Clock, recipient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "DOT_SECONDS", 0.5)
    message_id = send(recipient)
    assert row(message_id).state == "uncertain"
    assert told(message_id)[0][0] == "delivery_uncertain"
    for _day in range(5):
        clock.move(days=1)
        delivery.drain()
    assert len(sink.journal) == 1
    assert ledger_out().difference == 0


def test_a_slow_server_is_waited_for_and_a_dead_one_is_not_there(send: Send, sink: Sink, desk: SmallDesk) -> None:
    assert row(send("slow@example.com")).state == "sent"
    sink.stop()
    assert row(send("noura@example.com")).state == "retry"


def test_only_the_refused_of_several_are_tried_again(send: Send, sink: Sink, clock: Clock) -> None:
    message_id = send("noura@example.com", "grey@example.com")
    assert (row(message_id).state, row(message_id).refused[0]["address"]) == ("retry", "grey@example.com")
    clock.set(row(message_id).next_at)
    delivery.drain()
    assert len(sink.taken("noura@example.com")) == 1, "who has it does not get it again"
    assert row(message_id).state == "retry"


def test_one_of_several_that_is_refused_for_good_is_named(send: Send, sink: Sink) -> None:
    message_id = send("noura@example.com", "no@example.com")
    assert row(message_id).state == "sent"
    assert told(message_id) == [("delivery_failed", "no@example.com: 550 5.1.1 No such mailbox")]
    assert len(sink.taken("noura@example.com")) == 1


def test_all_refused_but_one_may_be_tried_again(send: Send) -> None:
    assert row(send("no@example.com", "grey@example.com")).state == "retry"


def test_a_dead_holder_before_the_data_is_followed_by_another(send: Send, sink: Sink, clock: Clock) -> None:
    message_id = send("noura@example.com", attempt=False)
    assert deliver.lease_next() is not None
    assert deliver.lease_next() is None, "held"
    clock.move(seconds=deliver.LEASE_SECONDS + 1)
    delivery.drain()
    assert (row(message_id).state, row(message_id).attempts, len(sink.journal)) == ("sent", 2, 1)


def test_a_dead_holder_after_the_mark_leaves_it_uncertain(send: Send, sink: Sink, clock: Clock) -> None:
    message_id = send("noura@example.com", attempt=False)
    held = deliver.lease_next()
    assert held is not None
    assert deliver.mark_data_started(held.id, held.lease_token or "")
    clock.move(seconds=deliver.LEASE_SECONDS + 1)
    delivery.drain()
    assert (row(message_id).state, sink.journal) == ("uncertain", [])


def test_a_holder_who_slept_too_long_can_do_nothing(send: Send, clock: Clock) -> None:
    message_id = send("noura@example.com", attempt=False)
    slow = deliver.lease_next()
    assert slow is not None
    stale = slow.lease_token or ""
    clock.move(seconds=deliver.LEASE_SECONDS + 1)
    quick = deliver.lease_next()
    assert quick is not None
    fresh = quick.lease_token or ""
    assert not deliver.mark_data_started(slow.id, stale)
    deliver.settle(slow.id, stale, "failed", "nothing of this counts")
    assert row(message_id).state == "sending"
    deliver.settle(quick.id, fresh, "sent", "250")
    deliver.settle(slow.id, stale, "retry", "nor this")
    assert row(message_id).state == "sent"


def test_a_fault_of_ours_counts_as_a_try_and_holds_up_nobody(send: Send, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = send("noura@example.com", attempt=False)
    fine = send("sami@example.com", attempt=False)
    real = smtp.envelope

    def trips(connection: object, sender: str, recipients: list[str]) -> object:
        if "noura@example.com" in recipients:
            raise ZeroDivisionError
        return real(connection, sender, recipients)  # type: ignore[arg-type]

    monkeypatch.setattr(smtp, "envelope", trips)
    delivery.drain()
    assert (row(broken).state, row(broken).provider_words) == ("retry", "a fault of the desk: ZeroDivisionError")
    assert row(fine).state == "sent"


def test_a_person_decides(send: Send, sink: Sink, desk: SmallDesk) -> None:
    message_id = send("drop@example.com")
    number = db.session.get_one(Message, message_id).ticket_id
    with pytest.raises(NotFound):
        deliver.send_again(desk.viewer("omar"), message_id)
    deliver.take_as_sent(desk.viewer("rana"), message_id)
    assert (row(message_id).state, kinds(number)[-1]) == ("sent", "delivery_resolved")
    with pytest.raises(Invalid):
        deliver.send_again(desk.viewer("rana"), message_id)
    again = send("no@example.com")
    deliver.send_again(desk.viewer("rana"), again)
    assert (row(again).state, row(again).attempts, row(again).data_started_at) == ("pending", 0, None)
    delivery.drain()
    assert row(again).state == "failed"
    assert ticket(number).last_event_id > 0


def test_a_message_has_one_way_out(send: Send, sink: Sink) -> None:
    message_id = send("noura@example.com")
    event = db.session.scalars(select(Event).where(Event.message_id == message_id, Event.kind == "reply_released")).one()
    with deliver.transaction() as session:
        deliver.begin(session, event)
    delivery.drain()
    assert len(sink.journal) == 1


def test_what_the_server_said_is_kept_until_the_database_is_back(send: Send, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database falls between the server's yes and its record: the yes is known to this process alone, and it does not forget it."""
    monkeypatch.setattr(delivery, "AGAIN_SECONDS", 0.01)
    message_id, settle, falls = send("noura@example.com", attempt=False), deliver.settle, iter([True, True])

    def while_away(*told: object) -> None:
        if next(falls, False):
            raise OperationalError("UPDATE", {}, Exception("the server closed the connection"))
        settle(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(deliver, "settle", while_away)
    delivery.drain()
    assert (row(message_id).state, len(sink.journal)) == ("sent", 1)
