"""Screening: small named steps in a row, each with a reason that people can read and take back.

The first step that holds a mail ends the row; a mark lets the mail through with a word on its ticket. Every step is pure.
"""

from collections.abc import Callable
from typing import Any

from channels.email import screen_robots as robots
from channels.email import screen_senders as senders
from channels.email.verdict import Context, Verdict

Step = Callable[[dict[str, Any], Context], Verdict | None]
MOST_BYTES = 50 * 1024 * 1024


def unreadable(_parsed: dict[str, Any], context: Context) -> Verdict | None:
    """The parser gave up."""
    return Verdict("unreadable", "quarantined", {"why": context.unreadable}) if context.unreadable else None


def too_large(_parsed: dict[str, Any], context: Context) -> Verdict | None:
    """More than the doors take; it came by one that cannot refuse."""
    return Verdict("too_large", "held", {"size": str(context.size)}) if context.size > MOST_BYTES else None


def partial(_parsed: dict[str, Any], context: Context) -> Verdict | None:
    """Its server has more of it than is here."""
    return Verdict("partial", "marked") if context.partial else None


ROW: dict[str, Step] = {
    "unreadable": unreadable,
    "too_large": too_large,
    "partial": partial,
    "own_mail": senders.own_mail,
    "loop": senders.loop,
    "bounce": robots.bounce,
    "complaint": robots.complaint,
    "blocked": senders.blocked,
    "spam": senders.spam,
    "auto_reply": robots.auto_reply,
    "absence": robots.absence,
    "bulk": robots.bulk,
    "machine": robots.machine,
}
"""In the order in which they are asked; models.screening.STEPS names the same."""


def screen(parsed: dict[str, Any], context: Context) -> list[Verdict]:
    """What the steps say, up to the first that keeps the mail out. One that somebody took out of Held mail is wanted, whatever else
    stands against it: nothing keeps it out any more, but it keeps its marks."""
    found: list[Verdict] = []
    for step in ROW.values():
        verdict = step(parsed, context)
        if verdict is None or (context.released and verdict.verdict != "marked"):
            continue
        found.append(verdict)
        if verdict.verdict != "marked":
            break
    return found
