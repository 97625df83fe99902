"""Who views and who writes: sorted sets in Redis that forget by themselves. Shown to people, never a guard."""

import json
import time
from collections.abc import Iterable
from typing import Any

from redis.exceptions import RedisError

from helpdesk.extensions import redis_connection

SECONDS = 15
"""How long somebody is present after the last sign of him."""
CHANNEL = "here"
"""Where the web view says which tickets the tabs of a stream show; the hub that holds the stream listens."""
STATES = ("viewing", "writing")
ANYBODY = "presence"
"""The sorted set of the tickets in which there is anybody; scores as below."""


def key(ticket_id: int) -> str:
    """The sorted set of one ticket: members AGENT:STATE, scores are the Unix times at which they expire."""
    return f"presence:{ticket_id}"


def present(ticket_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """ticket -> [(agent id, "viewing" or "writing")], by agent; writing where somebody does both. Empty while Redis is away."""
    ids = list(ticket_ids)
    if not ids:
        return {}
    try:
        pipe = redis_connection().pipeline(transaction=False)
        for ticket_id in ids:
            # the real time and not helpdesk.clock: Redis and the hubs count in it, whatever a test does to the clock
            pipe.zrangebyscore(key(ticket_id), time.time(), "+inf")
        answers = pipe.execute()
    except (RedisError, OSError):
        return {}
    return {ticket_id: states(members) for ticket_id, members in zip(ids, answers, strict=True) if members}


def present_in_list(ticket_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """The same of many tickets: one question tells in which of them there is anybody, and most often in none."""
    try:
        anywhere = redis_connection().zrangebyscore(ANYBODY, time.time(), "+inf")
    except (RedisError, OSError):
        return {}
    return present({int(str(member, "ascii")) for member in anywhere if isinstance(member, bytes)}.intersection(ticket_ids))


def states(members: Iterable[bytes]) -> list[tuple[int, str]]:
    """One state an agent: writing wins."""
    found: dict[int, str] = {}
    for member in members:
        agent, _, state = member.decode().partition(":")
        if state == "writing" or int(agent) not in found:
            found[int(agent)] = state
    return sorted(found.items())


def announce(stream: str, agent_id: int, tickets: list[dict[str, Any]]) -> None:
    """Says what a stream's tabs show: [{"number": 7, "state": "viewing", "topics": [...]}], topics as computed by the policy.
    Never raises."""
    try:
        redis_connection().publish(CHANNEL, json.dumps({"stream": stream, "agent": agent_id, "tickets": tickets}))
    except (RedisError, OSError):
        pass
