"""Webhooks: signed, told once, by what was chosen, and never inwards (safety S22, S40)."""

import hashlib
import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from automations.webhooks import sender
from helpdesk.actions import change, webhooks
from helpdesk.actions.record import Actor, held_ticket
from helpdesk.actions.release import cancel_reply, release_due
from helpdesk.actions.reply import UNDO_SECONDS, note, reply
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.models import Event, Webhook, WebhookTelling
from helpdesk.queries.webhook_body import without_secrets
from tests.automations.hooks import made, priorities, send, tellings, webhook
from tests.factories import NOW, Clock, SmallDesk, writing
from tests.webhook import Call, Hook


def hmac_by_hand(secret: bytes, text: bytes) -> str:
    """RFC 2104, from its two hashes."""
    block = secret.ljust(64, b"\0") if len(secret) <= 64 else hashlib.sha256(secret).digest().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + text).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


def is_signed(call: Call, secret: str) -> bool:
    text = call.headers["Helpdesk-Timestamp"].encode() + b"." + call.body
    return call.headers["Helpdesk-Signature"] == "v1=" + hmac_by_hand(secret.encode(), text)


def test_what_is_told(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    _, secret = made(hook)
    number = desk.ticket("My printer does not print. طابعتي")
    change.change(desk.viewer("rana"), number, change.tag("repair"))
    priorities(desk, number, "high")
    send()
    calls = sorted(hook.journal, key=lambda call: int(call.headers["Helpdesk-Event-Id"]))
    assert [call.json["kind"] for call in calls] == ["ticket_opened", "message_received", "ticket_tagged", "priority_changed"]
    assert all(is_signed(call, secret) for call in calls)
    assert not any(is_signed(call, secret + "x") for call in calls)
    assert {call.headers["Helpdesk-Timestamp"] for call in calls} == {str(int(NOW.timestamp()))}
    assert {call.headers["User-Agent"] for call in calls} == {"helpdesk"}
    told, event = calls[-1].json, db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    names = {name: {"id": desk.ids[name], "name": name.title()} for name in ("repairs", "support", "rana")}
    assert told["ticket"].pop("contact")["name"] == "Noura Saleh"
    assert told == {
        "id": str(event.id), "kind": "priority_changed", "at": "2026-11-22T09:00:00Z", "actor": {"kind": "agent", **names["rana"]},
        "ticket": {
            "number": number, "subject": "Printer", "status": "open", "priority": "high", "type": None, "team": names["repairs"],
            "assignee": None, "tags": ["repair"], "inbox": names["support"], "channel": "email",
        },
        "change": {"from": "normal", "to": "high"}, "message": None, "rule": None,
    }  # fmt: skip
    assert calls[1].json["message"]["direction"] == "incoming"
    assert without_secrets({"to": "x", "Api_Token": "y", "list": [{"password": "z", "id": 1}]}) == {"to": "x", "list": [{"id": 1}]}
    assert not any(b"printer does not" in call.body for call in calls)
    assert [row.state for row in tellings()] == ["told"] * 4
    assert tellings()[0].answer == "204 said so twice" or tellings()[0].answer.startswith("204")


def test_only_what_was_chosen_and_texts_where_asked(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    heard = ("message_received", "reply_released", "note_written", "reply_written", "reply_cancelled")
    made(hook, kinds=heard, with_texts=True)
    number = desk.ticket("ط" * 20_000)
    rana = desk.viewer("rana")
    note(rana, number, writing(number, "For colleagues"))
    taken_back = reply(rana, number, writing(number, "Never said"))
    cancel_reply(rana, taken_back.id)
    reply(rana, number, writing(number, "Said in the end"))
    send()
    assert [told["kind"] for told in hook.told] == ["message_received", "note_written"], "inside its undo window nobody hears of an answer"
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    send()
    texts = [(told["message"]["direction"], told["message"]["text"]) for told in hook.told]
    assert texts == [("incoming", "ط" * 5000), ("note", "For colleagues"), ("outgoing", "Said in the end")]
    assert b"Never said" not in b"".join(call.body for call in hook.journal)


def test_no_row_where_nobody_listens(desk: SmallDesk, hook: Hook) -> None:
    number = desk.ticket()
    webhook_id, _ = made(hook, kinds=("status_changed",))
    priorities(desk, number, "high")
    webhooks.switch(webhook_id, active=False)
    change.change(desk.viewer("rana"), number, change.set_status("solved"))
    send()
    assert (tellings(), hook.told) == ([], [])


def test_what_a_receiver_may_do_and_what_becomes_of_it(desk: SmallDesk, clock: Clock, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """2xx is told however its answer goes on; a redirect is not followed, and nothing of it hits what stands behind."""
    monkeypatch.setattr(sender.egress, "TELL_SECONDS", 0.8)
    behind = Hook()
    number = desk.ticket()
    webhook_id, _ = made(hook, kinds=("priority_changed",))
    cases: list[tuple[int | str, str, str]] = [
        (200, "told", "200 said <b>so</b> twice"), ("huge", "told", "200 xxx"), ("drip_body", "told", "200 xx"), (500, "retry", "500 said"),
        (404, "retry", "404"), ("hang", "retry", "-silent TimeoutError"), ("drip", "retry", "-silent TimeoutError"),
        (f"redirect:{behind.url}", "retry", "302"), ("close", "retry", "-broken RemoteDisconnected"),
    ]  # fmt: skip
    for place, (mode, state, words) in enumerate(cases):
        hook.modes = [mode]
        priorities(desk, number, "high" if place % 2 == 0 else "low")
        begun = time.monotonic()
        send()
        row = tellings()[-1]
        assert (row.state, row.answer[: len(words)]) == (state, words), mode
        assert len(row.answer) <= 300
        assert time.monotonic() - begun < 10, mode
        with transaction() as session:
            session.delete(session.get_one(WebhookTelling, row.id))
            session.get_one(Webhook, webhook_id).rest_until = None
    assert behind.journal == []
    behind.end()


def test_never_inwards(app: Any, desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    """Whatever the address was when it was saved: what the egress refuses is a try that failed, and nobody is called."""
    webhook_id, _ = made(hook, kinds=("priority_changed",))
    number, port = desk.ticket(), hook.server.server_port
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=())
    inside = (f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/", f"https://[::ffff:127.0.0.1]:{port}/", "https://169.254.169.254/",
              "https://localhost/", f"http://2130706433:{port}/", "https://10.0.0.1/", "ftp://example.com/")  # fmt: skip
    for place, url in enumerate(inside):
        webhooks.edit(webhook_id, webhooks.WebhookChange("Shop", url, ("priority_changed",)))
        priorities(desk, number, "high" if place % 2 == 0 else "low")
        with transaction() as session:
            session.get_one(Webhook, webhook_id).rest_until = None
        send()
        assert (tellings()[-1].state, tellings()[-1].answer) == ("retry", "-forbidden"), url
        with transaction() as session:
            session.delete(session.get_one(WebhookTelling, tellings()[-1].id))
    assert hook.journal == []


def test_a_rule_tells_within_its_transaction(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    webhook_id, _ = made(hook, kinds=("status_changed",))
    number = desk.ticket()
    event = db.session.scalars(select(Event).where(Event.ticket_id == number).order_by(Event.id.desc())).first()
    with transaction() as session:
        ticket = held_ticket(session, number)
        actor = Actor("rule", rule_id=None, cause_id=event.id, depth=1)
        done = [webhooks.queue(session, webhook_id, ticket, one, actor) for one in (event, event, None, None)]
        done.append(webhooks.queue(session, 99, ticket, event, actor))
    assert done == ["queued", "known", "queued", "queued", "gone"]
    send()
    assert [told["kind"] for told in hook.told] == ["message_received", "rule_asked", "rule_asked"]
    assert len({call.headers["Helpdesk-Event-Id"] for call in hook.journal}) == 3


def test_a_test_is_tried_once_and_counts_for_nothing(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    webhook_id, _ = made(hook)
    hook.modes = [500, 200]
    webhooks.test(webhook_id)
    send()
    webhooks.test(webhook_id)
    send()
    assert [(row.kind, row.state, row.attempts) for row in tellings()] == [("test", "failed", 1), ("test", "told", 1)]
    assert (webhook().failures, hook.told[0]["ticket"]) == (0, None)
    webhooks.switch(webhook_id, active=False)
    with pytest.raises(Invalid):
        webhooks.test(webhook_id)


def test_a_new_secret_signs_from_now_on(desk: SmallDesk, clock: Clock, hook: Hook) -> None:
    webhook_id, old = made(hook, kinds=("priority_changed",))
    number = desk.ticket()
    priorities(desk, number, "high")
    new = webhooks.renew_secret(webhook_id)
    send()
    assert (is_signed(hook.journal[0], old), is_signed(hook.journal[0], new)) == (False, True)
    assert old not in webhook().secret
    assert new not in webhook().secret
