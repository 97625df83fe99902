"""What is asked of a ticket that this transaction holds: one question for all that it holds, and none again until it ends, for nobody else
can change them. Whoever changes something kept here in the same transaction changes what is kept, or lets it go."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from helpdesk.models import Ticket

HELD, KEPT = "held", "kept"
"""Places in the session's `info`: {number: ticket}, and {what: {number: answer}}."""
Answer = TypeVar("Answer")
Reading = Callable[[Session, set[int]], dict[int, Answer]]
"""Reads the answers for several tickets; every number has one."""


def held(session: Session) -> dict[int, Ticket]:
    """The tickets that were locked at once for this transaction, by number."""
    found: dict[int, Ticket] = session.info.get(HELD, {})
    return found


def of_ticket(session: Session, number: int, what: str, read: Reading[Answer]) -> Answer:
    """The answer for one ticket; of one that is held it is kept under the name `what`."""
    numbers = held(session).keys()
    if number not in numbers:
        return read(session, {number})[number]
    kept: dict[int, Any] = session.info.setdefault(KEPT, {}).setdefault(what, {})
    if number not in kept:
        kept.update(read(session, set(numbers) - kept.keys()))
    answer: Answer = kept[number]
    return answer


def add(session: Session, number: int, what: str, one: Any) -> None:
    """One more at the end of an answer that is a list, where it is kept."""
    kept = session.info.get(KEPT, {}).get(what, {}).get(number)
    if kept is not None:
        kept.append(one)


def let_go(session: Session, number: int, what: str) -> None:
    """It is another from now on, and read again when somebody asks."""
    session.info.get(KEPT, {}).get(what, {}).pop(number, None)


def once(session: Session, what: str, read: Callable[[], Answer]) -> Answer:
    """An answer about no ticket, asked once in a transaction that may write; outside of one it is asked each time."""
    if "tell" not in session.info:
        return read()
    kept: dict[str, Answer] = session.info.setdefault(KEPT, {}).setdefault("", {})
    if what not in kept:
        kept[what] = read()
    return kept[what]


def end(session: Session) -> None:
    """The transaction is over; others may change the tickets."""
    session.info.pop(HELD, None)
    session.info.pop(KEPT, None)
