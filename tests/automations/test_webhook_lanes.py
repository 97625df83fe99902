"""Webhooks are told in lanes: one call at a time to each, and no receiver waits for another that hangs."""

import threading
import time
from typing import Any

import psycopg

from automations.webhooks import sender
from helpdesk.actions import drain_outbox, webhook_tellings, webhooks
from helpdesk.extensions import db
from tests.automations.hooks import allow, made, priorities, send
from tests.factories import Clock, SmallDesk
from tests.servers import until
from tests.webhook import Hook


def in_context(app: Any, work: Any) -> None:
    with app.app_context():
        work()
        db.session.remove()


def test_one_at_a_time_in_order_and_nobody_waits_for_another(app: Any, desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    slow = Hook()
    allow(app, hook, slow)
    slow.slow = 8
    made(slow, kinds=("priority_changed",))
    made(hook, kinds=("priority_changed",))
    numbers = [desk.ticket(), desk.ticket()]
    for number in numbers:
        priorities(desk, number, "high", "urgent", "low")
    drain_outbox.drain()
    workers = [threading.Thread(target=in_context, args=(app, sender.drain)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    until(lambda: len(hook.journal) == 6, "the other is told", 8)
    assert slow.journal == [], "while this one has not answered once"
    slow.over.set()
    send()
    for each in (hook, slow):
        keys = [call.headers["Helpdesk-Event-Id"] for call in each.journal]
        assert (each.most_at_once, len(keys), len(set(keys))) == (1, 6, 6)
        for number in numbers:
            assert [told["change"]["to"] for told in each.told if told["ticket"]["number"] == number] == ["high", "urgent", "low"]
    slow.end()


def test_however_many_hang_nobody_waits_for_them(app: Any, desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    """Every other webhook there may be hangs, and the last is told at once all the same; so is the rule that asks, whatever hangs."""
    silent = Hook()
    allow(app, hook, silent)
    silent.modes = ["hang"]
    for _ in range(webhooks.MOST_WEBHOOKS - 1):
        made(silent, kinds=("priority_changed",))
    made(hook, kinds=("priority_changed",))
    priorities(desk, desk.ticket(), "high")
    begun = time.monotonic()
    drain_outbox.drain()
    assert time.monotonic() - begun < 10, "whoever writes tellings calls nobody"
    sender.drain()
    until(lambda: len(hook.journal) == 1, "the last is told", 5)
    until(lambda: len(silent.told) == webhooks.MOST_WEBHOOKS - 1, "while all the others are held", 8)
    silent.over.set()
    for lane in sender.Lane.opened:
        lane.join(20)
    silent.end()


def test_whoever_was_quicker_at_one_leaves_the_others(app: Any, desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    """A lane that meets another at a webhook takes the next one, so that no lane is missing where there is work; at the last, none."""
    numbers = [made(hook, kinds=("priority_changed",))[0] for _ in range(10)]
    priorities(desk, desk.ticket(), "high")
    drain_outbox.drain()
    held, free = numbers[:7], numbers[7:]
    if db.engine.dialect.name == "postgresql":
        with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
            other.execute("SELECT id FROM webhook WHERE id = ANY(%s) FOR UPDATE", (held,))
            assert sorted(served()) == free
        assert sorted(served()) == held
    else:
        assert sorted(served()) == numbers


def served() -> list[int]:
    """Whatever can be leased, is; whose tellings they were."""
    return [found.webhook_id for found in iter(webhook_tellings.lease_next, None)]
