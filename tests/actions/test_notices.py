"""Notices: told at once to whom they are for, in his language, by mail where asked, and not at all where nothing came of it."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions import notices, people
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db, redis_connection
from helpdesk.models import Letter, Notice
from tests.factories import Clock, SmallDesk


def tell(desk: SmallDesk, words: dict[str, Any], *who: str, number: int | None = None, **more: Any) -> None:
    with transaction() as session:
        notices.notify(session, [desk.ids[name] for name in who], number, words, **more)


def test_pages_hear_of_it_and_mail_is_sent_where_asked(desk: SmallDesk, clock: Clock) -> None:
    people.set_language(desk.ids["huda"], "ar")
    people.deactivate(desk.ids["lina"])
    line = redis_connection().pubsub()
    line.subscribe("live")
    line.get_message(timeout=2)
    words = {"kind": "webhook_off", "webhook": "Shop", "webhook_id": 7, "why": "failing"}
    tell(desk, words, "rana", "huda", "lina", by_mail=True)
    heard = [json.loads(line.get_message(timeout=2)["data"]) for _ in range(2)]
    assert sorted(one["topics"][0] for one in heard) == sorted(f"agent:{desk.ids[name]}" for name in ("rana", "huda"))
    assert {one["hint"]["kind"] for one in heard} == {"notice"}
    line.close()
    letters = {letter.to_address: letter for letter in db.session.scalars(select(Letter))}
    assert sorted(letters) == ["huda@example.com", "rana@example.com"]
    assert "nothing went through for a day" in letters["rana@example.com"].subject
    assert letters["rana@example.com"].text.endswith("/webhooks/7\n")
    assert letters["huda@example.com"].language == "ar"


def test_nothing_is_told_of_what_did_not_happen(desk: SmallDesk, clock: Clock) -> None:
    def tell_and_break() -> None:
        with transaction() as session:
            notices.notify(session, [desk.ids["rana"]], None, {"kind": "rule_off"}, by_mail=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell_and_break()
    assert list(db.session.scalars(select(Notice))) == []
    assert list(db.session.scalars(select(Letter))) == []
