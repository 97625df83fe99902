"""Which ticket a mail may join: by proof alone (safety S2 to S6, S13), against a table written by hand."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from helpdesk import vault
from helpdesk.actions.receive import receive
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import reply
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Contact, Delivery, Inbox, Message, Ticket
from helpdesk.queries.participants import participants
from helpdesk.queries.ticket import ticket_page
from tests.actions.threads_table import ADDRESSES, COPIES, SUBJECTS, TABLE, Thread, flags_of, mail, mixed
from tests.factories import Clock, SmallDesk, messages, ticket, writing


def thread_with_two(desk: SmallDesk, clock: Clock) -> Thread:
    """A ticket of noura, in which an agent wrote to sami, too; a customer's Cc is in it, who takes no part."""
    first = desk.mail(verified=True, cc=[Person("", "copied@example.net")])
    number = receive([first])[0].ticket_id
    receive([desk.mail(sender=address) for address in ("sami@example.com", "copied@example.net")])
    reply(desk.viewer("rana"), number, writing(number, cc=[Person("", "sami@example.com")]))
    clock.move(seconds=11)
    release_due()
    sami = receive([desk.mail(sender="sami@example.com")])[0].ticket_id
    return Thread(number, ticket(number).contact_id, ticket(sami).contact_id, first.external_id)


def test_who_joins(desk: SmallDesk, clock: Clock) -> None:
    """Every cell of the table, as a mail, at an inbox that names a server and at one that names none."""
    thread = thread_with_two(desk, clock)
    with transaction() as session:
        session.execute(update(Inbox).where(Inbox.id == desk.ids["parcels"]).values(authserv_id=""))
    taking_part = participants(db.session(), ticket(thread.number))
    mails = []
    for place, (token, answers, sender, said) in enumerate(TABLE):
        inbox = desk.ids["parcels" if said == "unnamed" else "support"]
        subject = SUBJECTS[place % 4].replace("7", str(thread.number))
        made = mail(thread, token, answers, sender, said, subject=subject, cc=COPIES[place // 4 % 2])
        mails.append(replace(made, inbox_id=inbox))
    receipts = [receipt for begin in range(0, len(mails), 50) for receipt in receive(mails[begin : begin + 50])]
    db.session.rollback()
    kept = {message.id: message for message in db.session.scalars(select(Message))}
    tickets = {one.id: one for one in db.session.scalars(select(Ticket))}
    wrong = []
    for (key, letter), receipt in zip(TABLE.items(), receipts, strict=True):
        message, joined = kept[receipt.message_id], receipt.ticket_id == thread.number
        linked = tickets[receipt.ticket_id].related_ticket_id == thread.number
        placed = (joined, linked and not joined) == (letter in "JjSs", letter in "Ll")
        as_agent = message.agent_id is not None or message.kind != "incoming"
        if not placed or as_agent or set(message.flags) != flags_of(letter, key[0], key[1]):
            wrong.append((key, letter, joined, linked, message.flags))
    assert wrong == []
    assert len(TABLE) == 672
    assert participants(db.session(), ticket(thread.number)) == taking_part, "nobody takes part by writing"
    assert ticket_page(desk.viewer("rana"), thread.number).to[0].address in ("noura@example.com", "sami@example.com")


def test_a_hundred_thousand_mixes_and_no_stranger_gets_in(desk: SmallDesk) -> None:
    assert mixed(100_000 if db.engine.dialect.name == "sqlite" else 1_000, seed=3) == []


def test_a_new_cc_is_suggested_and_never_added(desk: SmallDesk, clock: Clock) -> None:
    """A spoofed or honest Cc gets no mail, no part and no history, until an agent adds it (safety S2)."""
    number = desk.ticket()
    token = vault.mint_reply_token(number, ticket(number).contact_id)
    new, ours = Person("Eve", "eve@example.net"), Person("", "support+anything@example.com")
    receive([desk.mail(verified=True, tokens=[token], to=[ours], cc=[new, Person("", "noura@example.com")])])
    assert messages(number)[-1].suggested_cc == [{"name": "Eve", "address": "eve@example.net"}]
    page = ticket_page(desk.viewer("rana"), number)
    assert (page.to[0].address, [one.address for one in page.also_addressed]) == ("noura@example.com", ["eve@example.net"])
    assert participants(db.session(), ticket(number)) == {"noura@example.com"}
    reply(desk.viewer("rana"), number, writing(number, cc=[new]))
    assert "eve@example.net" not in participants(db.session(), ticket(number)), "not before the answer has left"
    clock.move(seconds=11)
    release_due()
    assert "eve@example.net" in participants(db.session(), ticket(number))
    assert ticket_page(desk.viewer("rana"), number).also_addressed == []


def test_a_stranger_with_a_token_gets_nothing_back(desk: SmallDesk) -> None:
    number = desk.ticket()
    contact = ticket(number).contact_id
    receive([desk.mail(sender="stranger@example.net", verified=True, tokens=[vault.mint_reply_token(number, contact)])])
    last = messages(number)[-1]
    assert (ticket(number).contact_id, last.from_address, last.contact_id == contact) == (contact, "stranger@example.net", False)
    page = ticket_page(desk.viewer("rana"), number)
    assert [one.address for one in page.to] == ["noura@example.com"]
    assert [one.address for one in page.also_addressed] == ["stranger@example.net"]
    again = desk.mail(sender="stranger@example.net", verified=True, in_reply_to=last.external_id)
    assert receive([again])[0].ticket_id != number, "what he wrote makes him no participant"


def test_the_proved_participant_who_wrote_last_is_answered(desk: SmallDesk, clock: Clock) -> None:
    thread = thread_with_two(desk, clock)
    viewer = desk.viewer("rana")
    for said, answered in (("fail", "noura@example.com"), ("pass", "sami@example.com")):
        receive([mail(thread, "own", "nothing", "added", said)])
        assert [one.address for one in ticket_page(viewer, thread.number).to] == [answered], said


def test_a_forged_message_id_of_ours_spoils_a_stored_one(desk: SmallDesk) -> None:
    first = desk.mail(verified=True)
    number = receive([first])[0].ticket_id
    forged = vault.mint_message_id(number, "other-desk.example.net").replace("hd.", "hd.1", 1)  # a desk like ours, somewhere else
    assert receive([desk.mail(verified=True, references=[first.external_id, forged])])[0].ticket_id == number
    ours = forged.replace("other-desk.example.net", "example.com")
    assert receive([desk.mail(verified=True, references=[first.external_id, ours])])[0].ticket_id != number


def test_an_inbox_of_ours_takes_no_part(desk: SmallDesk) -> None:
    """Not even as the contact of a ticket: what comes from there is a loop."""
    first = desk.mail(verified=True, sender="parcels@example.com")
    number = receive([first])[0].ticket_id
    assert receive([desk.mail(verified=True, sender="parcels+x@example.com", in_reply_to=first.external_id)])[0].ticket_id != number
    assert receive([desk.mail(verified=True, sender="parcels@example.com", in_reply_to=first.external_id)])[0].ticket_id != number


def test_a_stored_id_that_many_share_joins_whose_it_is(desk: SmallDesk) -> None:
    """Who sends mails under an expected id beforehand changes nothing for whom it belongs to (safety S13)."""
    honest = desk.mail(verified=True)
    evil = [replace(honest, sender=Person("", "eve@example.net"), text=f"poison {n}", content_hash=f"{n}" * 64) for n in range(3)]
    receive(evil)
    number = receive([honest])[0].ticket_id
    assert messages(number)[0].flags == ["same_id"]
    assert receive([desk.mail(verified=True, in_reply_to=honest.external_id)])[0].ticket_id == number


def test_a_reply_settles_what_nobody_could_be_sure_of(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket()
    sent = reply(desk.viewer("rana"), number, writing(number))
    clock.move(seconds=11)
    release_due()
    with transaction() as session:
        session.add(Delivery(message_id=sent.id, inbox_id=sent.inbox_id, state="uncertain", next_at=clock.move(seconds=1)))
    receive([desk.mail(in_reply_to=sent.external_id)])
    db.session.rollback()
    assert db.session.scalars(select(Delivery.state).where(Delivery.message_id == sent.id)).one() == "sent"


def test_a_set_asks_no_more_than_one_mail(desk: SmallDesk) -> None:
    """The number of statements does not grow with the list (issue: sets, statements built once)."""
    from sqlalchemy import event

    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    counts = []
    desk.ticket()  # the standing orders are read once a process
    for size in (1, 20):
        asked.clear()
        receive([desk.mail(sender=f"{size}-{place}@example.com", references=["unknown@example.net"]) for place in range(size)])
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30, asked


def test_a_mail_older_than_the_desk_finds_its_child(desk: SmallDesk) -> None:
    """Quietly: solved, by its own date, no event that anybody waits for; and only in a ticket of its own writer."""
    found = {}
    for sender in ("noura@example.com", "eve@example.net"):
        parent = desk.mail(verified=True, backfilled=True)
        child = receive([desk.mail(verified=True, sender=sender, references=[parent.external_id])])[0].ticket_id
        found[sender] = receive([parent])[0].ticket_id == child
    assert found == {"noura@example.com": True, "eve@example.net": False}


@pytest.mark.parametrize("backfilled", [False, True])
def test_a_parent_that_comes_after_its_child(desk: SmallDesk, clock: Clock, backfilled: bool) -> None:
    """It joins for whoever takes part and is proved, as an answer would; who names what is still to come captures nothing, not even a
    link (safety S13)."""
    table = [  # (the child's writer, proof, token), (the parent's writer, proof), inbox that names a server -> joins
        (("requester", "pass", False), ("requester", "pass"), True, True),
        (("requester", "pass", False), ("requester", "fail"), True, False),
        (("requester", "pass", False), ("requester", "unknown"), True, False),
        (("requester", "unknown", False), ("requester", "unknown"), False, True),
        (("requester", "pass", True), ("added", "pass"), True, True),
        (("requester", "pass", True), ("added", "fail"), True, False),
        (("requester", "pass", False), ("stranger", "pass"), True, False),
        (("stranger", "pass", False), ("requester", "pass"), True, False),
        (("stranger", "pass", True), ("requester", "pass"), True, False),
        (("requester", "fail", False), ("requester", "pass"), True, False),
        (("requester", "unknown", False), ("requester", "pass"), True, False),
        (("requester", "fail", True), ("requester", "pass"), True, False),
    ]
    thread, wrong = thread_with_two(desk, clock), []
    for row in table:
        (writer, said, by_token), (older, proof), named, joins = row
        with transaction() as session:
            session.execute(update(Inbox).values(authserv_id="mx.example.com" if named else ""))
        tokens = [vault.mint_reply_token(thread.number, thread.requester)] if by_token else []
        parent = desk.mail(sender=ADDRESSES[older], authentication=proof, backfilled=backfilled)
        child = desk.mail(sender=ADDRESSES[writer], authentication=said, references=[parent.external_id], tokens=tokens)
        number, found = receive([child])[0].ticket_id, receive([parent])[0].ticket_id
        if ((found == number), found != number and ticket(found).related_ticket_id is not None) != (joins, False):
            wrong.append(row)
    assert wrong == []


def test_in_one_set_or_a_burst_a_thread_stays_one(desk: SmallDesk) -> None:
    """Its first mail comes last."""
    first = desk.mail(verified=True)
    second = desk.mail(verified=True, references=[first.external_id])
    third = desk.mail(verified=True, references=[first.external_id, second.external_id])
    assert len({receipt.ticket_id for receipt in receive([third, second, first])}) == 1
    number = receive([desk.mail(verified=True, references=["late@example.net"])])[0].ticket_id
    assert receive([desk.mail(verified=True, external_id="late@example.net")])[0].ticket_id == number
    assert (ticket(number).status, [message.flags for message in messages(number)]) == ("open", [[], []])


LETTERS, NUMBERS = "abcdefghijklmnopqrstuvwxyz", "0123456789"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nonce=st.text(LETTERS + "234567", min_size=16, max_size=16), mac=st.text(LETTERS + NUMBERS, min_size=26, max_size=26))
def test_guessed_ids_open_nothing(desk: SmallDesk, nonce: str, mac: str) -> None:
    assert vault.ticket_of_message_id(f"hd.1.{nonce}.{mac}@example.com") is None
    assert vault.read_reply_token(f"r1-1-{mac}") is None


def test_a_letter_of_the_desk_names_no_ticket(desk: SmallDesk) -> None:
    """Invitations carry ticket 0: an answer to one is a new ticket."""
    receipt = receive([desk.mail(in_reply_to=vault.mint_message_id(0, "example.com"))])[0]
    assert isinstance(ticket(receipt.ticket_id), Ticket)
    assert ticket(receipt.ticket_id).related_ticket_id is None


def test_who_is_only_named_becomes_nobody(desk: SmallDesk) -> None:
    desk.ticket(cc=[Person("", "copied@example.net")])
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1
