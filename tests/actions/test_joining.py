"""Which ticket a mail may join: by proof alone (safety S3, S4, S6)."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk import vault
from helpdesk.actions.receive import receive
from helpdesk.models import Ticket
from tests.factories import SmallDesk, messages, ticket

Forge = Callable[[int, int], str]


def genuine(number: int, contact: int) -> str:
    return vault.mint_reply_token(number, contact)


def tampered(number: int, contact: int) -> str:
    token = vault.mint_reply_token(number, contact)
    return token[:-1] + ("a" if token[-1] != "a" else "b")


def of_another_ticket(number: int, contact: int) -> str:
    """The MAC of one ticket under the number of another."""
    return f"r{number}-{contact}-{vault.mint_reply_token(number + 1, contact)[-26:]}"


TABLE = [  # token, sender, proved -> joins
    (genuine, "noura@example.com", True, True),
    (genuine, "noura@example.com", False, True),
    (genuine, "stranger@example.net", True, True),
    (genuine, "stranger@example.net", False, True),
    (tampered, "noura@example.com", True, False),
    (tampered, "noura@example.com", False, False),
    (of_another_ticket, "noura@example.com", True, False),
    (tampered, "stranger@example.net", True, False),
    (tampered, "stranger@example.net", False, False),
    (None, "noura@example.com", True, True),
    (None, "noura@example.com", False, False),
    (None, "stranger@example.net", True, False),
    (None, "stranger@example.net", False, False),
]


def test_who_joins(desk: SmallDesk) -> None:
    """Token x sender x proof; every one names the stored Message-ID of the customer's first mail."""
    first = desk.mail(verified=True)
    number = receive([first])[0].ticket_id
    contact = ticket(number).contact_id
    wrong = []
    for token, sender, verified, joins in TABLE:
        tokens = [token(number, contact)] if token else []
        mail = desk.mail(sender=sender, verified=verified, tokens=tokens, in_reply_to=first.external_id, references=[first.external_id])
        got = receive([mail])[0].ticket_id
        if (got == number) != joins:
            wrong.append((token, sender, verified))
        if not joins:
            assert ticket(got).related_ticket_id == number, "the agent sees what it seems to follow"
    assert wrong == []


def test_a_stranger_with_a_token_gets_nothing_back(desk: SmallDesk) -> None:
    number = desk.ticket()
    contact = ticket(number).contact_id
    receive([desk.mail(sender="stranger@example.net", tokens=[genuine(number, contact)])])
    assert ticket(number).contact_id == contact
    last = messages(number)[-1]
    assert (last.from_address, last.verified, last.contact_id == contact) == ("stranger@example.net", False, False)


def test_a_forged_message_id_of_ours_spoils_a_stored_one(desk: SmallDesk) -> None:
    first = desk.mail(verified=True)
    number = receive([first])[0].ticket_id
    minted = vault.mint_message_id(number, "example.com")
    forged = minted.replace("hd.", "hd.1", 1)
    names = [first.external_id, forged]
    assert receive([desk.mail(verified=True, references=names)])[0].ticket_id != number
    elsewhere = forged.replace("example.com", "other-desk.example.net")  # a desk like ours, somewhere else
    assert receive([desk.mail(verified=True, references=[first.external_id, elsewhere])])[0].ticket_id == number


def test_a_subject_never_joins(desk: SmallDesk) -> None:
    number = desk.ticket()
    for subject in ("Re: [#{0}] Printer", "Re: Printer #{0}", "{0}", "Re: Printer"):
        assert receive([desk.mail(verified=True, subject=subject.format(number))])[0].ticket_id != number


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
