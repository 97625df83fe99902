"""A mail of which only the header is here: whoever wants it gets all of it, or hears plainly why not."""

from dataclasses import replace
from typing import Any

import pytest

from channels.email import intake, mailbox_fetch, mailbox_hard, mailbox_whole
from channels.email.parser_child import Parser
from channels.email.retry import retry
from helpdesk.actions import screening
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Message, RawMessage
from helpdesk.queries.held import HeldMail, held_page, marks_of
from helpdesk.queries.ledger import ledger_in
from helpdesk.queries.mailboxes import movable_uids
from tests.channels.email.mailbox_desk import QUICK, SUPPORT, Boxes, letter, mailbox_now, raws
from tests.servers import until


@pytest.fixture
def large(boxes: Boxes, parser: Parser, monkeypatch: pytest.MonkeyPatch) -> int:
    """The raw message of a mail that is too large for the door."""
    boxes.desk.app.extensions["mail_parser"] = parser
    monkeypatch.setattr(mailbox_fetch, "MOST_BYTES", 20_000)
    boxes.post.deliver(SUPPORT, letter("large", 30_000))
    boxes.add()
    boxes.look()
    boxes.come(1)
    return raws()[0].id


def now(raw_id: int) -> RawMessage:
    db.session.remove()
    return db.session.get_one(RawMessage, raw_id)


def shown(boxes: Boxes, kind: str = "waiting") -> HeldMail:
    db.session.remove()
    (one,) = held_page(boxes.desk.viewer("rana"), kind).mails
    return one


def text_of(raw: RawMessage) -> str:
    return db.session.get_one(Message, raw.message_id).text


def test_a_ticket_of_it_holds_its_whole_text(boxes: Boxes, large: int) -> None:
    assert shown(boxes).part == "header"
    boxes.watchers.end()
    assert not screening.release(boxes.desk.viewer("rana"), large)
    assert (shown(boxes).wanted, shown(boxes).step, ledger_in().difference) == (True, "partial", 0)
    intake.drain()
    assert now(large).state == "held", "nothing is made of its header meanwhile"
    boxes.look()
    until(lambda: now(large).state == "received", "fetched whole")
    assert ledger_in().difference == 0
    intake.drain()
    raw = now(large)
    assert (raw.state, raw.partial, len(text_of(raw)) > 25_000, marks_of([large]), ledger_in().difference) == ("done", False, True, {}, 0)


def test_tried_again_by_hand_it_is_fetched_too_and_screened_as_if_it_had_just_come(boxes: Boxes, large: int) -> None:
    words = retry(lambda: boxes.desk.app, large)
    assert words == f"Raw message {large} was held (too_large) and is here only in part; it is fetched whole first, then read."
    until(lambda: now(large).state == "received", "fetched whole")
    intake.drain()
    assert (now(large).state, len(text_of(now(large))) > 25_000, ledger_in().difference) == ("done", True, 0)


@pytest.mark.parametrize("why", ["gone", "too_large", "not_given", "renumbered"])
def test_what_cannot_be_fetched_says_so_and_its_header_makes_a_ticket(
    boxes: Boxes, large: int, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "gone":
        with boxes.login() as person:
            person.delete_messages([1])
            person.expunge()
    elif why == "too_large":
        monkeypatch.setattr(mailbox_whole, "MOST_WHOLE", 25_000)
    elif why == "not_given":
        boxes.post.files(SUPPORT)[0].chmod(0)
    else:
        with transaction() as session:
            session.get_one(RawMessage, large).uid = None
    screening.release(boxes.desk.viewer("rana"), large)
    until(lambda: not shown(boxes).wanted, "given up")
    mail, expected = shown(boxes), "gone" if why == "renumbered" else why
    assert (mail.step, mail.detail["why"], mail.part, now(large).state) == ("partial", expected, "header", "held")
    assert ledger_in().difference == 0
    assert screening.release(boxes.desk.viewer("rana"), large, as_it_is=True)
    intake.drain()
    raw = now(large)
    assert (raw.state, db.session.get_one(Message, raw.message_id).subject, marks_of([large])) == ("done", "large", {large: ["partial"]})
    assert ledger_in().difference == 0
    box = raw.mailbox_id or 0
    assert movable_uids(box, mailbox_now(box).uidvalidity or 0, -1) == [], "all of it is only on its server"


def test_a_mail_that_its_server_gives_late_is_screened_like_any_other(
    boxes: Boxes, parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has asked for it."""
    boxes.desk.app.extensions["mail_parser"] = parser
    monkeypatch.setattr(mailbox_hard, "LISTED_SECONDS", 0.3)
    boxes.watchers.pace = replace(QUICK, patience=0.3)
    boxes.post.deliver(SUPPORT, letter("poison").replace(b"noura@example.net", SUPPORT.encode()))
    poison = boxes.post.files(SUPPORT)[0]
    poison.chmod(0)
    boxes.add()
    boxes.look()
    boxes.come(1)
    assert raws()[0].reason == "not_given"
    poison.chmod(0o600)
    until(lambda: raws()[0].state == "received", "given after all")
    intake.drain()
    assert (raws()[0].state, raws()[0].reason) == ("screened", "own_mail")


def test_a_line_that_breaks_over_it_is_asked_once(boxes: Boxes, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def broken(_self: Any, one: Any) -> bytes:
        asked.append(one.raw_id)
        raise OSError("cut")

    monkeypatch.setattr(mailbox_whole.Whole, "content", broken)
    screening.release(boxes.desk.viewer("rana"), large)
    until(lambda: not shown(boxes).wanted, "given up")
    boxes.swept(now(large).mailbox_id or 0)
    assert (asked, shown(boxes).detail["why"]) == ([large], "not_given")
    boxes.post.deliver(SUPPORT, letter("after"))
    boxes.come(2)
