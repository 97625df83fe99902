"""Mails that are read ahead: nothing of them is lost or blamed when what is before them goes wrong."""

import threading

import pytest
from sqlalchemy import func, select

from channels.email import intake
from channels.email.ahead import Ahead
from channels.email.limits import Unreadable
from channels.email.parser_child import Parser
from helpdesk.actions.raw import store_raw
from helpdesk.errors import Busy
from helpdesk.extensions import db
from helpdesk.incoming import Incoming
from helpdesk.models import Message, RawMessage
from helpdesk.queries.ledger import ledger_in
from tests.channels.email.samples import mail
from tests.factories import SmallDesk


def stored(desk: SmallDesk, many: int) -> None:
    for number in range(many):
        content = mail("Hello", **{"from": f"c{number}@example.net", "message_id": f"<{number}@example.net>"})
        store_raw(desk.ids["support"], content, "pipe")


def test_both_sets_are_given_back_when_the_database_is_away(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    many = 2 * intake.SET + 5
    stored(desk, many)

    def away(_incomings: object) -> None:
        raise Busy

    with Parser() as parser:
        desk.app.extensions["mail_parser"] = parser
        with monkeypatch.context() as patch:
            patch.setattr(intake, "receive", away)
            with pytest.raises(Busy):
                intake.drain()
        db.session.rollback()
        assert {tuple(row) for row in db.session.execute(select(RawMessage.attempts, RawMessage.lease_until))} == {(0, None)}
        intake.drain()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Message)) == many
    assert ledger_in().difference == 0


def test_a_set_that_fails_leaves_the_one_behind_it_alone(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    many, real, tried = 2 * intake.SET + 5, intake.receive, list[int]()
    stored(desk, many)

    def trips(incomings: list[Incoming]) -> object:
        tried.append(len(incomings))
        if len(tried) == 1:
            raise LookupError
        return real(incomings)

    with Parser() as parser:
        desk.app.extensions["mail_parser"] = parser
        monkeypatch.setattr(intake, "receive", trips)
        intake.drain()
    db.session.rollback()
    assert tried == [intake.SET, *[1] * intake.SET, intake.SET, 5]
    assert {tuple(row) for row in db.session.execute(select(RawMessage.state, RawMessage.attempts))} == {("done", 1)}


def test_mails_are_parsed_in_order_beside_other_work() -> None:
    seen, last, rest = [], threading.Event(), threading.Event()

    def parse(content: bytes) -> dict[str, object]:
        seen.append(content)
        if content == b"four":
            last.set()
            rest.wait(10)
        if content == b"bad":
            raise Unreadable("too many parts")
        return {"subject": content.decode()}

    ahead = Ahead(parse)
    ahead.begin({1: b"one", 2: b"bad", 3: b"three", 4: b"four"})
    assert ahead.begun.pop(3)[1].result() == {"subject": "three"}
    with pytest.raises(Unreadable):
        ahead.begun.pop(2)[1].result()
    assert last.wait(10)
    ahead.begin({5: b"five"})
    ahead.close()
    rest.set()
    ahead.pool.shutdown(wait=True)
    assert (seen, ahead.begun) == ([b"one", b"bad", b"three", b"four"], {}), "what is not under way when it closes never is"
