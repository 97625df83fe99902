"""Taking an answer back inside its window: the text returns, the ticket is as it was, and what came meanwhile stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.actions import change
from helpdesk.actions.draft import discard_draft, save_draft
from helpdesk.actions.receive import receive
from helpdesk.actions.release import cancel_reply, release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.errors import Invalid, KeyReused, NotFound, Stopped
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import Attachment, Draft, Ticket
from helpdesk.models.ticket import STATUSES
from helpdesk.vault import mint_reply_token
from tests.factories import NOW, Clock, SmallDesk, kinds, messages, ticket, writing

STATE = ("status", "queue", "waiting_since", "snippet", "last_at", "snoozed_until", "place", "assignee_id", "priority")


def state(number: int) -> dict[str, object]:
    found: Ticket = ticket(number)
    return {name: getattr(found, name) for name in STATE}


def draft() -> Draft:
    db.session.rollback()
    return db.session.scalars(select(Draft).execution_options(populate_existing=True)).one()


def test_state_and_text_return(desk: SmallDesk, clock: Clock) -> None:
    me, file = desk.viewer("rana"), StoredFile("plan.pdf", "application/pdf", 3, "a" * 64)
    for status in STATUSES:
        number = desk.ticket()
        before = state(number)
        clock.move(seconds=60)
        message = reply(me, number, writing(number, "My answer.", status=status, files=[file]))
        save_draft(me, number, "reply", body="and more")
        cancel_reply(me, message.id)
        assert state(number) == before, status
        assert draft().body == "My answer.\n\nand more"
        assert draft().to == "noura@example.com"
        assert db.session.scalars(select(Attachment.name).where(Attachment.draft_id == draft().id)).all() == ["plan.pdf"]
        assert kinds(number)[-1] == "reply_cancelled"
        discard_draft(me, number, "reply")


def test_a_snoozed_ticket_sleeps_again(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    change.change(me, number, change.snooze(NOW + timedelta(days=1)))
    before = state(number)
    cancel_reply(me, reply(me, number, writing(number)).id)
    assert state(number) == before


def test_twice_is_once_and_nothing_leaves(desk: SmallDesk, clock: Clock) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    message = reply(me, number, writing(number))
    cancel_reply(me, message.id)
    cancel_reply(me, message.id)
    clock.move(seconds=UNDO_SECONDS + 1)
    release_due()
    assert kinds(number).count("reply_cancelled") == 1
    assert "reply_released" not in kinds(number)


def test_too_late(desk: SmallDesk, clock: Clock) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    message = reply(me, number, writing(number))
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    with pytest.raises(Invalid):
        cancel_reply(me, message.id)
    assert ticket(number).status == "pending"


def test_nobody_else_may(desk: SmallDesk) -> None:
    number = desk.ticket()
    message = reply(desk.viewer("rana"), number, writing(number))
    for who in ("huda", "admin", "omar"):
        with pytest.raises(NotFound):
            cancel_reply(desk.viewer(who), message.id)
    with pytest.raises(NotFound):
        cancel_reply(desk.viewer("rana"), messages(number)[0].id)


def test_a_customer_who_wrote_meanwhile_still_waits(desk: SmallDesk, clock: Clock) -> None:
    """Before the answer nobody waited; the undo must not hide the mail that came inside the window."""
    number, me = desk.ticket(), desk.viewer("rana")
    change.change(me, number, change.set_status("solved"))
    message = reply(me, number, writing(number, "One more thing from us.", status="open"))
    arrived = clock.move(seconds=3)
    receive([desk.mail("Wait!", tokens=[mint_reply_token(number, ticket(number).contact_id)])])
    cancel_reply(me, message.id)
    found = ticket(number)
    assert (found.status, found.queue, found.waiting_since, found.snippet) == ("open", "open", arrived, "Wait!")


def test_what_came_meanwhile_has_still_to_be_seen(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    message = reply(me, number, writing(number))
    receive([desk.mail("Wait!", tokens=[mint_reply_token(number, ticket(number).contact_id)])])
    cancel_reply(me, message.id)
    with pytest.raises(Stopped):
        reply(me, number, writing(number, seen_event_id=draft().seen_event_id))


def test_ones_own_steps_have_been_seen(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    cancel_reply(me, reply(me, number, writing(number, status="solved")).id)
    assert reply(me, number, writing(number, seen_event_id=draft().seen_event_id)).kind == "outgoing"


def test_the_old_key_sends_nothing_in_silence(desk: SmallDesk) -> None:
    """A retry of the first request, or a page that kept the key, must hear that the answer was taken back."""
    number, me = desk.ticket(), desk.viewer("rana")
    written = writing(number)
    cancel_reply(me, reply(me, number, written).id)
    with pytest.raises(KeyReused):
        reply(me, number, written)


def test_anothers_status_stays(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    message = reply(me, number, writing(number))
    change.change(desk.viewer("huda"), number, change.set_status("on_hold"))
    cancel_reply(me, message.id)
    assert ticket(number).status == "on_hold"
    assert ticket(number).waiting_since == NOW
