"""Mail that is more than one mail to one inbox: at two inboxes, passed on by an agent, older than the desk, or a robot's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.actions import change
from helpdesk.actions.raw import store_raw
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.clock import FAR
from helpdesk.extensions import db
from helpdesk.incoming import Forwarded, Mark, Person
from helpdesk.models import Inbox, Message, PendingEvent, RawMessage, Screening, Ticket
from helpdesk.models.event import KINDS
from helpdesk.outbox import SUBSCRIBERS, Subscriber
from helpdesk.policy import sees
from helpdesk.queries.search import search
from helpdesk.queries.ticket import ticket_page
from helpdesk.queries.ticket_list import ticket_page as listed
from helpdesk.vault import mint_message_id
from tests.actions.test_receive import count, joining
from tests.factories import NOW, SmallDesk, at_once, kinds, messages, ticket


def test_a_mail_to_two_inboxes_is_one_message_that_both_see(desk: SmallDesk) -> None:
    """In one set, one after the other, and at three; a stranger with somebody's token shows that ticket to nobody (safety S13)."""
    parcels, third = desk.ids["parcels"], another_inbox()
    one, other, nameless = desk.mail(), desk.mail(), desk.mail(external_id="")
    here, there = receive([one, replace(one, inbox_id=parcels)])
    receipts = [receive([mail])[0] for mail in (other, replace(other, inbox_id=parcels), replace(other, inbox_id=third), nameless)]
    assert (here.state, there.state, there.message_id) == ("done", "duplicate", here.message_id)
    assert [receipt.state for receipt in receipts] == ["done", "duplicate", "duplicate", "done"]
    assert receive([replace(nameless, inbox_id=parcels)])[0].ticket_id == receipts[-1].ticket_id
    assert {ticket(number).also_inbox_id for number in (here.ticket_id, receipts[0].ticket_id, receipts[-1].ticket_id)} == {parcels}
    assert kinds(receipts[0].ticket_id) == ["ticket_opened", "message_received", "inbox_added"]
    assert desk.viewer("omar").inbox_ids == (parcels,)
    assert sees(desk.viewer("omar"), ticket(here.ticket_id))
    seen = {receipts[0].ticket_id, receipts[-1].ticket_id, here.ticket_id}
    for rows in (listed(desk.viewer("omar"), "open").rows, search(desk.viewer("omar"), "printer").rows):
        assert {row.id for row in rows} == seen
    number = desk.ticket()
    strange = joining(desk, number, sender="stranger@example.net")
    receive([strange, replace(strange, inbox_id=parcels)])
    assert ticket(number).also_inbox_id is None


def another_inbox() -> int:
    with transaction() as session:
        made = Inbox(address="third@example.com", name="Third", smtp={})
        session.add(made)
        session.flush()
        return made.id


def test_at_two_inboxes_in_one_moment(desk: SmallDesk) -> None:
    """Two workers: whoever comes second waits, and sees the first."""
    mails = [desk.mail(sender=f"{n}@example.com") for n in range(10)]
    for mail in mails:
        inboxes = [desk.ids[name] for name in ("support", "parcels")]
        doors = [lambda mail=mail, inbox=inbox: receive([replace(mail, inbox_id=inbox)]) for inbox in inboxes]
        at_once(desk, doors)
    assert (count(Message), count(Ticket)) == (10, 10)


def test_a_mail_and_its_answer_in_one_moment(desk: SmallDesk) -> None:
    """Two workers, and neither sees what the other has not committed."""
    for number in range(10):
        parent = desk.mail(sender=f"{number}@example.com", verified=True)
        child = desk.mail(sender=f"{number}@example.com", verified=True, references=[parent.external_id])
        at_once(desk, [lambda mail=mail: receive([mail]) for mail in (parent, child)])
    assert (count(Message), count(Ticket)) == (20, 10)


FORWARD = Forwarded(Person("Layla", "layla@example.org"), "Broken kettle", "It leaks.")


def test_a_mail_that_an_agent_passes_on(desk: SmallDesk) -> None:
    """Becomes the ticket of who wrote it, by choice, and only when our own server vouches for the agent (safety S4, S8)."""
    rana, new = "rana@example.com", "layla@example.org"
    table = [  # (by choice, sender, proved, what it passes on) -> whose ticket, flags
        (True, rana, "pass", FORWARD, new, ["forwarded_by_agent"]),
        (False, rana, "pass", FORWARD, rana, []),
        (True, rana, "fail", FORWARD, rana, ["unverified"]),
        (True, rana, "unknown", FORWARD, rana, ["unverified"]),
        (True, rana, "pass", None, rana, []),
        (True, "noura@example.com", "pass", FORWARD, "noura@example.com", []),
        (True, rana, "pass", replace(FORWARD, sender=Person("", "support+x@example.com")), rana, []),
        (True, rana, "pass", replace(FORWARD, sender=Person("", "omar@example.com")), rana, []),
        (True, rana, "pass", replace(FORWARD, sender=Person("Layla", "nobody")), rana, []),
    ]
    for choice, sender, said, inner, whose, flags in table:
        with transaction() as session:
            session.execute(update(Inbox).values(agents_forward=choice))
        mail = desk.mail("Please help her.\n-- forwarded", sender=sender, authentication=said, forwarded=inner, html="<p>Please</p>")
        message = messages(receive([mail])[0].ticket_id)[0]
        assert (message.from_address, message.flags) == (whose, flags), (choice, sender, said)
        assert (message.kind, message.agent_id) == ("incoming", None)
        words = ("It leaks.", None, "Broken kettle") if whose == new else ("Please help her.\n-- forwarded", "<p>Please</p>", "Printer")
        assert (message.text, message.html, ticket(message.ticket_id).subject) == words, "what an agent wrote above it reaches no customer"


def test_what_an_agent_passes_on_joins_by_our_own_proof_alone(desk: SmallDesk) -> None:
    first = desk.mail(verified=True)
    number = receive([first])[0].ticket_id
    with transaction() as session:
        session.execute(update(Inbox).values(agents_forward=True))
    inner = Forwarded(Person("Noura", "noura@example.com"), "Printer", "Still broken.")
    for names, joins in (([first.external_id], False), ([mint_message_id(number, "example.com")], True)):
        receipt = receive([desk.mail(sender="rana@example.com", verified=True, forwarded=inner, references=names)])[0]
        assert (receipt.ticket_id == number) == joins
    assert (messages(number)[-1].from_address, messages(number)[-1].flags) == ("noura@example.com", ["forwarded_by_agent"])


def test_older_mail_comes_in_quietly(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends nothing, wakes nobody and tells nobody; it stands where it belongs, by its own date."""
    monkeypatch.setitem(SUBSCRIBERS, "all", Subscriber("all", frozenset(KINDS), lambda _session, _event: None))
    old = {"backfilled": True, "verified": True}
    long_ago = NOW - timedelta(days=400)
    parent = desk.mail("parent", sent_at=long_ago, **old)
    child = desk.mail("child", sent_at=long_ago + timedelta(days=1), in_reply_to=parent.external_id, **old)
    lost = desk.mail("with a date of its own", sent_at=NOW + timedelta(days=9), **old)
    numbers = [receipt.ticket_id for receipt in receive([child, parent, lost])]
    assert (numbers[0] == numbers[1], numbers[0] == numbers[2]) == (True, False)
    found = ticket(numbers[0])
    assert (found.status, found.queue, found.waiting_since, found.created_at, found.last_at, found.snippet) == (
        "solved", "solved", FAR, long_ago, long_ago + timedelta(days=1), "child")  # fmt: skip
    assert ticket(numbers[2]).last_at == NOW
    assert (count(PendingEvent), kinds(numbers[0])) == (0, ["message_backfilled"] * 2)
    shown = [entry.message.text for entry in ticket_page(desk.viewer("rana"), numbers[0]).entries if entry.message]
    assert shown == ["parent", "child"]
    receive([desk.mail("live", verified=True, in_reply_to=child.external_id)])
    assert (ticket(numbers[0]).status, count(PendingEvent)) == ("open", 2)
    older = desk.mail("oldest", sent_at=long_ago - timedelta(days=1), **old)
    change.change(desk.viewer("rana"), numbers[0], change.set_status("closed"))
    receive([replace(older, references=[parent.external_id])])
    assert (ticket(numbers[0]).status, len(messages(numbers[0]))) == ("closed", 4)


def test_a_robot_that_belongs_nowhere_is_held(desk: SmallDesk) -> None:
    robot = {"auto_reply": "header", "opens_ticket": False, "marks": [Mark("absence", {"why": "header"})]}
    number = desk.ticket()
    raws = [store_raw(desk.ids["support"], f"mail {n}".encode(), "test") for n in range(2)]
    mails = [desk.mail(raw_message_id=raws[0], **robot), joining(desk, number, raw_message_id=raws[1], **robot)]
    held, joined = receive(mails)
    assert ((held.state, held.ticket_id), (joined.state, joined.ticket_id)) == (("held", 0), ("done", number))
    assert sorted(db.session.execute(select(Screening.raw_message_id, Screening.step, Screening.verdict)).all()) == [
        (raws[0], "absence", "held"), (raws[1], "absence", "marked")]  # fmt: skip
    assert db.session.scalars(select(RawMessage.state).order_by(RawMessage.id)).all() == ["held", "done"]
