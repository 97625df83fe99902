"""The ledger: a desk with one of everything adds up; a row that somebody takes away by hand is seen, whichever table it was in."""

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update

from channels.email.commands import retry
from helpdesk import cli_ledger
from helpdesk import clock as time
from helpdesk.actions import drain_outbox
from helpdesk.actions.raw import put_aside, store_raw
from helpdesk.actions.receive import receive
from helpdesk.actions.release import cancel_reply, release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Busy, NotFound
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Delivery, Mailbox, MailboxMark, RawMessage
from helpdesk.queries import ledger
from tests.conftest import HELPDESK
from tests.factories import NOW, Clock, SmallDesk, writing

STATES = ("sent", "failed", "bounced", "uncertain", "pending", "retry", "sending")
BY_HAND = {  # what is taken away -> how much the ledger must find
    "a message": ("DELETE FROM message WHERE raw_message_id = :done", "in"),
    "a raw message": ("DELETE FROM raw_message WHERE id = :done", "in"),
    "a raw message that was put aside": ("DELETE FROM raw_message WHERE id = :aside", "in"),
    "a result of screening": ("DELETE FROM screening WHERE raw_message_id = :aside", "in"),
    "the state of a raw message": ("UPDATE raw_message SET state = 'forgotten' WHERE id = :waiting", "in"),
    "a delivery": ("DELETE FROM delivery WHERE message_id = :sent", "out"),
    "an answer": ("DELETE FROM message WHERE id = :sent", "out"),
    "what a subscriber has to hear": ("DELETE FROM pending_event WHERE subscriber = 'delivery'", "out"),
}


class Undo(Exception):
    """Takes back what was done by hand."""


def mail_in(desk: SmallDesk, **changes: Any) -> tuple[int, int, int]:
    """A mail that became a message: raw id, ticket, message id."""
    raw_id = store_raw(desk.ids["support"], b"Subject: Printer\r\n\r\nHello\r\n", "pipe")
    receipt = receive([desk.mail(raw_message_id=raw_id, **changes)])[0]
    return raw_id, receipt.ticket_id, receipt.message_id


def answer(desk: SmallDesk, number: int) -> int:
    """An answer in its undo window."""
    return reply(desk.viewer("rana"), number, writing(number, to=[Person("", "noura@example.com")])).id


@pytest.fixture
def ids(desk: SmallDesk, clock: Clock) -> dict[str, int]:
    """Two mails, one of which came twice, one each that was put aside in each way, one that waits; answers in every state."""
    done, number, _ = mail_in(desk, external_id="one@example.sa", content_hash="h")
    mail_in(desk, external_id="one@example.sa", content_hash="h")
    mail_in(desk)
    aside = [store_raw(desk.ids["support"], b"x", "pipe") for _ in ledger.ASIDE]
    for raw_id, state in zip(aside, ledger.ASIDE, strict=True):
        put_aside(raw_id, state, "because")
    waiting = store_raw(desk.ids["support"], b"x", "pipe")
    cancel_reply(desk.viewer("rana"), answer(desk, number))
    answers = [answer(desk, number) for _ in STATES]
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    with transaction() as session:
        for message_id, state in zip(answers, STATES, strict=True):
            session.execute(update(Delivery).where(Delivery.message_id == message_id).values(state=state, sent_at=time.now()))
    answer(desk, number)
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    answer(desk, number)
    return {"done": done, "aside": aside[0], "waiting": waiting, "sent": answers[0]}


def test_one_of_everything_adds_up(desk: SmallDesk, ids: dict[str, int]) -> None:
    told = ledger.as_told()
    assert told["in"] == {
        "raw": 7, "messages": 2, "screened": 1, "quarantined": 1, "held": 1, "duplicates": 1, "waiting": 1,
        "lost": 0, "astray": 0, "mailboxes": [],
    }  # fmt: skip
    assert told["out"] == {
        "replies": 10, "sent": 1, "failed": 1, "bounced": 1, "uncertain": 1, "cancelled": 1, "waiting": 5, "lost": 0, "astray": 0,
    }  # fmt: skip
    assert told["difference"] == 0


def taken_away(statements: list[str], ids: dict[str, int]) -> dict[str, ledger.Ledger]:
    """Both sides after these were done by hand; then they are undone."""
    found = {}
    with suppress(Undo), transaction() as session:
        for statement in statements:
            session.execute(text(statement), ids)
        found = {"in": ledger.ledger_in(), "out": ledger.ledger_out()}
        raise Undo
    return found


def test_what_is_taken_away_by_hand_is_seen(desk: SmallDesk, ids: dict[str, int]) -> None:
    found = {what: taken_away([statement], ids)[side].difference for what, (statement, side) in BY_HAND.items()}
    assert found == dict.fromkeys(BY_HAND, 1)
    two = taken_away([BY_HAND["a message"][0], BY_HAND["a raw message that was put aside"][0]], ids)["in"]
    assert (two.lost, two.astray) == (1, 1), "nor does one make up for the other"
    assert ledger.as_told()["difference"] == 0


def test_what_lies_on_the_server_and_did_not_arrive(desk: SmallDesk) -> None:
    with transaction() as session:
        box = Mailbox(inbox_id=desk.ids["support"], host="imap.example.com", start_at=NOW, created_at=NOW, uidvalidity=7, on_server=2)
        box.removed = 1
        session.add(box)
        session.flush()
        session.add(MailboxMark(mailbox_id=box.id, uidvalidity=7, start_uid=10, start_at=NOW, live_uid=12, created_at=NOW))
        raws = {"inbox_id": desk.ids["support"], "source": "imap", "content": b"", "size": 0, "sha256": "", "received_at": NOW}
        of_today, older = [(7, 10), (7, 12)], [(7, 9), (6, 12)]
        session.add_all(RawMessage(**raws, mailbox_id=box.id, uidvalidity=one, uid=uid) for one, uid in of_today + older)
    told = ledger.as_told()
    assert told["in"]["mailboxes"] == [{"address": "support@example.com", "on_server": 2, "removed": 1, "raw": 2, "difference": 1}]
    assert told["difference"] == 1


def test_a_sum_that_takes_too_long_is_given_up(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_SECONDS", 0.05)
    on_postgresql = db.engine.dialect.name == "postgresql"
    row = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000000) SELECT count(*) FROM n"
    with pytest.raises(Busy):
        ledger.counted(text("SELECT pg_sleep(5)" if on_postgresql else row))  # type: ignore[arg-type]
    if on_postgresql:
        assert db.session.scalar(text("SHOW statement_timeout")) == "30s", "the limit was for the sum alone"
    assert ledger.ledger_in().difference == 0, "and the next one is had again"


def test_the_commands(desk: SmallDesk, ids: dict[str, int], ground: dict[str, str]) -> None:
    """Beside a desk at work, as programs of their own."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run([HELPDESK, *arguments], env=os.environ | ground, capture_output=True, timeout=60, check=False)

    done = run("ledger", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, json.loads(json.dumps(ledger.as_told())))
    with transaction() as session:
        session.execute(text("DELETE FROM message WHERE raw_message_id = :done"), ids)
    asked = CliRunner().invoke(cli_ledger.ledger, obj=lambda: desk.app)
    assert (asked.exit_code, asked.output.splitlines()[-1]) == (1, "difference 1")
    asked = CliRunner().invoke(cli_ledger.raw, [str(ids["done"])], obj=lambda: desk.app)
    assert asked.stdout_bytes == b"Subject: Printer\r\n\r\nHello\r\n"
    done = run("raw", "99999999999")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"There is no raw message 99999999999.\n")


def test_a_raw_message_is_read_again(desk: SmallDesk, ids: dict[str, int]) -> None:
    def again(raw_id: int) -> str:
        return CliRunner().invoke(retry, [str(raw_id)], obj=lambda: desk.app).output

    assert "was screened (because) and is back in the line" in again(ids["aside"])
    assert "in the line already" in again(ids["aside"])
    assert "in ticket" in again(ids["done"])
    db.session.rollback()
    assert db.session.scalars(select(RawMessage.state).where(RawMessage.id == ids["aside"])).one() == "received"
    assert isinstance(CliRunner().invoke(retry, ["4000000000"], obj=lambda: desk.app).exception, NotFound)
    assert ledger.as_told()["difference"] == 0


def test_a_desk_without_tables_is_a_sentence(tmp_path: Path) -> None:
    environment = os.environ | {"HELPDESK_DATA": str(tmp_path)}
    done = subprocess.run([HELPDESK, "ledger"], env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert b"database" in done.stderr
    assert b"Traceback" not in done.stderr
