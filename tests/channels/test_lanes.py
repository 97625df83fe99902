"""Lanes: a server that takes its time holds up its own inbox, and nobody else's."""

import socket
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from channels import delivery
from channels.email import smtp
from helpdesk import jobs
from helpdesk.actions import drain_outbox
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Delivery
from tests.factories import Clock, SmallDesk, inbox, writing
from tests.servers import until
from tests.smtp_sink import Sink


def state(message_id: int) -> str:
    db.session.rollback()
    return db.session.scalars(select(Delivery.state).where(Delivery.message_id == message_id)).one()


def become(states: dict[int, str]) -> None:
    """Messages come to these states, however slow the machine is."""
    until(lambda: delivery.drain() or {number: state(number) for number in states} == states, f"{states}", 30)


def test_a_server_that_does_not_answer_holds_up_no_other_inbox(
    desk: SmallDesk, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 5321 4.5.3.2.6 allows ten minutes for the answer after the dot; meanwhile everybody else's mail leaves."""
    monkeypatch.setattr(smtp, "DOT_SECONDS", 8)
    monkeypatch.setattr(delivery, "MOST_SECONDS", 0.6)
    number, other = desk.ticket(), desk.ticket(inbox_id=desk.ids["parcels"])
    stuck = reply(desk.viewer("rana"), number, writing(number, to=[Person("", "hang@example.com")]))
    behind = reply(desk.viewer("rana"), number, writing(number, "Another."))
    beside = reply(desk.viewer("omar"), other, writing(other))
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    become({stuck.id: "sending", behind.id: "pending", beside.id: "sent"})
    clock.move(seconds=6)
    become({stuck.id: "sending", behind.id: "sent"})  # beside a silent answer one more line is opened
    for lane in delivery.Lane.opened:
        lane.join(20)
    assert (state(stuck.id), len(sink.journal)) == ("uncertain", 3)


@pytest.mark.parametrize(("silent", "inboxes", "each", "most", "becomes"), [
    ("after the dot", delivery.MOST_LANES // 2, 2, delivery.MOST_WAITING, "sent"),
    ("after the dot", delivery.MOST_LANES, 1, delivery.MOST_WAITING, "sent"),
    ("from the start", delivery.MOST_LANES, 1, delivery.MOST_WAITING, "sent"),
    ("after the dot", 2, 1, 2, "pending"),
])  # fmt: skip
def test_however_many_servers_hang_another_inbox_delivers_at_once(
    desk: SmallDesk, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch,
    silent: str, inboxes: int, each: int, most: int, becomes: str,
) -> None:
    """Until so many wait that a process can bear no more."""
    monkeypatch.setattr(delivery, "MOST_SECONDS", 0.6)
    monkeypatch.setattr(delivery, "MOST_WAITING", most)
    mute = socket.create_server(("127.0.0.1", 0))
    ports = {"after the dot": sink.port, "from the start": mute.getsockname()[1]}
    desk.app.extensions["helpdesk"] = replace(
        desk.app.extensions["helpdesk"], egress_allow=tuple(f"127.0.0.1:{port}" for port in ports.values())
    )
    hanging = [inbox(f"hanging{number}", {"host": "127.0.0.1", "port": ports[silent]}) for number in range(inboxes)]
    with transaction() as session:
        session.add_all(hanging)
    stuck = [answer(desk, one.id, "hang@example.com") for one in hanging for _ in range(each)]
    try:
        for _ in range(each):
            leave(clock)
        become(dict.fromkeys(stuck, "sending"))
        other = answer(desk, desk.ids["parcels"], "noura@example.com")
        leave(clock)
        become(dict.fromkeys(stuck, "sending") | {other: becomes})
    finally:
        mute.close()
        sink.stop()
        for lane in delivery.Lane.opened:
            lane.join(10)
    assert {state(number) for number in stuck} == {"uncertain" if silent == "after the dot" else "retry"}


def answer(desk: SmallDesk, inbox_id: int, recipient: str) -> int:
    """Written on a ticket of that inbox; its message id."""
    number = desk.ticket(inbox_id=inbox_id)
    return reply(desk.viewer("admin"), number, writing(number, to=[Person("", recipient)])).id


def leave(clock: Clock) -> None:
    """The undo window ends, and what is due is handed to the lanes."""
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    delivery.drain()


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
