"""An answer that did not arrive: its author is told, the ticket comes back, and its list shows it until somebody has settled it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select, text, update

from channels import delivery
from channels.email import smtp
from helpdesk.actions import change, deliver, drain_outbox, release
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.actions.transaction import transaction
from helpdesk.clock import FAR
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Agent, Event, Inbox, Message, Notice
from helpdesk.queries import counts, health
from helpdesk.queries.notices import address_of, sentence
from helpdesk.queries.ticket_list import ticket_page, ticket_rows_in_view
from tests.factories import NOW, Clock, SmallDesk, kinds, messages, ticket, writing
from tests.queries.test_due_view import Undone

Send = Callable[..., Message]
BOUNCE = {"address": "noura@example.com", "status": "5.1.1", "permanent": True, "words": "550 5.1.1 User unknown", "raw_message_id": 1}


@pytest.fixture
def send(desk: SmallDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Send:
    """An answer of Rana's to these recipients that has been tried once."""
    monkeypatch.setattr(smtp, "DOT_SECONDS", 0.5)

    def written(*recipients: str, number: int | None = None, **changes: Any) -> Message:
        number = number or desk.ticket()
        message = reply(desk.viewer("rana"), number, writing(number, to=[Person("", one) for one in recipients], **changes))
        leave(clock)
        return db.session.get_one(Message, message.id)

    return written


def leave(clock: Clock) -> None:
    clock.move(seconds=UNDO_SECONDS)
    release.release_due()
    drain_outbox.drain()
    delivery.drain()
    db.session.rollback()


def bounced(message: Message, **changes: Any) -> None:
    with transaction() as session:
        deliver.bounce(session, session.get_one(Message, message.id), [BOUNCE | changes])


def notices() -> list[tuple[int, str, int | None]]:
    """(agent, kind, ticket) of every notice."""
    db.session.rollback()
    return [(row.agent_id, row.words["kind"], row.ticket_id) for row in db.session.scalars(select(Notice).order_by(Notice.id))]


def listed(desk: SmallDesk, who: str = "rana") -> list[int]:
    """What stands in the view of what did not arrive, in its count, and in a list that stays true."""
    db.session.rollback()
    counts.kept.clear()
    viewer = desk.viewer(who)
    found = [row.id for row in ticket_page(viewer, "undelivered").rows]
    assert counts.counts(viewer)["undelivered"] == len(found)
    assert sorted(row.id for row in ticket_rows_in_view(viewer, "undelivered", found)) == sorted(found)
    return found


@pytest.mark.parametrize(("recipient", "status", "kind"), [
    ("no@example.com", "pending", "answer_failed"), ("no@example.com", "solved", "answer_failed"),
    ("e554@example.com", "open", "answer_failed"),
    ("drop@example.com", "pending", "answer_uncertain"), ("drop@example.com", "solved", "answer_uncertain"),
    ("noura@example.com", "pending", ""),
])  # fmt: skip
def test_its_author_is_told_and_the_ticket_comes_back(desk: SmallDesk, send: Send, recipient: str, status: str, kind: str) -> None:
    message = send(recipient, status=status)
    found = ticket(message.ticket_id)
    assert notices() == ([(desk.ids["rana"], kind, found.id)] if kind else [])
    failed = kind == "answer_failed"
    assert found.status == ("open" if failed else status)
    assert (found.queue == "open") == (failed or status == "open")
    assert found.waiting_since == (NOW if failed else FAR), "since the customer wrote"
    assert found.undelivered == {"answer_failed": "failed", "answer_uncertain": "uncertain", "": None}[kind]
    assert listed(desk) == ([found.id] if kind else [])
    last = db.session.scalars(select(Event).where(Event.ticket_id == found.id).order_by(Event.id.desc()).limit(1)).one()
    if failed and status != "open":
        assert (last.kind, last.actor, last.data) == ("status_changed", "system", {"from": status, "to": "open", "why": "undelivered"})


@pytest.mark.parametrize(("permanent", "waits"), [(True, True), (False, False)])
def test_one_that_came_back_for_good_is_told_once(desk: SmallDesk, send: Send, clock: Clock, permanent: bool, waits: bool) -> None:
    message = send("noura@example.com", status="solved")
    change.change(desk.viewer("rana"), message.ticket_id, change.snooze(NOW + timedelta(days=2)))
    for raw_id in (1, 2):
        bounced(message, permanent=permanent, raw_message_id=raw_id)
    found = ticket(message.ticket_id)
    assert notices() == ([(desk.ids["rana"], "answer_bounced", found.id)] if waits else [])
    assert (found.status, found.queue) == (("open", "open") if waits else ("solved", "snoozed"))
    assert (found.undelivered, found.waiting_since < FAR) == (("bounced", True) if waits else (None, False))


@pytest.mark.parametrize(("gone", "assignee", "told"), [((), "huda", "rana"), (("rana",), "huda", "huda"), (("rana", "huda"), "huda", None),
                                                        (("rana",), None, None)])  # fmt: skip
def test_who_is_told(desk: SmallDesk, send: Send, gone: Sequence[str], assignee: str | None, told: str | None) -> None:
    message = send("noura@example.com")
    change.change(desk.viewer("admin"), message.ticket_id, change.assign(desk.ids[assignee] if assignee else None))
    with transaction() as session:
        session.execute(update(Agent).where(Agent.id.in_([desk.ids[name] for name in gone])).values(active=False))
    bounced(message)
    assert [agent for agent, _kind, _ticket in notices()] == ([desk.ids[told]] if told else [])
    assert ticket(message.ticket_id).status == "open", "somebody sees it there"


def test_what_the_desk_wrote_by_itself_concerns_nobody(desk: SmallDesk, clock: Clock) -> None:
    with transaction() as session:
        session.execute(update(Inbox).values(acknowledge=True))
    number = desk.ticket(sender="no@example.com", verified=True)
    drain_outbox.drain()
    leave(clock)
    assert messages(number)[1].automatic
    assert kinds(number)[-1] == "delivery_failed"
    assert (notices(), ticket(number).undelivered, listed(desk)) == ([], None, [])


def test_one_of_several_who_did_not_get_it_is_told(desk: SmallDesk, send: Send) -> None:
    message = send("noura@example.com", "no@example.com")
    assert notices() == [(desk.ids["rana"], "answer_partly", message.ticket_id)]
    assert (ticket(message.ticket_id).status, ticket(message.ticket_id).undelivered) == ("pending", None)


def test_it_is_listed_until_it_is_settled(desk: SmallDesk, send: Send, clock: Clock) -> None:
    rana, message = desk.viewer("rana"), send("drop@example.com")
    number = message.ticket_id
    deliver.take_as_sent(rana, message.id)
    assert listed(desk) == []
    failed = send("no@example.com", number=number)
    assert listed(desk) == [number]
    deliver.send_again(rana, failed.id)
    assert listed(desk) == []
    leave(clock)
    assert (listed(desk), len(notices())) == ([number], 3), "and it failed again"
    again = reply(rana, number, writing(number))
    assert listed(desk) == [], "somebody writes anew"
    release.cancel_reply(rana, again.id)
    assert listed(desk) == [number], "and takes it back"
    change.change(rana, number, change.set_status("solved"))
    assert listed(desk) == []


def test_of_several_the_worst_is_shown_and_each_is_settled_by_itself(desk: SmallDesk, send: Send) -> None:
    one = send("noura@example.com")
    two = send("drop@example.com", number=one.ticket_id)
    assert ticket(one.ticket_id).undelivered == "uncertain"
    bounced(one)
    assert ticket(one.ticket_id).undelivered == "bounced"
    with transaction() as session:
        deliver.prove(session, session.get_one(Message, two.id), "answered")
    assert ticket(one.ticket_id).undelivered == "bounced"
    deliver.send_again(desk.viewer("rana"), one.id)
    assert listed(desk) == []


def test_who_sees_it_and_what_the_health_page_counts(desk: SmallDesk, send: Send) -> None:
    number = send("no@example.com").ticket_id
    assert [listed(desk, who) for who in ("rana", "huda", "admin", "omar", "lina")] == [[number]] * 3 + [[], []]
    assert [stage.stuck for stage in health.deliveries()] == [1, 0]
    change.change(desk.viewer("rana"), number, change.set_status("solved"))
    db.session.rollback()
    assert [stage.stuck for stage in health.deliveries()] == [0, 0]


def test_the_words_lead_to_the_message(desk: SmallDesk, send: Send) -> None:
    message = send("no@example.com")
    notice = db.session.scalars(select(Notice)).one()
    assert address_of(notice.words, notice.ticket_id) == f"/tickets/{message.ticket_id}#message-{message.id}"
    with force_locale("en"):
        assert "550 5.1.1 No such mailbox" in sentence(notice.words, notice.ticket_id)


def test_its_pages_walk_along_their_index(desk: SmallDesk) -> None:
    for who, index in (("supervisor", "ix_ticket_all_undelivered"), ("rana", "ix_ticket_inbox_undelivered")):
        assert index in plan(desk, who), who


def plan(desk: SmallDesk, who: str) -> str:
    """How the database would find the first branch of the view; see tests/queries/test_due_view.py."""
    seen = "" if who == "supervisor" else f"inbox_id = {desk.ids['support']} AND "
    asked = f"SELECT id FROM ticket WHERE {seen}undelivered IS NOT NULL ORDER BY last_at DESC, id DESC LIMIT 26"
    if db.engine.dialect.name == "sqlite":
        return str(db.session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
    try:
        with transaction() as session:
            for way in ("seqscan", "bitmapscan", "sort"):
                session.execute(text(f"SET LOCAL enable_{way} = off"))
            if seen:
                session.execute(text("DROP INDEX ix_ticket_all_undelivered"))
            found = str(session.execute(text(f"EXPLAIN {asked}")).all())
            raise Undone
    except Undone:
        return found


