"""Lanes: a server that takes its time holds up its own inbox, and nobody else's."""

import threading

import pytest
from sqlalchemy import select

from channels import delivery
from channels.email import smtp
from helpdesk import jobs
from helpdesk.actions import drain_outbox
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Delivery
from tests.factories import Clock, SmallDesk, writing
from tests.servers import until
from tests.smtp_sink import Sink


def state(message_id: int) -> str:
    db.session.rollback()
    return db.session.scalars(select(Delivery.state).where(Delivery.message_id == message_id)).one()


def test_a_server_that_does_not_answer_holds_up_no_other_inbox(
    desk: SmallDesk, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 5321 4.5.3.2.6 allows ten minutes for the answer after the dot; meanwhile everybody else's mail leaves."""
    monkeypatch.setattr(smtp, "DOT_SECONDS", 3)
    monkeypatch.setattr(delivery, "MOST_SECONDS", 0.6)
    number, other = desk.ticket(), desk.ticket(inbox_id=desk.ids["parcels"])
    stuck = reply(desk.viewer("rana"), number, writing(number, to=[Person("", "hang@example.com")]))
    behind = reply(desk.viewer("rana"), number, writing(number, "Another."))
    beside = reply(desk.viewer("omar"), other, writing(other))
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    delivery.drain()
    assert [state(message.id) for message in (stuck, behind, beside)] == ["sending", "pending", "sent"]
    clock.move(seconds=6)
    delivery.drain()
    assert [state(message.id) for message in (stuck, behind)] == ["sending", "sent"], "beside a silent answer one more line is opened"
    for lane in delivery.Lane.opened:
        lane.join(10)
    assert (state(stuck.id), len(sink.journal)) == ("uncertain", 3)


def test_the_end_of_the_desk_waits_for_an_answer_that_is_on_the_line(desk: SmallDesk, sink: Sink, clock: Clock) -> None:
    """Whoever restarts the desk has no uncertain answers from it, unless a server takes seconds over its own."""
    number = desk.ticket()
    message = reply(desk.viewer("rana"), number, writing(number, to=[Person("", "slow@example.com")]))
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    end = threading.Thread(target=lambda: (until(lambda: bool(sink.journal), "the dot has come"), jobs.stopping.set()))
    end.start()
    try:
        delivery.drain()
    finally:
        end.join()
        jobs.stopping.clear()
    assert state(message.id) == "sent"
