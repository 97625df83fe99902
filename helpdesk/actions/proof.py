"""Whether a message belongs to a ticket that it names: the whole rule, with nothing but facts to look at.

What names a ticket is one of four things. A token in an address, or a Message-ID that we minted, can only be held by somebody whom a
mail of ours reached: it joins, whoever wrote, and a stranger is flagged and gets nothing back. A token in a text, or a Message-ID that is
merely stored here, travels with every forwarded mail: it joins only for the participant himself, proved by our own mail server, or not
disproved where the inbox names none. So does a message that one of a ticket named before it came; but who names it moves nothing else.
Everything else opens a ticket of its own, linked to the one it names. A subject is no fact at all.
"""

from dataclasses import dataclass

BEARER = ("token", "minted")


@dataclass(frozen=True)
class Claim:
    """One thing in a message that names a ticket: a genuine "token" in an address, a Message-ID that we "minted", a token in its "text",
    a "stored" Message-ID, or its own that was "awaited": others name it. `owner` is the contact whom a token was made for."""

    kind: str
    ticket_id: int
    owner: int = 0


@dataclass(frozen=True)
class Facts:
    """What is known of one message. `claims` stand in the order in which they are tried. `takes_part` are the tickets in which the
    sender's address takes part. `plain`: that address reads one way only. `authentication` is "pass", "fail" or "unknown"; `server_named`:
    the inbox names a server whose word counts. `forged`: it holds a token or Message-ID that looks like ours and is none. `of_ours`: the
    address is an agent's or an inbox's."""

    claims: tuple[Claim, ...]
    sender: int
    takes_part: frozenset[int]
    plain: bool
    authentication: str
    server_named: bool
    forged: bool
    of_ours: bool


@dataclass(frozen=True)
class Decision:
    """`joins`: the ticket it belongs to, None for one of its own; `names`: the ticket it is linked to then; `flags` of models.message."""

    joins: int | None
    names: int | None
    flags: tuple[str, ...]


def decide(facts: Facts) -> Decision:
    """The first claim that opens its ticket."""
    claim = next((claim for claim in facts.claims if opens(facts, claim)), None)
    named = claim or next((claim for claim in facts.claims if claim.kind != "awaited"), None)  # whoever named it links it to nothing
    return Decision(claim.ticket_id if claim else None, named.ticket_id if named else None, flags_of(facts, claim))


def opens(facts: Facts, claim: Claim) -> bool:
    """Whether this claim alone is enough."""
    if claim.kind in BEARER:
        return True
    if facts.forged or not is_participant(facts, claim.ticket_id) or (claim.kind == "text" and claim.owner != facts.sender):
        return False
    return facts.authentication == "pass" or (facts.authentication == "unknown" and not facts.server_named)


def is_participant(facts: Facts, ticket_id: int) -> bool:
    """A sender that reads in two ways is nobody."""
    return facts.plain and ticket_id in facts.takes_part


def flags_of(facts: Facts, claim: Claim | None) -> tuple[str, ...]:
    """What an agent is told of it."""
    weak = claim is not None and claim.kind not in BEARER
    doubted = facts.authentication == "fail" or (facts.authentication == "unknown" and (facts.server_named or facts.of_ours or weak))
    found = {
        "unverified": doubted or not facts.plain,
        "stranger": claim is not None and not is_participant(facts, claim.ticket_id),
        "forged": facts.forged,
    }
    return tuple(flag for flag, holds in found.items() if holds)
