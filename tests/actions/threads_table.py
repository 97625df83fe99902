"""Who joins which ticket, written out by hand: the judge of the rule, which shares no code with it.

A row is what a mail carries: a token and what it answers. A column is who wrote it. A cell has four letters, for what our own mail server
says of the sender: pass, fail, nothing although the inbox names it, nothing because the inbox names none.

J joins, S joins as a stranger, L opens a ticket linked to the one it names, N opens a ticket; in small letters the same, and the message
is marked as not verified. Whatever is forged marks it as forged, too. Cc and subject have no column: they decide nothing.
"""

import random
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from helpdesk import vault
from helpdesk.actions.joining import Evidence, Kept, Set, decided, evidence_of
from helpdesk.actions.proof import Decision
from helpdesk.incoming import Incoming, Person
from helpdesk.models import Ticket
from tests.factories import incoming

SENDERS = ("requester", "added", "copied", "stranger", "agent", "our_inbox", "two_faced")
AUTHENTICATIONS = ("pass", "fail", "unknown", "unnamed")
# token           answers    requester added copied stranger agent our_inbox two_faced
ROWS = """
own               stored     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
own               minted     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
own               forged     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
own               nothing    JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
of_another        stored     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
of_another        minted     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
of_another        forged     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
of_another        nothing    JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
forged            stored     LllL      LllL  LllL   LllL     Llll  Llll      llll
forged            minted     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
forged            forged     NnnN      NnnN  NnnN   NnnN     Nnnn  Nnnn      nnnn
forged            nothing    NnnN      NnnN  NnnN   NnnN     Nnnn  Nnnn      nnnn
none              stored     Jllj      Jllj  LllL   LllL     Llll  Llll      llll
none              minted     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
none              forged     NnnN      NnnN  NnnN   NnnN     Nnnn  Nnnn      nnnn
none              nothing    NnnN      NnnN  NnnN   NnnN     Nnnn  Nnnn      nnnn
text              stored     Jllj      Jllj  LllL   LllL     Llll  Llll      llll
text              minted     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
text              forged     LllL      LllL  LllL   LllL     Llll  Llll      llll
text              nothing    Jllj      LllL  LllL   LllL     Llll  Llll      llll
text_of_another   stored     Jllj      Jllj  LllL   LllL     Llll  Llll      llll
text_of_another   minted     JjjJ      JjjJ  SssS   SssS     Ssss  Ssss      ssss
text_of_another   forged     LllL      LllL  LllL   LllL     Llll  Llll      llll
text_of_another   nothing    LllL      Jllj  LllL   LllL     Llll  Llll      llll
"""
TABLE = {
    (token, answers, sender, said): letter
    for token, answers, *cells in (line.split() for line in ROWS.strip().splitlines())
    for sender, cell in zip(SENDERS, cells, strict=True)
    for said, letter in zip(AUTHENTICATIONS, cell, strict=True)
}
TOKENS, ANSWERS = (tuple(dict.fromkeys(key[place] for key in TABLE)) for place in (0, 1))
AXES = (TOKENS, ANSWERS, SENDERS, AUTHENTICATIONS)
ADDRESSES = {
    "requester": "noura@example.com", "added": "sami@example.com", "copied": "copied@example.net", "stranger": "stranger@example.net",
    "agent": "rana@example.com", "our_inbox": "parcels@example.com", "two_faced": "noura@example.com",
}  # fmt: skip
SUBJECTS = ("Printer", "Re: [#7] Printer", "Re: [#8] Printer", "#7")
COPIES = ([], [Person("", "new@example.org")])


@dataclass(frozen=True)
class Thread:
    """A ticket as the mails of a test know it: its number, the contacts that take part, a Message-ID of the customer that is stored."""

    number: int
    requester: int
    added: int
    stored: str


def mail(thread: Thread, token: str, answers: str, sender: str, said: str, **changes: Any) -> Incoming:
    """A mail as a cell describes it, for inbox 1."""
    owner = thread.added if token.endswith("of_another") else thread.requester
    genuine, minted = vault.mint_reply_token(thread.number, owner), vault.mint_message_id(thread.number, "example.com")
    tokens = {"own": [genuine], "of_another": [genuine], "forged": [spoiled(genuine)]}.get(token, [])
    names = {"stored": [thread.stored], "minted": [minted], "forged": [minted.replace("hd.", "hd.1", 1)], "nothing": []}[answers]
    return incoming(
        1, "words", sender=ADDRESSES[sender], authentication="unknown" if said == "unnamed" else said, plain_sender=sender != "two_faced",
        tokens=tokens, references=names, body_tokens=[genuine] if token.startswith("text") else [], **changes,
    )  # fmt: skip


def spoiled(token: str) -> str:
    """With another last letter."""
    return token[:-1] + ("a" if token[-1] != "a" else "b")


def flags_of(letter: str, token: str, answers: str) -> set[str]:
    """What an agent must be told."""
    found = {"forged"} if "forged" in (token, answers) else set()
    return found | ({"stranger"} if letter in "Ss" else set()) | ({"unverified"} if letter.islower() else set())


CONTACTS = {"requester": 70, "added": 71, "copied": 90, "stranger": 91, "agent": 92, "our_inbox": 93, "two_faced": 70}
THREADS = (Thread(7, 70, 71, "first@example.net"), Thread(8, 70, 72, "second@example.net"))


@dataclass(frozen=True)
class Drawn:
    """A mail drawn at random: it carries a token of one ticket and answers one of two."""

    token: str
    of_token: int
    answers: str
    of_answers: int
    sender: str
    said: str

    def cells(self) -> dict[int, str]:
        """Ticket -> letter, for each ticket by itself. What is forged is forged for both; who was added was added to the first alone."""
        found = {}
        for place, thread in enumerate(THREADS):
            token = self.token if place == self.of_token or self.token == "forged" else "none"
            answers = self.answers if place == self.of_answers or self.answers == "forged" else "nothing"
            sender = "stranger" if (self.sender, place) == ("added", 1) else self.sender
            found[thread.number] = TABLE[token, answers, sender, self.said]
        return found

    def is_judged(self, got: Decision) -> bool:
        """Whether the decision is what the table says."""
        cells = self.cells()
        joining, linked = ({number for number, letter in cells.items() if letter in letters} for letters in ("JjSs", "Ll"))
        if got.joins is None and (joining or (linked and got.names not in linked)):
            return False
        if got.joins is not None and got.joins not in joining:
            return False
        letter = cells[got.joins or THREADS[0].number]
        return set(got.flags) == flags_of(letter, self.token, self.answers)


def mixed(count: int, seed: int) -> list[str]:
    """So many mails drawn at random, tried against the table; what went wrong, in words. Needs the keys of a desk, but no database."""
    draw, wrong, evidence = random.Random(seed), [], dict[tuple[int, str, int, str], Evidence]()
    prepared = {unnamed: looked_up("" if unnamed else "mx.example.com") for unnamed in (True, False)}
    mails = {key: mail(thread, *key[1:]) for place, thread in enumerate(THREADS) for key in product((place,), *AXES)}
    for _mail in range(count):
        places, (token, answers, who, said) = (draw.randrange(2), draw.randrange(2)), map(draw.choice, AXES)
        one = Drawn(token, places[0], answers, places[1], who, said)
        names = mails[one.of_answers, "none", answers, who, said].references
        changes = {"references": names, "subject": draw.choice(SUBJECTS), "cc": draw.choice(COPIES)}
        made = replace(mails[one.of_token, token, "nothing", who, said], **changes)
        key = (places[0], token, places[1], answers)
        evidence[key] = evidence.get(key) or evidence_of(made)
        got = decided(prepared[said == "unnamed"], made, evidence[key], CONTACTS[who], passed_on=False)
        if not one.is_judged(got):
            wrong.append(f"{one}: {got}")
    return wrong


def looked_up(authserv_id: str) -> Set:
    """What a set of mails would have found in the database."""
    found = Set(agents={ADDRESSES["agent"]})
    found.inboxes = {number: Inboxed(address, authserv_id) for number, address in ((1, "support@example.com"), (2, "parcels@example.com"))}
    for place, thread in enumerate(THREADS):
        found.tickets[thread.number] = Ticket(id=thread.number, contact_id=thread.requester)
        found.participants[thread.number] = {ADDRESSES["requester"], *([ADDRESSES["added"]] if place == 0 else [])}
        found.named[thread.stored] = [Kept(thread.number * 10, thread.number, 1, "incoming", [])]
    return found


@dataclass(frozen=True)
class Inboxed:
    """What is asked of an inbox."""

    address: str
    authserv_id: str
