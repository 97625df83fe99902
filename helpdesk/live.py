"""Hints for open pages: ids and a kind, never content. A hint may be lost; the page asks again by itself."""

import json
import logging
from typing import Any, TypedDict

from redis.exceptions import RedisError

from helpdesk.extensions import redis_connection

log = logging.getLogger(__name__)


class Hint(TypedDict):
    """A change of one ticket. `agent` is who made it, None for others."""

    ticket: int
    kind: str
    inbox: int
    event: int
    agent: int | None


def publish(hints: list[tuple[list[str], dict[str, Any]]]) -> None:
    """Tells the hubs, each hint with the topics it goes to. Never raises: what it tells is committed already."""
    if not hints:
        return
    try:
        pipe = redis_connection().pipeline(transaction=False)
        for topics, hint in hints:
            pipe.publish("live", json.dumps({"topics": topics, "hint": hint}))
        pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("hints not published: %s", type(error).__name__)
