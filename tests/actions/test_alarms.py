"""Alarms: what stands still for two minutes is raised once, told by two roads, and over by itself; a quiet desk raises none."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from helpdesk import clock as time
from helpdesk import disk, jobs
from helpdesk.actions import alarms, drain_outbox
from helpdesk.actions.raw import lease_raw, put_aside, store_raw
from helpdesk.actions.receive import receive
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Alarm, Delivery, Letter, Mailbox, PendingEvent
from helpdesk.queries import health
from tests.factories import NOW, Clock, SmallDesk, writing
from tests.servers import free_port
from tests.webhook import Hook

STILL = 121
"""Seconds after which what could go on and does not stands still."""


@pytest.fixture
def hook(app: Any) -> Iterator[Hook]:
    """Named by the operator, and allowed."""
    found = Hook()
    allowed = (f"127.0.0.1:{found.server.server_port}",)
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], alarm_webhook=found.url, egress_allow=allowed)
    yield found
    found.server.shutdown()
    found.server.server_close()


def look() -> list[str]:
    """What the timetable does in a minute; the alarms that stand."""
    jobs.tick("alarms")
    jobs.tick("ledger")
    db.session.rollback()
    return [alarm.key for alarm in alarms.standing()]


def look_on(clock: Clock) -> list[str]:
    """Two looks, with as much time between them as an alarm must be seen."""
    look()
    clock.move(seconds=31)
    return look()


def answer(desk: SmallDesk) -> int:
    return reply(desk.viewer("rana"), number := desk.ticket(), writing(number)).id


def delivery_of(desk: SmallDesk, clock: Clock, **columns: Any) -> int:
    """An answer whose delivery waits; its message id."""
    message_id = answer(desk)
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    with transaction() as session:
        session.execute(update(Delivery).where(Delivery.message_id == message_id).values({"state": "pending", **columns}))
    return message_id


def put_off(desk: SmallDesk, clock: Clock, words: str) -> int:
    """One that is tried again in a day."""
    return delivery_of(desk, clock, state="retry", provider_words=words, next_at=NOW + timedelta(days=1))


def test_a_quiet_desk_raises_none(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    """Nor does one at work, nor one recipient whose server says later."""
    assert look_on(clock) == []
    for _ in range(health.MANY_PUT_OFF - 1):
        put_off(desk, clock, "450 4.2.0 Come again")
    clock.move(seconds=STILL)
    assert look_on(clock) == []
    store_raw(desk.ids["support"], b"x", "pipe")
    lease_raw(10, 100)
    answer(desk)
    assert look_on(clock) == []
    assert hook.told == []


def stage_of(desk: SmallDesk, clock: Clock, key: str) -> Callable[[], object]:
    """Makes a stage stand still; what makes it go on again."""
    if key == "parse":
        raw_id = store_raw(desk.ids["support"], b"x", "pipe")
        return lambda: put_aside(raw_id, "quarantined", "too many parts")
    if key == "window":
        answer(desk)
        clock.move(seconds=UNDO_SECONDS)
        return lambda: (release_due(), drain_outbox.drain(), settled("sent"))
    if key == "outbox":
        answer(desk)
        clock.move(seconds=UNDO_SECONDS)
        release_due()
        return lambda: (drain_outbox.drain(), settled("sent"))
    if key.startswith("delivery"):
        delivery_of(desk, clock)
        return lambda: settled("sent")
    with transaction() as session:
        box = Mailbox(inbox_id=desk.ids["support"], host="imap.example.com", start_at=NOW, created_at=NOW, swept_at=NOW)
        box.failing_since, box.problem, box.problem_words = NOW, "login", "refused"
        session.add(box)
    return lambda: failing(None)


def settled(state: str) -> None:
    with transaction() as session:
        session.execute(update(Delivery).values(state=state))


def failing(since: Any) -> None:
    with transaction() as session:
        session.execute(update(Mailbox).values(failing_since=since, swept_at=time.now()))


@pytest.mark.parametrize("key", ["parse", "window", "outbox", "delivery:{support}", "fetch:1"])
def test_what_stands_still_is_raised_once_and_over_by_itself(desk: SmallDesk, clock: Clock, hook: Hook, key: str) -> None:
    key = key.format(**desk.ids)
    go_on = stage_of(desk, clock, key)
    assert look_on(clock) == []
    clock.move(seconds=STILL)
    assert key.partition(":")[0] in [stage.key for stage in [*health.stages(), *health.deliveries(), *health.fetches()] if stage.red]
    assert look() == [], "seen for the first time"
    assert look_on(clock) == [key]
    assert look() == [key]
    assert [told["alarm"] for told in hook.told] == [key]
    go_on()
    assert look() == []
    assert db.session.get_one(Alarm, key, populate_existing=True).cleared_at is not None


def test_a_server_that_fails_is_told_apart_from_a_recipient(desk: SmallDesk, clock: Clock) -> None:
    put_off(desk, clock, "ConnectionRefusedError: Connection refused")
    clock.move(seconds=STILL)
    assert look_on(clock) == [f"delivery:{desk.ids['support']}"]
    settled("sent")
    assert look() == []
    for _ in range(health.MANY_PUT_OFF):
        put_off(desk, clock, "451 4.3.0 Not now")
    clock.move(seconds=STILL)
    assert look_on(clock) == [f"delivery:{desk.ids['support']}"]


def test_at_once_for_disk_and_sums_and_later_for_redis(
    app: Any, desk: SmallDesk, clock: Clock, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw_id = store_raw(desk.ids["support"], b"x", "pipe")
    receive([desk.mail(raw_message_id=raw_id)])
    with transaction() as session:
        session.execute(text("DELETE FROM message WHERE raw_message_id = :raw"), {"raw": raw_id})
    with monkeypatch.context() as patch:
        patch.setattr(disk, "free_bytes", lambda: 1000)
        assert look() == ["disk", "ledger"]
    assert look() == ["ledger"]
    assert "the difference is 1." in hook.told[-1]["sentence"]
    app.extensions.pop("redis_client", None)
    app.config["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    assert look_on(clock) == ["ledger"], "it may only be started again"
    clock.move(seconds=STILL)
    assert look() == ["ledger", "redis"]


def test_an_event_that_nobody_takes_is_raised(desk: SmallDesk, clock: Clock) -> None:
    answer(desk)
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    with transaction() as session:
        session.execute(update(PendingEvent).values(parked_at=NOW, attempts=5))
    assert look_on(clock) == ["outbox"]


def letters() -> list[tuple[str, str, int]]:
    """(to whom, subject, from which inbox)."""
    db.session.rollback()
    found = select(Letter.to_address, Letter.subject, Delivery.inbox_id).join(Delivery, Delivery.letter_id == Letter.id)
    return [tuple(row) for row in db.session.execute(found.order_by(Letter.id))]  # type: ignore[misc]


def test_each_road_is_enough(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    """The mail leaves by an inbox that works; with no such inbox the webhook hears it; what neither took is told at the next look."""
    support, parcels = desk.ids["support"], desk.ids["parcels"]
    hook.status = 500
    delivery_of(desk, clock)
    clock.move(seconds=STILL)
    assert look_on(clock) == [f"delivery:{support}"]
    subject = "Alarm: Answers from support@example.com do not leave: its mail server fails."
    assert letters() == [("admin@example.com", subject, parcels)]
    assert look() == [f"delivery:{support}"]
    assert len(letters()) == 1, "told once"
    clock.move(seconds=STILL)  # nor does the letter leave
    with transaction() as session:
        session.execute(text("DELETE FROM alarm"))
    look_on(clock)
    assert len(letters()) == 1, "no inbox works"
    assert [alarm.told_at for alarm in alarms.standing()] == [None, None]
    hook.status, before = 200, len(hook.told)
    look()
    assert None not in [alarm.told_at for alarm in alarms.standing()]
    assert len(hook.told) == before + 2


def test_what_comes_and_goes_is_not_told_each_time(desk: SmallDesk, clock: Clock, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(disk, "free_bytes", lambda: 1000)
            look()
        settled("sent")  # the letter leaves
        clock.move(minutes=5)
        look()
    assert [told["alarm"] for told in hook.told] == ["disk"]


def test_a_database_that_takes_nothing_is_told(desk: SmallDesk, clock: Clock, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OperationalError("", None, Exception("could not write"))

    monkeypatch.setattr(alarms, "write_down", broken)
    for _ in range(3):
        jobs.tick("alarms")
    assert [told["alarm"] for told in hook.told] == ["database"]
