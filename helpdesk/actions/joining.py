"""Which ticket a message belongs to: everything a list of messages may touch is looked up at once; then each is decided by proof alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from helpdesk import vault
from helpdesk.actions.proof import Claim, Decision, Facts, decide
from helpdesk.folding import fold_email, fold_phone
from helpdesk.incoming import Incoming, Person
from helpdesk.models import Address, Agent, Awaited, Contact, Inbox, Message, Ticket
from helpdesk.queries.participants import participants_of
from helpdesk.vault import MESSAGE_ID

Key = tuple[str, str]
DOUBTS = frozenset({"unverified", "stranger", "forged"})
"""Flags of a message that brings no other into its ticket by naming it before it came."""
MOST_NAMED = 500
"""Messages that share the Message-IDs of one set: whoever sends the same id a thousand times slows nobody down."""


class Kept(NamedTuple):
    """A message by its id, and the ticket it stands in; both are negative until the end of the set that brings it."""

    id: int
    ticket_id: int
    inbox_id: int
    kind: str
    flags: list[str]


@dataclass(frozen=True)
class Evidence:
    """What a message says by itself: Message-IDs it answers, nearest first; the claims that only our keys could have made. `forged`: it
    holds a token that looks like ours and is none; `forged_domains` are those of Message-IDs that do."""

    names: list[str]
    claims: tuple[Claim, ...]
    forged: bool
    forged_domains: frozenset[str]


@dataclass
class Set:
    """What was looked up for a whole list of messages at once, and what has been added to it since."""

    known: dict[Key, Kept] = field(default_factory=dict)
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    named: dict[str, list[Kept]] = field(default_factory=dict)
    awaited: dict[str, list[int]] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    participants: dict[int, set[str]] = field(default_factory=dict)
    inboxes: dict[int, Any] = field(default_factory=dict)
    agents: set[str] = field(default_factory=set)

    @cached_property
    def addresses_of_ours(self) -> set[str]:
        """Of all inboxes, folded."""
        return {fold_email(inbox.address) for inbox in self.inboxes.values()}


# Built once: building a statement takes longer than asking it.
MINE = (Message.id, Message.ticket_id, Message.inbox_id, Message.kind, Message.flags, Message.external_id, Message.content_hash)
HASHES = Message.content_hash.in_(bindparam("hashes", expanding=True))
KNOWN = select(*MINE).where(Message.external_id.in_(bindparam("ids", expanding=True)), HASHES).order_by(Message.id)
NAMELESS = select(*MINE).where(Message.inbox_id.in_(bindparam("inboxes", expanding=True)), Message.external_id == "", HASHES)
NAMED = (
    select(*MINE).where(Message.external_id.in_(bindparam("ids", expanding=True)), Message.kind != "note")
    .order_by(Message.id).limit(MOST_NAMED)
)  # fmt: skip
AWAITED = (
    select(Awaited.external_id, Message.ticket_id, Message.flags).join(Message, Message.id == Awaited.message_id)
    .where(Awaited.external_id.in_(bindparam("ids", expanding=True))).order_by(Awaited.message_id).limit(MOST_NAMED)
)  # fmt: skip
CONTACTS = (
    select(Address.kind, Address.value, Contact).join(Contact, Contact.id == Address.contact_id)
    .where(Address.value.in_(bindparam("values", expanding=True)))
)  # fmt: skip
TICKETS = select(Ticket).where(Ticket.id.in_(bindparam("numbers", expanding=True))).order_by(Ticket.id).with_for_update()
INBOXES = select(Inbox)
AGENTS = select(Agent.email).where(Agent.active, Agent.email.in_(bindparam("emails", expanding=True)))
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT unnest(CAST(:keys AS bigint[])) AS k ORDER BY k) AS keys")


def evidence_of(incoming: Incoming) -> Evidence:
    """Read once, before the writer's turn: keys are tried on everything that looks like ours."""
    names, domains = thread_ids(incoming), set[str]()
    claims, forged = [], False
    for token in incoming.tokens:
        if read := vault.read_reply_token(token):
            claims.append(Claim("token", *read))
        else:
            forged = forged or vault.is_forged(token)
    for name in names:
        if (number := vault.ticket_of_message_id(name)) is not None:
            claims.append(Claim("minted", number))
        elif MESSAGE_ID.match(name):
            domains.add(name.rpartition("@")[2])
    claims += [Claim("text", *read) for token in incoming.body_tokens if (read := vault.read_reply_token(token))]
    return Evidence(names, tuple(claims), forged, frozenset(domains))


def look_up(session: Session, incomings: list[Incoming], evidence: list[Evidence]) -> Set:
    """Everything the list may touch, by a handful of queries; tickets are locked in the order of their numbers."""
    take_turns(session, incomings, evidence)
    found = Set(inboxes={inbox.id: inbox for inbox in session.scalars(INBOXES)})
    look_up_messages(session, found, incomings, {name for one in evidence for name in one.names})
    senders = sorted({address_key(one)[1] for one in [*incomings, *(as_forwarded(one) for one in incomings if one.forwarded)]})
    found.contacts = {(row.kind, row.value): row.Contact for row in session.execute(CONTACTS, {"values": senders})}
    found.agents = set(session.scalars(AGENTS, {"emails": senders}))
    numbers = {claim.ticket_id for pair in zip(incomings, evidence, strict=True) for claim in claims_of(found, *pair)}
    numbers |= {kept.ticket_id for kept in found.known.values()}
    if numbers:
        locked = session.scalars(TICKETS, {"numbers": sorted(numbers)}, execution_options={"populate_existing": True})
        found.tickets = {ticket.id: ticket for ticket in locked}
        found.participants = participants_of(session, found.tickets.values())
    return found


def take_turns(session: Session, incomings: list[Incoming], evidence: list[Evidence]) -> None:
    """One mail may arrive at two inboxes in one moment, or one and its answer: whoever comes second waits, and then sees the first. SQLite
    has one writer."""
    if session.get_bind().dialect.name == "postgresql":
        ids = {one.external_id for one in incomings if one.external_id} | {name for one in evidence for name in awaitable(one)}
        nameless = {one.content_hash for one in incomings if not one.external_id}
        keys = [sha256(name.encode()).digest() for name in ids | nameless]
        session.execute(ONE_AT_A_TIME, {"keys": [int.from_bytes(key[:8], "big", signed=True) for key in keys]})


def look_up_messages(session: Session, found: Set, incomings: list[Incoming], names: set[str]) -> None:
    """Those that came before, at whichever inbox; those that are named; those that wait for an older one."""
    ids, hashes = sorted({one.external_id for one in incomings if one.external_id}), sorted({one.content_hash for one in incomings})
    rows = list(session.execute(KNOWN, {"ids": ids, "hashes": hashes})) if ids else []
    if any(not one.external_id for one in incomings):
        rows += session.execute(NAMELESS, {"inboxes": sorted(found.inboxes), "hashes": hashes})
    for row in rows:
        found.known.setdefault((row.external_id, row.content_hash), Kept(*row[:5]))
    for row in session.execute(NAMED, {"ids": sorted({*ids, *names})}) if ids or names else []:
        found.named.setdefault(row.external_id, []).append(Kept(*row[:5]))
    for name, ticket_id, flags in session.execute(AWAITED, {"ids": ids}) if ids else []:
        if not DOUBTS & set(flags):
            found.awaited.setdefault(name, []).append(ticket_id)


def as_the_house_sees_it(found: Set, incoming: Incoming) -> tuple[Incoming, bool]:
    """A mail that an agent passes on is a mail of who wrote it first, nobody vouching for that; and whether it is one. Only by choice of
    the inbox, only when our own server vouches for the agent, and never in the name of the desk itself."""
    agent = incoming.verified and address_key(incoming)[1] in found.agents
    if not agent or incoming.forwarded is None or not found.inboxes[incoming.inbox_id].agents_forward:
        return incoming, False
    passed_on = as_forwarded(incoming)
    writer = address_key(passed_on)[1]
    if "@" not in writer or writer in found.agents or plain(writer) in found.addresses_of_ours:
        return incoming, False
    return passed_on, True


def as_forwarded(incoming: Incoming) -> Incoming:
    """The mail inside, as if it had come by itself; what the agent wrote above it stays in the original."""
    inner = incoming.forwarded
    assert inner is not None
    subject = inner.subject or incoming.subject
    return replace(incoming, sender=inner.sender, subject=subject, text=inner.text, reply_text=inner.text, html=None, cc=[], to=[],
                   authentication="unknown", plain_sender=True)  # fmt: skip


def decided(found: Set, incoming: Incoming, evidence: Evidence, contact_id: int, *, passed_on: bool) -> Decision:
    """Where it belongs. What an agent passed on may be linked by what is stored, but joins by what only we could have made."""
    kind, value = address_key(incoming)
    ours, inbox = plain(value) in found.addresses_of_ours, found.inboxes[incoming.inbox_id]
    claims = tuple(claim for claim in claims_of(found, incoming, evidence) if claim.ticket_id in found.tickets)
    part = {claim.ticket_id for claim in claims if value in found.participants[claim.ticket_id]
            or contact_id == found.tickets[claim.ticket_id].contact_id}  # fmt: skip
    forged = evidence.forged or inbox.address.rpartition("@")[2] in evidence.forged_domains
    decision = decide(Facts(
        claims=claims, sender=contact_id, takes_part=frozenset() if ours else frozenset(part), plain=incoming.plain_sender,
        authentication=incoming.authentication, server_named=bool(inbox.authserv_id), forged=forged,
        of_ours=kind == "email" and (ours or value in found.agents),
    ))  # fmt: skip
    if passed_on:
        return replace(decision, flags=("forwarded_by_agent", *(flag for flag in decision.flags if flag != "unverified")))
    return decision


def claims_of(found: Set, incoming: Incoming, evidence: Evidence) -> Iterator[Claim]:
    """What in it names a ticket, what proves most first."""
    yield from evidence.claims
    yield from (Claim("stored", kept.ticket_id) for name in evidence.names for kept in found.named.get(name, ()))
    if incoming.external_id:
        yield from (Claim("awaited", number) for number in found.awaited.get(incoming.external_id, ()))


def awaitable(evidence: Evidence) -> list[str]:
    """The Message-IDs that it names and another desk or person made."""
    return [name for name in evidence.names if not MESSAGE_ID.match(name)]


def suggested(found: Set, incoming: Incoming, ticket: Ticket, *, stranger: bool) -> list[Person]:
    """Whom it was also sent to and who takes no part, for the agent to add with a click; a stranger who wrote it, too."""
    taking_part = {*found.participants.get(ticket.id, ()), *found.addresses_of_ours}
    if not stranger:
        taking_part.add(address_key(incoming)[1])
    new: dict[str, Person] = {}
    for person in [*([incoming.sender] if stranger else []), *incoming.to, *incoming.cc]:
        value = fold_email(person.address)
        if "@" in value and value not in taking_part and plain(value) not in taking_part:
            new.setdefault(value, person)
    return list(new.values())[:20]


def key_of(incoming: Incoming) -> Key:
    """What makes two arrivals the same message, at whichever inboxes."""
    return incoming.external_id, incoming.content_hash


def address_key(incoming: Incoming) -> tuple[str, str]:
    """The sender's folded address."""
    fold = fold_email if incoming.sender_kind == "email" else fold_phone
    return incoming.sender_kind, fold(incoming.sender.address)[:254]


def plain(address: str) -> str:
    """Without its +detail."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def thread_ids(incoming: Incoming) -> list[str]:
    """Message-IDs it answers, nearest first."""
    return list(dict.fromkeys(name[:500] for name in [incoming.in_reply_to, *reversed(incoming.references)] if name))[:20]
