"""Screening on its whole road, with the real parser: what is put aside is listed with its reason and can be taken back."""

import pytest
from sqlalchemy import select

from channels.email import intake, screen
from helpdesk.actions import blocking, raw, screening
from helpdesk.actions.raw import store_raw
from helpdesk.actions.receive import receive
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Address, Message, RawMessage, Screening, Ticket
from helpdesk.queries.held import held_page, marks_of
from helpdesk.queries.ledger import ledger_in
from tests.channels.email.arrivals import sent_answer, states, take
from tests.channels.email.samples import mail
from tests.factories import Clock, SmallDesk, kinds, messages, ticket

AWAY = {"auto_submitted": "auto-replied", "subject": "Out of office"}


def letter(text: str = "My printer does not print.", **fields: str) -> bytes:
    return mail(text, **({"from": "Noura Saleh <noura@example.com>", "subject": "Printer"} | fields))


def rows(raw_id: int) -> list[tuple[str, str, bool]]:
    """(step, verdict, taken back)."""
    found = select(Screening).where(Screening.raw_message_id == raw_id).order_by(Screening.id)
    fresh = db.session.scalars(found.execution_options(populate_existing=True))
    return [(row.step, row.verdict, row.undone_at is not None) for row in fresh]


def test_an_absence_note_joins_quietly_and_opens_nothing(desk: SmallDesk, clock: Clock, inbox: int) -> None:
    message = sent_answer(desk, clock)
    number, name = message.ticket_id, message.external_id
    lonely_note = letter("I am away.", message_id="<x@y.example>", **AWAY)
    joined, lonely = take(inbox, letter("I am away.", in_reply_to=f"<{name}>", **AWAY), lonely_note)
    assert states([joined, lonely]) == [("done", ""), ("held", "absence")]
    assert (ticket(number).status, ticket(number).waiting_since.year) == ("pending", 9999)
    assert marks_of([joined.id, lonely.id]) == {joined.id: ["absence"]}
    assert ledger_in().difference == 0
    treated = screening.treat_as_person(desk.viewer("rana"), joined.message_id or 0)
    assert (ticket(number).status, ticket(number).waiting_since) == ("open", treated.created_at)
    assert rows(joined.id) == [("absence", "marked", True)]
    assert "screening_undone" in kinds(number)
    with pytest.raises(Invalid):
        screening.treat_as_person(desk.viewer("rana"), joined.message_id or 0)


def test_a_receipt_for_an_answer_opens_nothing(inbox: int) -> None:
    """A report that a mail arrived, or was read, with or without a sign of a program."""
    read = 'multipart/report; report-type=disposition-notification; boundary="b"'
    raws = take(inbox, letter("--b\n\nIt was read.\n--b--", content_type=read, message_id="<r@y.example>"))
    assert states(raws) == [("held", "auto_reply")]


def test_a_shops_form_that_says_it_is_a_program_opens_a_ticket(desk: SmallDesk, inbox: int) -> None:
    (raw,) = take(inbox, letter(auto_submitted="auto-generated"))
    assert states([raw]) == [("done", "")]
    assert marks_of([raw.id]) == {raw.id: ["auto_reply"]}
    assert ticket(1).waiting_since.year < 9999


@pytest.mark.parametrize("what", ["note", "own", "blocked", "unreadable"])
def test_whatever_is_held_becomes_a_ticket_when_somebody_wants_it(desk: SmallDesk, inbox: int, what: str) -> None:
    if what == "blocked":
        desk.ticket(sender="bad@example.net")
        blocking.block(desk.viewer("rana"), db.session.scalars(select(Address.id).where(Address.value == "bad@example.net")).one())
    bomb = "--b\n\nx\n" * 3000
    content = {
        "note": letter(message_id="<x@y.example>", list_id="<a.example>", **AWAY), "own": letter(**{"from": "support@example.com"}),
        "blocked": letter(**{"from": "Bad <bad@example.net>"}),
        "unreadable": letter(bomb, content_type='multipart/mixed; boundary="b"', subject="A bomb"),
    }[what]  # fmt: skip
    (raw,) = take(inbox, content)
    assert raw.state in ("held", "screened", "quarantined")
    assert raw.message_id is None
    shown = next(one for kind in ("waiting", "screened") for one in held_page(desk.viewer("rana"), kind).mails)
    assert shown.detail["subject"] in ("Printer", "Out of office", "A bomb")
    with pytest.raises(NotFound):
        screening.release(desk.viewer("omar"), raw.id)
    screening.release(desk.viewer("rana"), raw.id)
    intake.drain()
    raw = db.session.get_one(RawMessage, raw.id)
    assert raw.state == "done"
    assert db.session.get_one(Message, raw.message_id).subject == shown.detail["subject"]
    assert marks_of([raw.id]).get(raw.id, []) == (["absence", "bulk"] if what == "note" else []), "a robot stays one"
    assert ledger_in().difference == 0
    with pytest.raises(Invalid):
        screening.release(desk.viewer("rana"), raw.id)


def test_what_is_too_large_is_not_parsed_until_somebody_wants_it(
    desk: SmallDesk, inbox: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (intake, screen):
        monkeypatch.setattr(module, "MOST_BYTES", 5000)
    (large,) = take(inbox, letter("x" * 6000, subject="Large"))
    assert states([large]) == [("held", "too_large")]
    assert [one.detail["subject"] for one in held_page(desk.viewer("rana"), "held").mails] == ["Large"]
    screening.release(desk.viewer("rana"), large.id)
    intake.drain()
    assert len(messages(1)[0].text.strip()) == 6000


def test_what_is_left_out_waits_for_nobody(desk: SmallDesk, inbox: int) -> None:
    (raw,) = take(inbox, letter(message_id="<x@y.example>", **AWAY))
    screening.leave(desk.viewer("rana"), raw.id)
    assert held_page(desk.viewer("rana"), "waiting").mails == []
    assert [one.id for one in held_page(desk.viewer("rana"), "screened").mails] == [raw.id]
    assert ledger_in().difference == 0


def test_a_blocked_sender_is_known_before_he_was_ever_in_a_ticket(desk: SmallDesk, inbox: int) -> None:
    (first,) = take(inbox, letter(message_id="<x@y.example>", **AWAY))
    blocking.block_sender(desk.viewer("rana"), first.id, blocked=True)
    assert states(take(inbox, letter("Buy now", message_id="<z@y.example>"))) == [("held", "blocked")]
    blocking.block_sender(desk.viewer("rana"), first.id, blocked=False)
    assert states(take(inbox, letter("Buy now", message_id="<w@y.example>"))) == [("done", "")]


def test_every_header_we_emit_comes_back_without_effect(desk: SmallDesk, inbox: int) -> None:
    """Safety S7."""
    fields = {"x_helpdesk_loop": "a1-aaaaaaaaaaaaaaaaaaaaaaaaaa", "x_loop": "1", "x_ticket_id": "1", "x_helpdesk_status": "solved",
              "x_helpdesk_priority": "urgent"}  # fmt: skip
    (raw,) = take(inbox, letter(**fields))
    made = db.session.get_one(Ticket, db.session.get_one(Message, raw.message_id).ticket_id)
    assert (states([raw]), rows(raw.id), made.status, made.priority) == ([("done", "")], [], "open", 1)


def test_a_mail_that_kills_its_reader_delays_its_neighbours_less_than_a_minute(inbox: int, clock: Clock) -> None:
    """Safety M15. The reader dies over it without a word: nothing is given back, the leases just end."""
    ids = [store_raw(inbox, letter(text, message_id=f"<{text}@y.example>"), "pipe") for text in ("one", "poison", "three")]
    seconds, arrived = 0, {}
    while seconds < 600 and len(arrived) < 3:
        while held := raw.lease_raw(10, 10**9):
            if any(one.id == ids[1] for one in held):
                continue  # it takes the whole set with it
            intake.take(held)
        db.session.rollback()
        settled = select(RawMessage.id, RawMessage.state).where(RawMessage.state != "received")
        arrived |= {row.id: (row.state, seconds) for row in db.session.execute(settled) if row.id not in arrived}
        clock.move(seconds=5)
        seconds += 5
    assert [arrived[one][0] for one in ids] == ["done", "quarantined", "done"]
    assert max(arrived[ids[0]][1], arrived[ids[2]][1]) <= 60
    assert rows(ids[1]) == [("unreadable", "quarantined", False)]
    assert ledger_in().difference == 0


def test_a_slow_reader_keeps_its_hold_and_a_second_one_doubles_nothing(desk: SmallDesk, inbox: int, clock: Clock) -> None:
    store_raw(inbox, letter(), "pipe")
    (slow,) = raw.lease_raw(10, 10**9)
    clock.move(seconds=raw.LEASE_SECONDS - 5)
    raw.renew([slow.id])
    clock.move(seconds=10)
    assert raw.lease_raw(10, 10**9) == []
    read = intake.admitted([slow])
    clock.move(seconds=raw.LEASE_SECONDS)
    intake.drain()
    receive(read)
    db.session.rollback()
    assert db.session.scalars(select(RawMessage.state)).all() == ["done"]
    assert len(db.session.scalars(select(Message)).all()) == 1
