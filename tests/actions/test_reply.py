"""An agent writes: once, whole, threaded, and with the ticket moved as it should be."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select

from helpdesk import vault
from helpdesk.actions import change
from helpdesk.actions.draft import attach, save_draft
from helpdesk.actions.receive import receive
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, note, reply
from helpdesk.clock import FAR
from helpdesk.errors import Invalid, KeyReused, NotFound, Stopped
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import Delivery, Draft, Message
from helpdesk.models.ticket import STATUSES
from tests.factories import NOW, Clock, SmallDesk, at_once, kinds, messages, ticket, writing


def test_an_answer_is_written_and_the_ticket_waits(desk: SmallDesk) -> None:
    mail = desk.mail()
    number = receive([mail])[0].ticket_id
    message = reply(desk.viewer("rana"), number, writing(number, "سنرسل إليكم طابعة جديدة."))
    found = ticket(number)
    assert (found.status, found.queue, found.waiting_since) == ("pending", "waiting", FAR)
    assert (message.in_reply_to, message.references) == (mail.external_id, [mail.external_id])
    assert vault.ticket_of_message_id(message.external_id or "") == number
    assert (message.language, message.from_address) == ("ar", "support@example.com")
    assert kinds(number)[2:] == ["reply_written", "status_changed"]
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0, "it does not leave inside the window"


def test_the_status_asked_for(desk: SmallDesk) -> None:
    for status in STATUSES:
        number = desk.ticket()
        reply(desk.viewer("rana"), number, writing(number, status=status))
        assert ticket(number).status == status


def test_it_names_the_thread_but_no_note_and_nothing_taken_back(desk: SmallDesk, clock: Clock) -> None:
    mail = desk.mail(verified=True)
    number = receive([mail])[0].ticket_id
    note(desk.viewer("rana"), number, writing(number, "internal"))
    one = reply(desk.viewer("rana"), number, writing(number, "one"))
    two = reply(desk.viewer("rana"), number, writing(number, "two"))
    assert two.references == [mail.external_id, one.external_id]
    assert two.in_reply_to == one.external_id


def test_a_note_stays_inside(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket()
    message = note(desk.viewer("rana"), number, writing(number, "He is angry."))
    clock.move(seconds=UNDO_SECONDS + 1)
    release_due()
    assert (message.kind, message.external_id, message.release_at) == ("note", None, None)
    assert ticket(number).status == "open"
    assert ticket(number).snippet != "He is angry."
    assert kinds(number)[2:] == ["note_written"]


def test_the_same_key_again_is_the_same_message(desk: SmallDesk) -> None:
    number = desk.ticket()
    written = writing(number)
    first = reply(desk.viewer("rana"), number, written)
    assert reply(desk.viewer("rana"), number, written).id == first.id
    assert len(messages(number)) == 2


def test_a_key_belongs_to_one_text_ticket_and_kind(desk: SmallDesk) -> None:
    number, other = desk.ticket(), desk.ticket()
    written, me = writing(number), desk.viewer("rana")
    reply(me, number, written)
    for again in (replace(written, body="Something else"), replace(written, to=[replace(written.to[0], address="other@example.com")])):
        with pytest.raises(KeyReused):
            reply(me, number, again)
    with pytest.raises(KeyReused):
        note(me, number, written)
    with pytest.raises(KeyReused):
        reply(me, other, replace(written, seen_event_id=ticket(other).last_event_id))
    assert len(messages(number)) == 2
    assert reply(desk.viewer("huda"), number, replace(writing(number), key=written.key)).agent_id == desk.ids["huda"], (
        "a key is its agent's"
    )


def test_what_is_missing_or_wrong(desk: SmallDesk) -> None:
    number = desk.ticket()
    wrong = [({"body": " \n\t"}, "body"), ({"to": []}, "to"), ({"status": "perhaps"}, "status")]
    for changes, field in [*wrong, ({"key": ""}, "idempotency_key"), ({"key": "k" * 81}, "idempotency_key")]:
        with pytest.raises(Invalid) as refusal:
            reply(desk.viewer("rana"), number, writing(number, **changes))
        assert refusal.value.field == field
        assert (len(messages(number)), ticket(number).status) == (1, "open")


def test_who_may_not_see_it_may_not_write(desk: SmallDesk) -> None:
    number = desk.ticket()
    for write in (reply, note):
        with pytest.raises(NotFound):
            write(desk.viewer("omar"), number, writing(number))
        with pytest.raises(NotFound):
            write(desk.viewer("rana"), number + 99, writing(number))
    assert len(messages(number)) == 1


def test_the_draft_becomes_the_message(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    save_draft(me, number, "reply", body="beg")
    mine = attach(me, number, "reply", StoredFile("plan.pdf", "application/pdf", 3, "a" * 64))
    foreign = attach(desk.viewer("huda"), number, "reply", StoredFile("secret.pdf", "application/pdf", 3, "b" * 64))
    message = reply(me, number, writing(number, attachment_ids=[mine.id, foreign.id]))
    db.session.rollback()
    assert [file.name for file in db.session.get_one(Message, message.id, populate_existing=True).attachments] == ["plan.pdf"]
    assert db.session.scalars(select(Draft.agent_id)).all() == [desk.ids["huda"]]


def test_two_in_the_same_second_and_one_is_written(desk: SmallDesk) -> None:
    number = desk.ticket()
    written = [writing(number, "first"), writing(number, "second"), writing(number, "third"), writing(number, "fourth")]
    viewers, outcomes = [desk.viewer("rana"), desk.viewer("huda"), desk.viewer("admin"), desk.viewer("supervisor")], []

    def send(position: int) -> None:
        try:
            outcomes.append(reply(viewers[position], number, written[position]).kind)
        except Stopped:
            outcomes.append("stopped")

    at_once(desk, [partial(send, position) for position in range(4)])
    assert sorted(outcomes) == ["outgoing", "stopped", "stopped", "stopped"]
    assert [message.kind for message in messages(number)] == ["incoming", "outgoing"]


def test_a_double_click_at_once_is_one_message(desk: SmallDesk) -> None:
    number = desk.ticket()
    written, me, ids = writing(number), desk.viewer("rana"), []
    at_once(desk, [lambda: ids.append(reply(me, number, written).id)] * 8)
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_release_after_the_window_and_not_before(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket()
    message = reply(desk.viewer("rana"), number, writing(number))
    clock.move(seconds=UNDO_SECONDS - 1)
    release_due()
    assert "reply_released" not in kinds(number)
    clock.move(seconds=1)
    release_due()
    release_due()
    assert kinds(number).count("reply_released") == 1
    db.session.rollback()
    assert db.session.get_one(Message, message.id, populate_existing=True).released_at is not None


def test_answering_wakes_a_snoozed_ticket_with_a_word(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket()
    later = clock.move(days=1)
    clock.set(NOW)
    change.change(desk.viewer("rana"), number, change.snooze(later))
    reply(desk.viewer("rana"), number, writing(number))
    assert ticket(number).snoozed_until is None
    assert "ticket_woken" in kinds(number)
