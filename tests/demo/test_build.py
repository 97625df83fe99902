"""The demo desk holds what the actions would have left behind, on both databases, and goes away without a trace."""

from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import func, select, text

from helpdesk import clock, store, vault
from helpdesk.clock import FAR
from helpdesk.demo import ensure, remove
from helpdesk.demo.build import FIRST_NUMBER
from helpdesk.demo.story import LOGINS, PASSWORD
from helpdesk.extensions import db
from helpdesk.folding import query_tokens
from helpdesk.models import (
    Address,
    Agent,
    Attachment,
    CannedReply,
    Contact,
    Delivery,
    Desk,
    Event,
    Inbox,
    Message,
    PendingEvent,
    Tag,
    Team,
    Ticket,
    TicketType,
    team_inbox,
    ticket_tag,
)
from helpdesk.models.event import KINDS
from helpdesk.models.ticket import QUEUE_OF_STATUS, QUEUES
from helpdesk.passwords import verify_password
from helpdesk.policy import Viewer, visible


@pytest.fixture
def demo(app: Any) -> Any:
    assert ensure()
    return app


def viewer_of(email: str) -> Viewer:
    agent = db.session.scalars(select(Agent).where(Agent.email == email)).one()
    teams = [team.id for team in agent.teams]
    inboxes = db.session.scalars(select(team_inbox.c.inbox_id).where(team_inbox.c.team_id.in_(teams)))
    return Viewer(agent.id, agent.role, tuple(teams), tuple(inboxes))


def test_every_ticket_is_as_its_history_left_it(demo: Any) -> None:
    now = clock.now()
    ordered = db.session.scalars(select(Event).order_by(Event.ticket_id, Event.id))
    events = {number: list(rows) for number, rows in groupby(ordered, lambda event: event.ticket_id)}
    for ticket in db.session.scalars(select(Ticket).order_by(Ticket.id)):
        history = events[ticket.id]
        messages = list(db.session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)))
        public = [message for message in messages if message.kind != "note"]
        waiting = []
        for message in public:
            waiting = [*waiting, message.created_at] if message.kind == "incoming" else []
        assert ticket.id >= FIRST_NUMBER
        assert ticket.last_event_id == history[-1].id
        assert [event.kind for event in history[:2]] == ["ticket_opened", "message_received"]
        assert [event.at for event in history] == sorted(event.at for event in history)
        assert max(event.at for event in history) <= now
        assert ticket.created_at == messages[0].created_at
        assert ticket.last_at == public[-1].created_at
        assert ticket.snippet == " ".join(public[-1].text.split())[:200]
        assert ticket.waiting_since == (waiting[0] if waiting and ticket.status not in ("solved", "closed") else FAR)
        resting = "snoozed" if ticket.snoozed_until else QUEUE_OF_STATUS[ticket.status]
        assert ticket.queue == (ticket.place if ticket.place != "inbox" else resting)
        assert ticket.snoozed_until is None or ticket.snoozed_until > now
        last = [event.data["to"] for event in history if event.kind == "status_changed"]
        assert ticket.status == (last[-1] if last else "open")
        given = [event.data["to"] for event in history if event.kind == "ticket_assigned"]
        assert ticket.assignee_id == (given[-1] if given else None)
        assert {event.data["tag"] for event in history if event.kind == "ticket_tagged"} == {tag.name for tag in ticket.tags}
        assert {event.kind for event in history} <= set(KINDS)


def test_messages_are_threaded_and_delivered(demo: Any) -> None:
    spoken: dict[int, list[str]] = {}
    for message in db.session.scalars(select(Message).order_by(Message.id)):
        before = spoken.setdefault(message.ticket_id, [])
        if message.kind == "note":
            assert message.external_id is None
            assert message.delivery is None
            continue
        assert message.references == before
        assert message.in_reply_to == (before[-1] if before else "")
        assert message.language in ("ar", "en")
        assert "{" not in message.text
        if message.kind == "outgoing":
            assert vault.ticket_of_message_id(message.external_id or "") == message.ticket_id
            assert message.delivery is not None
            assert message.delivery.state == "sent"
            assert message.released_at is not None
        before.append(message.external_id or "")
    assert db.session.scalar(select(func.count()).select_from(PendingEvent)) == 0


def test_what_an_agent_sees(demo: Any) -> None:
    viewer = viewer_of("agent@example.com")
    seen = list(db.session.scalars(select(Ticket).where(visible(viewer))))
    everything = list(db.session.scalars(select(Ticket)))
    queues = [ticket.queue for ticket in everything]
    assert sum(ticket.queue == "open" for ticket in seen) >= 30
    assert len(seen) < len(everything)
    assert all(queues.count(queue) >= least for queue, least in zip(QUEUES, (30, 8, 2, 8, 2, 1), strict=True))
    assert {ticket.status for ticket in everything} == {"open", "pending", "on_hold", "solved", "closed"}
    assert {ticket.priority for ticket in everything} == {1, 2, 3}
    assert sum(ticket.queue == "open" and ticket.assignee_id is None for ticket in seen) >= 8
    assert sum(ticket.queue == "open" and ticket.assignee_id == viewer.agent_id for ticket in seen) >= 6


def test_the_logins_work(demo: Any) -> None:
    for name in LOGINS:
        agent = db.session.scalars(select(Agent).where(Agent.email == f"{name}@example.com")).one()
        assert agent.role == name
        assert verify_password(agent.password_hash, PASSWORD)
        assert agent.name
        assert agent.name_ar


def found(query: str) -> set[int]:
    words = query_tokens(query)
    asked = {"sqlite": "search_row MATCH :words", "postgresql": "tokens @@ to_tsquery('simple', :words)"}[db.engine.dialect.name]
    joined = (" AND " if db.engine.dialect.name == "sqlite" else " & ").join(words)
    return set(db.session.scalars(text(f"SELECT ticket_id FROM search_row WHERE {asked}"), {"words": joined}))


def test_words_and_numbers_are_found(demo: Any) -> None:
    assert len(found("الضمان")) >= 4
    assert found("الغسالة") == found("غساله") != set()
    assert len(found("551203")) == len(found("٥٥١٢٠٣")) == 1
    assert len(found("noura.q@example.net")) == 2
    assert found(str(FIRST_NUMBER)) == {FIRST_NUMBER}
    assert found("S12345") == found("rx-200 طابعة") != set()
    assert found("green-line.png") != set()


def test_files_lie_in_the_store(demo: Any) -> None:
    attachments = list(db.session.scalars(select(Attachment)))
    assert len(attachments) >= 15
    for attachment in attachments:
        assert store.path_of(attachment.sha256).stat().st_size == attachment.size
    assert all(len(address.value) < 255 for address in db.session.scalars(select(Address)))


def test_the_next_rows_get_free_numbers(demo: Any) -> None:
    from helpdesk.actions.receive import receive
    from helpdesk.incoming import Incoming, Person

    mail = Incoming(
        raw_message_id=None, inbox_id=1, channel="email", external_id="new@mail.example.com", content_hash="x" * 64, sender_kind="email",
        sender=Person("سلمى", "salma@example.com"), authentication="pass",
        subject="سؤال", text="سؤال", reply_text="سؤال", html=None, language="ar", sent_at=None,
    )  # fmt: skip
    highest = db.session.scalar(select(func.max(Ticket.id)))
    assert highest is not None
    assert receive([mail])[0].ticket_id == highest + 1


def test_it_is_built_once(app: Any) -> None:
    assert ensure()
    assert not ensure()
    desk = db.session.get_one(Desk, 1)
    assert desk.demo


def test_a_stopped_clock_is_the_end_of_the_story(app: Any) -> None:
    now = clock.now() - timedelta(days=400)
    assert ensure(now)
    newest = db.session.scalar(select(func.max(Event.at)))
    assert newest is not None
    assert timedelta(0) < now - newest < timedelta(hours=1)


def test_removing_leaves_nothing(demo: Any) -> None:
    paths = {store.path_of(digest) for digest in db.session.scalars(select(Attachment.sha256))}
    db.session.commit()
    assert remove() is False
    for model in (Desk, Agent, Team, Inbox, Contact, Address, Ticket, Message, Event, Delivery, Attachment, Tag, CannedReply, TicketType):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
    assert db.session.scalar(select(func.count()).select_from(ticket_tag)) == 0
    assert db.session.scalar(text("SELECT count(*) FROM search_row")) == 0
    assert not any(path.exists() for path in paths)
    db.session.commit()
    assert ensure()


def test_removing_leaves_what_people_added(demo: Any) -> None:
    from helpdesk.actions.transaction import transaction

    with transaction() as session:
        now = clock.now()
        session.add(Agent(email="owner@shop.example", name="Owner", role="admin", password_hash="x", created_at=now))
        session.add(Inbox(name="Real", address="help@shop.example", smtp={}))
        session.add(Contact(name="Salma", created_at=now))
        session.flush()
        inbox = session.scalars(select(Inbox.id).where(Inbox.name == "Real")).one()
        contact = session.scalars(select(Contact.id).where(Contact.name == "Salma")).one()
        handled = session.scalars(select(Agent.id).where(Agent.email == "lama@example.com")).one()
        repair = session.scalars(select(TicketType.id).where(TicketType.name == "Repair")).one()
        session.add(Ticket(inbox_id=inbox, contact_id=contact, assignee_id=handled, subject="Real", last_at=now, created_at=now,
                           type_id=repair))
        session.add_all([CannedReply(name="Ours", created_at=now), CannedReply(name="Hers", agent_id=handled, created_at=now)])
    assert remove() is True
    assert not db.session.get_one(Desk, 1).demo
    assert list(db.session.scalars(select(Ticket.subject))) == ["Real"]
    assert list(db.session.scalars(select(Inbox.name))) == ["Real"]
    kept = {agent.email: agent.active for agent in db.session.scalars(select(Agent))}
    assert kept == {"owner@shop.example": True, "lama@example.com": False}
    assert list(db.session.scalars(select(Contact.name))) == ["Salma"]
    assert list(db.session.scalars(select(CannedReply.name))) == ["Ours"]
    assert list(db.session.scalars(select(TicketType.name))) == ["Repair"]
