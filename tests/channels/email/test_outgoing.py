"""What leaves: the thread, the names, and nothing that a customer could have put into a header."""

import email
from collections.abc import Callable
from email import policy

import pytest
from sqlalchemy import select

from channels import delivery
from helpdesk import store
from helpdesk.actions import drain_outbox, inboxes, people
from helpdesk.actions.receive import receive
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import note, reply
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Person, StoredFile
from helpdesk.models import Agent, Delivery, Inbox, Letter
from helpdesk.vault import read_reply_token
from tests.factories import Clock, SmallDesk, ticket, writing
from tests.smtp_sink import Kept, Sink

HOSTILE = [
    "=?utf-8?q?Hi_=3D=3Futf-8=3Fq=3F=3D0D=3D0ABcc=3D3A_evil=3D40x.example=3F=3D?=",
    "a\r\nBcc: evil@x.example",
    "a\nBcc: evil@x.example",
    "a\rBcc: evil@x.example",
    "a\u2028Bcc: evil@x.example",
    "a\u0085Bcc: evil@x.example",
    "=?utf-8?b?DQpCY2M6IGV2aWw=?=",
    "a\r\n\r\n<script>",
]
NAMES = ["Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Content-Language", "MIME-Version", "Content-Type"]
Leave = Callable[[], list[Kept]]


@pytest.fixture
def leave(desk: SmallDesk, clock: Clock, sink: Sink) -> Leave:
    """Lets everything go that was written; what the server got."""

    def out() -> list[Kept]:
        clock.move(seconds=11)
        release_due()
        drain_outbox.drain()
        delivery.drain()
        return sink.journal

    return out


def change_inbox(desk: SmallDesk, **columns: object) -> None:
    with transaction() as session:
        for name, value in columns.items():
            setattr(session.get_one(Inbox, desk.ids["support"]), name, value)


def test_the_answer_threads_back(desk: SmallDesk, leave: Leave) -> None:
    with transaction() as session:
        session.get_one(Agent, desk.ids["rana"]).signature_ar = "مع التحية"
    first = desk.mail(subject="الطابعة")
    number = receive([first])[0].ticket_id
    files = [StoredFile("خطة.pdf", "application/pdf", 3, store.keep(b"abc")[0])]
    message = reply(
        desk.viewer("rana"), number, writing(number, "سنرسل إليكم طابعة.", files=files, cc=[Person("سامي", "sami@example.com")])
    )
    kept = leave()[0]
    mail = email.message_from_bytes(kept.content, policy=policy.default)
    assert (mail["In-Reply-To"], mail["References"], mail["Message-ID"]) == (*[f"<{first.external_id}>"] * 2, f"<{message.external_id}>")
    assert (mail["Subject"], mail["From"].addresses[0].addr_spec) == ("Re: الطابعة", "support@example.com")
    assert "متجر المثال" in mail["From"].addresses[0].display_name
    assert kept.recipients == ("noura@example.com", "sami@example.com")
    assert kept.sender == "support@example.com"
    assert "مع التحية" in mail.get_body(("plain",)).get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["خطة.pdf"]
    assert "Auto-Submitted" not in mail


@pytest.mark.parametrize("plus", [False, True])
def test_a_token_only_where_the_server_takes_it(desk: SmallDesk, leave: Leave, plus: bool) -> None:
    change_inbox(desk, plus_addressing=plus)
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number))
    mail = email.message_from_bytes(leave()[0].content, policy=policy.default)
    assert ("Reply-To" in mail) is plus
    if plus:
        token = mail["Reply-To"].addresses[0].username.partition("+")[2]
        assert read_reply_token(token) == (number, ticket(number).contact_id)


def test_the_token_is_of_who_is_written_to(desk: SmallDesk, leave: Leave) -> None:
    """The contact where he is among them, else the first whom we know, else nobody (safety S2)."""
    change_inbox(desk, plus_addressing=True)
    number, sami = desk.ticket(), ticket(desk.ticket(sender="sami@example.com")).contact_id
    table = [(["sami", "noura"], ticket(number).contact_id), (["unknown", "sami"], sami), (["unknown"], 0)]
    for names, owner in table:
        reply(desk.viewer("rana"), number, writing(number, to=[Person("", f"{name}@example.com") for name in names]))
        mail = email.message_from_bytes(leave()[-1].content, policy=policy.default)
        assert read_reply_token(mail["Reply-To"].addresses[0].username.partition("+")[2]) == (number, owner), names


def test_no_customer_writes_our_headers(desk: SmallDesk, leave: Leave) -> None:
    """Safety F1 and S12, through the whole house: subject, name, ids and file name are the customer's."""
    for hostile in HOSTILE:
        first = desk.mail(subject=hostile, sender=Person(hostile, "noura@example.com"), external_id=hostile, references=[hostile])
        number = receive([first])[0].ticket_id
        reply(desk.viewer("rana"), number, writing(number, to=[Person(hostile, "noura@example.com")]))
    kept = leave()
    assert len(kept) == len(HOSTILE)
    for one in kept:
        mail = email.message_from_bytes(one.content, policy=policy.compat32)
        assert set(mail.keys()) <= set(NAMES)
        assert len(mail.keys()) == len(set(mail.keys()))
        assert one.recipients == ("noura@example.com",)


def test_a_domain_in_arabic_letters_is_written_for_servers(desk: SmallDesk, leave: Leave) -> None:
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number, to=[Person("", "noura@مثال.example")]))
    assert leave()[0].recipients == ("noura@xn--mgbh0fb.example",)


@pytest.mark.parametrize("address", ["نورة@example.com", "a b@example.com"])
def test_an_address_that_cannot_be_written_has_failed(desk: SmallDesk, leave: Leave, address: str) -> None:
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number, to=[Person("", address)]))
    assert leave() == []
    assert db.session.scalars(select(Delivery.state)).all() == ["failed"]


def test_a_file_that_is_gone_is_no_mail_without_it(desk: SmallDesk, leave: Leave) -> None:
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number, files=[StoredFile("plan.pdf", "application/pdf", 3, "a" * 64)]))
    assert leave() == []
    assert db.session.scalars(select(Delivery.state)).all() == ["failed"]


def test_a_note_never_leaves(desk: SmallDesk, leave: Leave) -> None:
    number = desk.ticket()
    note(desk.viewer("rana"), number, writing(number, "He is angry."))
    assert leave() == []
    reply(desk.viewer("rana"), number, writing(number))
    assert b"angry" not in b"".join(kept.content for kept in leave())


def test_a_letter_of_the_desk_leaves_once_and_its_secret_goes(desk: SmallDesk, leave: Leave) -> None:
    people.invite(people.Invitation("new@example.com", "New", "", "agent", "en"))
    mail = email.message_from_bytes(leave()[0].content, policy=policy.default)
    assert "/invitation/" in mail.get_body(("plain",)).get_content()
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    db.session.rollback()
    assert db.session.scalars(select(Letter.text).execution_options(populate_existing=True)).all() == [""]
    assert len(leave()) == 1


def test_only_servers_that_may_be_reached(desk: SmallDesk, leave: Leave, sink: Sink) -> None:
    """Safety S22: an inbox cannot make the desk talk to what stands beside it."""
    change_inbox(desk, smtp={"host": "127.0.0.1", "port": sink.port + 1 if sink.port < 65535 else 1025})
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number))
    assert leave() == []
    found = db.session.scalars(select(Delivery)).one()
    assert found.state == "failed"
    assert "HELPDESK_EGRESS_ALLOW" in found.provider_words


def test_an_inbox_without_a_server_waits_for_one(desk: SmallDesk, leave: Leave) -> None:
    asked = inboxes.InboxChange("support@example.com", "Support", "", desk.ids["repairs"])
    inboxes.edit(desk.ids["support"], asked)
    number = desk.ticket()
    reply(desk.viewer("rana"), number, writing(number))
    assert leave() == []
    assert db.session.scalars(select(Delivery.state)).all() == ["retry"]


def test_history_goes_to_who_takes_part_and_to_nobody_new_without_a_click(desk: SmallDesk, leave: Leave) -> None:
    """Safety S2: somebody whom the answer names for the first time does not get to read what was said before."""
    change_inbox(desk, quote_history=True)
    number, rana, colleague = desk.ticket("My card number is secret."), desk.viewer("rana"), [Person("", "new@example.org")]
    note(rana, number, writing(number, "He is angry."))
    for asked in ({}, {"cc": colleague}, {"cc": colleague}, {"cc": [Person("", "other@example.org")], "with_history": True}):
        reply(rana, number, writing(number, "An answer.", **asked))
        kept = leave()
    bodies = [email.message_from_bytes(one.content, policy=policy.default).get_body(("plain",)).get_content() for one in kept]
    assert ["> My card number is secret." in body for body in bodies] == [True, False, True, True]
    assert not any("angry" in body for body in bodies)
    assert bodies[0].count("Noura Saleh wrote:") == 1


def test_the_whole_chain_is_named(desk: SmallDesk, leave: Leave) -> None:
    """RFC 5322 section 3.6.4: the References of what is answered, and its own id."""
    first = desk.mail(references=["elsewhere-1@mx.example.sa", "elsewhere-2@mx.example.sa"])
    number = receive([first])[0].ticket_id
    sent = [reply(desk.viewer("rana"), number, writing(number, f"Answer {count}.")).external_id for count in range(25)]
    last = max(leave(), key=lambda kept: len(kept.content))
    named = email.message_from_bytes(last.content, policy=policy.default)["References"].split()
    assert named == [f"<{name}>" for name in ["elsewhere-1@mx.example.sa", "elsewhere-2@mx.example.sa", first.external_id, *sent[:-1]]]


def test_a_pasted_picture_is_shown_in_the_text(desk: SmallDesk, leave: Leave) -> None:
    number = desk.ticket()
    digest, size = store.keep(b"\x89PNG picture")
    names = {"screen.png": "image/png", "plan.svg": "image/svg+xml"}
    files = [StoredFile(name, kind, size, digest, inline=True) for name, kind in names.items()]
    reply(desk.viewer("rana"), number, writing(number, files=files))
    mail = email.message_from_bytes(leave()[0].content, policy=policy.default)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["plan.svg"], "only pictures that programs show"
    assert 'src="cid:' in mail.get_body(("html",)).get_content()
