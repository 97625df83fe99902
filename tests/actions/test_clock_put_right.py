"""What a clock that ran ahead planned is due again when it is right; what was planned under the right clock is left alone (safety M16)."""

from datetime import timedelta

from helpdesk.actions import deliver, drain_outbox, raw, reply
from helpdesk.actions.clock_put_right import PLANNED, SKEW, put_right, ran_ahead
from helpdesk.actions.release import release_due
from helpdesk.extensions import db
from helpdesk.models import Delivery, Message
from helpdesk.models.types import Moment
from helpdesk.queries import due
from tests.factories import NOW, Clock, SmallDesk, writing


def answered(desk: SmallDesk) -> int:
    """An answer in its undo window."""
    number = desk.ticket()
    return reply.reply(desk.viewer("rana"), number, writing(number)).id


def test_an_answer_leaves_when_the_clock_is_right(desk: SmallDesk, clock: Clock) -> None:
    clock.move(days=365)
    number = answered(desk)
    clock.set(NOW)
    clock.move(seconds=2 * reply.UNDO_SECONDS)
    assert (due.release_is_due(), ran_ahead()) == (False, True)
    put_right()
    assert (due.release_is_due(), ran_ahead()) == (True, False)
    release_due()
    assert db.session.get_one(Message, number, populate_existing=True).released_at is not None


def test_a_delivery_is_tried_again_and_one_under_way_keeps_its_lease(desk: SmallDesk, clock: Clock) -> None:
    clock.move(days=365)
    answered(desk)
    clock.move(seconds=reply.UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    clock.set(NOW)
    put_right()
    assert due.delivery_is_due()
    clock.move(days=365)
    leased = deliver.lease_next()
    assert leased is not None
    clock.set(NOW)
    put_right()
    db.session.rollback()
    row = db.session.get_one(Delivery, leased.id, populate_existing=True)
    assert row.lease_until == row.next_at == NOW + timedelta(seconds=deliver.LEASE_SECONDS)
    assert not due.delivery_is_due()


def test_nothing_of_a_right_clock_is_touched(desk: SmallDesk, clock: Clock) -> None:
    answered(desk)
    desk.ticket()
    raw.store_raw(desk.ids["support"], b"Subject: x\n\nx", "lmtp")
    raw.lease_raw(10, 1_000_000)
    assert not ran_ahead()
    clock.set(NOW - SKEW)
    assert not ran_ahead(), "the clocks of two machines may differ"


def test_every_lease_and_every_pause_is_in_the_table() -> None:
    """A new column of the kind has to join it."""
    known = {one.column.key for one in PLANNED}
    tables = {one.column.class_.__table__.name for one in PLANNED}
    for table in db.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Moment) and column.name in ("lease_until", "next_at", "rest_until", "release_at"):
                assert column.name in known, column
                assert table.name in tables | {"pending_event"}, column
