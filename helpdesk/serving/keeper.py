"""Keeps presence up: what the streams of this process show, refreshed in Redis, and told when it changes."""

import json
import time
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from helpdesk.presence import ANYBODY, SECONDS, STATES, key

MOST_TICKETS, MOST_TOPICS = 20, 50
Shown = dict[int, tuple[str, list[str]]]
"""ticket -> (state, topics) of one stream."""
Place = tuple[int, int]
"""(agent, ticket)."""


class Keeper:
    """Says of every (agent, ticket) one state: writing before viewing, over all streams of the agent in this process."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.shown: dict[str, tuple[int, Shown]] = {}
        self.told: dict[Place, tuple[str, list[str]]] = {}

    async def show(self, stream: str, agent: int, tickets: list[dict[str, Any]]) -> None:
        """A stream's tabs show these tickets now."""
        self.shown[stream] = agent, {
            int(ticket["number"]): (str(ticket["state"]), list(ticket["topics"])[:MOST_TOPICS])
            for ticket in tickets[:MOST_TICKETS] if ticket["state"] in STATES
        }
        await self.tell_changes()

    async def leave(self, streams: Iterable[str]) -> None:
        """Streams are gone, and what only they showed with them."""
        left = [self.shown.pop(stream, None) for stream in list(streams)]
        if any(left):
            await self.tell_changes()

    async def tell_changes(self) -> None:
        """Writes what has changed since it was last told, and publishes it."""
        current = self.current()
        changed = [place for place in self.told.keys() | current.keys() if self.told.get(place, ("",))[0] != current.get(place, ("",))[0]]
        pipe = self.redis.pipeline(transaction=False)
        for agent, ticket in changed:
            state, topics = current.get((agent, ticket)) or ("gone", self.told[agent, ticket][1])
            pipe.zrem(key(ticket), *(f"{agent}:{other}" for other in STATES if other != state))
            if state != "gone":
                self.add(pipe, agent, ticket, state)
            hint = {"ticket": ticket, "kind": "presence", "agent": agent, "state": state}
            pipe.publish("live", json.dumps({"topics": topics, "hint": hint}))
        self.told = current
        if changed:
            await pipe.execute()

    def current(self) -> dict[Place, tuple[str, list[str]]]:
        """What holds now."""
        places: dict[Place, tuple[str, list[str]]] = {}
        for agent, shown in self.shown.values():
            for ticket, (state, topics) in shown.items():
                if state == "writing" or (agent, ticket) not in places:
                    places[agent, ticket] = state, topics
        return places

    async def refresh(self) -> None:
        """Lets nothing that still holds expire."""
        if not self.told:
            return
        pipe = self.redis.pipeline(transaction=False)
        for (agent, ticket), (state, _) in self.told.items():
            self.add(pipe, agent, ticket, state)
        await pipe.execute()

    async def contradict(self, hint: dict[str, Any]) -> None:
        """Another process said that somebody has left who is still here with another tab: says so."""
        place = hint.get("agent"), hint.get("ticket")
        if hint.get("state") == "gone" and place in self.told:
            del self.told[place]
            await self.tell_changes()

    @staticmethod
    def add(pipe: Any, agent: int, ticket: int, state: str) -> None:
        """One member with its new expiry; the set goes with its last member."""
        until = time.time() + SECONDS
        pipe.zadd(key(ticket), {f"{agent}:{state}": until})
        pipe.expire(key(ticket), SECONDS + 5)
        pipe.zadd(ANYBODY, {str(ticket): until})
        pipe.zremrangebyscore(ANYBODY, "-inf", time.time())
        pipe.expire(ANYBODY, SECONDS + 5)
