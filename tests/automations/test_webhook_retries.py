"""Webhooks whose receivers fail: in order, one at a time, for a day, kept afterwards; told again where a worker died."""

import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from helpdesk.actions import change, drain_outbox, housekeeping, webhook_tellings, webhooks
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.models import Letter, Notice
from helpdesk.queries.webhooks import telling_is_due
from tests.automations.hooks import made, priorities, send, tellings, webhook
from tests.factories import NOW, Clock, SmallDesk
from tests.webhook import Hook


def test_what_fails_holds_up_its_ticket_for_a_while_and_no_other(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    made(hook, kinds=("priority_changed",))
    one, other = desk.ticket(), desk.ticket()
    hook.modes = [500, 204]
    priorities(desk, one, "high")
    send()
    priorities(desk, one, "urgent")
    priorities(desk, other, "low")
    send()
    assert [told["change"]["to"] for told in hook.told] == ["high", "low"]
    clock.move(seconds=10)
    send()
    assert [told["change"]["to"] for told in hook.told] == ["high", "low", "high", "urgent"]
    assert hook.journal[0].headers["Helpdesk-Event-Id"] == hook.journal[2].headers["Helpdesk-Event-Id"]
    assert hook.journal[0].body == hook.journal[2].body
    assert hook.journal[0].headers["Helpdesk-Timestamp"] != hook.journal[2].headers["Helpdesk-Timestamp"]


def tried_until_off(clock: Clock) -> list[datetime]:
    """When the one telling was tried, as long as the webhook was on; nothing is due in between."""
    tries: list[datetime] = []
    while webhook().active:
        assert telling_is_due()
        tries.append(clock.move(seconds=0))
        send()
        clock.set(max(tellings()[0].next_at, webhook().rest_until or NOW) - timedelta(seconds=1))
        assert not telling_is_due()
        clock.move(seconds=1)
        assert len(tries) < 100
    return tries


def test_a_day_of_tries_then_off_with_a_notice_then_again(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    webhook_id, _ = made(hook, kinds=("priority_changed", "status_changed"))
    number = desk.ticket()
    hook.status = 503
    priorities(desk, number, "high")
    drain_outbox.drain()
    tries = tried_until_off(clock)
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(tries)]
    assert [round(pause / 10) * 10 for pause in pauses[:5]] == [10, 30, 60, 300, 900]
    assert set(pauses[5:-1]) <= {3600.0, 3660.0}
    assert timedelta(hours=24) <= tries[-1] - tries[0] < timedelta(hours=24, minutes=2)
    assert len(tries) >= 20
    assert (webhook().switched_off, [row.state for row in tellings()]) == ("failing", ["failed"])
    notices = list(db.session.scalars(select(Notice)))
    assert [(notice.agent_id, notice.words["kind"], notice.words["why"]) for notice in notices] == [
        (desk.ids["admin"], "webhook_off", "failing")]
    assert "“\u2068Shop\u2069”" in db.session.scalars(select(Letter.subject)).one()
    change.change(desk.viewer("rana"), number, change.set_status("solved"))
    send()
    assert [row.state for row in tellings()] == ["failed", "kept"], "what happens meanwhile is kept"
    with pytest.raises(Invalid):
        webhooks.replay(webhook_id, tellings()[0].id)
    hook.status, before = 204, len(hook.told)
    webhooks.switch(webhook_id, active=True)
    send()
    assert len(hook.told) == before, "it waits until somebody wants it"
    assert webhooks.replay_since(webhook_id, NOW - timedelta(days=1)) == 2
    send()
    assert [told["kind"] for told in hook.told[before:]] == ["priority_changed", "status_changed"]
    assert [row.state for row in tellings()] == ["told", "told"]
    webhooks.replay(webhook_id, tellings()[0].id)
    send()
    assert hook.journal[-1].body == hook.journal[0].body
    assert webhooks.replay_since(webhook_id, NOW + timedelta(days=9), "all") == 0


def tried_until_failed(clock: Clock) -> None:
    """The newest telling, whose day is over."""
    for _try in range(webhook_tellings.LEAST_OF_ONE):
        clock.move(hours=1)
        send()


def test_a_few_failures_over_a_day_switch_nothing_off(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    """A jump of the clock is no day of silence, and a telling is given up after some tries alone."""
    made(hook, kinds=("priority_changed",))
    number = desk.ticket()
    hook.modes = [500]
    priorities(desk, number, "high")
    send()
    clock.move(days=400)
    send()
    assert [row.state for row in tellings()] == ["retry"]
    tried_until_failed(clock)
    assert (webhook().active, [row.state for row in tellings()]) == (True, ["failed"])
    assert missed() == [desk.ids["admin"]], "what is given up is said, though the webhook stays on"
    one, other = desk.ticket(), desk.ticket()
    for days, told in ((0, 1), (2, 2)):  # two at once are one notice, and after a day there is another
        hook.modes = [204]
        clock.move(minutes=2)
        priorities(desk, number, "urgent" if days else "low")
        send()
        assert (webhook().failures, webhook().failing_since) == (0, None)
        hook.modes = [500]
        priorities(desk, one, "high" if days else "low")
        priorities(desk, other, "high" if days else "low")
        send()
        clock.move(days=2)
        tried_until_failed(clock)
        assert (len(missed()), [row.state for row in tellings("failed")]) == (told + 1, ["failed"] * (1 + 2 * told))


def missed() -> list[int]:
    """Who was told that something was not told."""
    notices = db.session.scalars(select(Notice).order_by(Notice.id))
    return [notice.agent_id for notice in notices if notice.words["kind"] == "webhook_missed"]


def test_gone_is_gone_at_once(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    made(hook, kinds=("priority_changed",))
    hook.modes = [410]
    one, other = desk.ticket(), desk.ticket()
    priorities(desk, one, "high")
    priorities(desk, other, "low")
    send()
    assert (webhook().switched_off, sorted(row.state for row in tellings()), len(hook.told)) == ("gone", ["failed", "kept"], 1)
    assert db.session.scalars(select(Notice.words)).one()["why"] == "gone"


def test_who_is_down_is_not_asked_for_each_event(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    made(hook, kinds=("priority_changed",))
    hook.modes = [500]
    for _ in range(12):
        priorities(desk, desk.ticket(), "high")
    send()
    assert len(hook.told) == 5
    clock.move(minutes=1)
    send()
    assert len(hook.told) == 6
    hook.modes = [204]
    clock.move(minutes=1)
    send()
    assert {row.state for row in tellings()} == {"told", "retry"} or {row.state for row in tellings()} == {"told"}


def test_killed_between_answer_and_record(desk: SmallDesk, clock: Clock, hook: Hook, ground: dict[str, str]) -> None:
    """Told again, under the same number and with the same body: the receiver sees that it has it."""
    made(hook, kinds=("priority_changed",))
    priorities(desk, desk.ticket(), "high")
    drain_outbox.drain()
    code = (
        "from helpdesk.app import create_app; from automations.webhooks import sender\n"
        "with create_app().app_context():\n    sender.drain(); [lane.join(20) for lane in sender.Lane.opened]"
    )
    environment = ground | {
        "HELPDESK_TEST_CRASH": "webhook.sent:1", "HELPDESK_TEST_CLOCK": str(clock.path),
        "HELPDESK_EGRESS_ALLOW": f"127.0.0.1:{hook.server.server_port}",
    }  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert killed.returncode == -9, killed.stderr
    assert [row.state for row in tellings()] == ["sending"]
    send()
    assert len(hook.journal) == 1, "whoever is held is left alone until the lease is over"
    clock.move(seconds=61)
    send()
    assert [row.state for row in tellings()] == ["told"]
    first, second = hook.journal
    assert (first.body, first.headers["Helpdesk-Event-Id"]) == (second.body, second.headers["Helpdesk-Event-Id"])


def test_who_lost_the_lease_writes_nothing_down(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    made(hook, kinds=("priority_changed",))
    priorities(desk, desk.ticket(), "high")
    drain_outbox.drain()
    late = webhook_tellings.lease_next() or pytest.fail("nothing is due")
    assert webhook_tellings.lease_next() is None
    clock.move(seconds=61)
    second = webhook_tellings.lease_next() or pytest.fail("its lease is over")
    webhook_tellings.settle(late, 500, "too late")
    assert (tellings()[0].state, webhook().failures) == ("sending", 0)
    webhook_tellings.settle(second, 200, "in time")
    assert (tellings()[0].state, tellings()[0].answer) == ("told", "in time")


def test_what_was_told_goes_after_a_month(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    made(hook, kinds=("priority_changed",))
    number = desk.ticket()
    hook.modes = [204, 500]
    priorities(desk, number, "high", "low")
    send()
    clock.move(days=31)
    tried_until_failed(clock)
    housekeeping.tidy()
    assert [row.state for row in tellings()] == ["failed"]
    clock.move(days=91)
    housekeeping.tidy()
    assert tellings() == []
