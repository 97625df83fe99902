"""Counting what must not be tried often: one atomic statement a counter, so that parallel tries count one by one."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from flask_babel import ngettext
from sqlalchemy import case, delete, literal, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.errors import TooManyTries
from helpdesk.models import AttemptCounter
from helpdesk.models.types import Moment


@dataclass(frozen=True)
class Limit:
    """At most `most` within `seconds`; then a pause of `seconds`."""

    name: str
    most: int
    seconds: int

    def key(self, subject: str) -> str:
        """The counter of somebody; the subject itself is not kept."""
        return f"{self.name}:{sha256(subject.encode()).hexdigest()[:40]}"


LOGIN_ALL = Limit("login-all", 3000, 900)
LOGIN_ADDRESS = Limit("login-address", 30, 900)
LOGIN_ACCOUNT = Limit("login-account", 5, 300)
RESET_ADDRESS = Limit("reset-address", 20, 3600)
RESET_ACCOUNT = Limit("reset-account", 3, 3600)
PASSWORD_ACCOUNT = Limit("password-account", 5, 300)


@dataclass(frozen=True)
class Spent:
    """What is left after a try: `left` below 0 means that it must not be made."""

    left: int
    retry_seconds: int

    @property
    def full(self) -> bool:
        """Whether the try is one too many."""
        return self.left < 0

    def refuse_if_full(self) -> None:
        """TooManyTries, outside the transaction, so that the count stands."""
        if self.full:
            raise TooManyTries(too_many(self.retry_seconds), self.retry_seconds)


def spend(session: Session, limit: Limit, subject: str) -> Spent:
    """Counts one try, in the caller's transaction. The pause begins anew with the last try that was free, and with no other."""
    now = clock.now()
    row = AttemptCounter.window_started_at
    window = timedelta(seconds=limit.seconds)
    over, count = or_(row <= now - window, row > now + window), AttemptCounter.count + 1  # later than that wrote a clock that ran ahead
    fresh = literal(now, Moment)
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(AttemptCounter)
    statement = insert.values(key=limit.key(subject), window_started_at=now, count=1).on_conflict_do_update(
        index_elements=[AttemptCounter.key],
        set_={"count": case((over, 1), else_=count), "window_started_at": case((over, fresh), (count == limit.most, fresh), else_=row)},
    ).returning(AttemptCounter.count, AttemptCounter.window_started_at)
    counted, started = session.execute(statement).one()
    return Spent(limit.most - counted, retry_after(started, limit, now))


def retry_after(started: datetime, limit: Limit, now: datetime) -> int:
    """Seconds until the window is over, at least one."""
    return max(1, math.ceil((started + timedelta(seconds=limit.seconds) - now).total_seconds()))


def clear(session: Session, limit: Limit, subject: str) -> None:
    """Forgets the tries of somebody who proved who he is."""
    session.execute(delete(AttemptCounter).where(AttemptCounter.key == limit.key(subject)).execution_options(synchronize_session=False))


def give_back(session: Session, limit: Limit, subject: str) -> None:
    """Takes one try off: it was no failure. The others stay, or an own account would wash away guesses at others."""
    mine = AttemptCounter.key == limit.key(subject)
    session.execute(update(AttemptCounter).where(mine, AttemptCounter.count > 0).values(count=AttemptCounter.count - 1)
                    .execution_options(synchronize_session=False))


def network(address: str) -> str:
    """What counts as one place: an IPv4 address, the /64 of an IPv6 address (one household, RFC 6177)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else str(IPv6Address(int(found) >> 64 << 64))
    return str(found)


def too_many(seconds: int) -> str:
    """The sentence with the pause in minutes."""
    return str(ngettext("Too many tries. The next one is possible in %(num)s minute.",
                        "Too many tries. The next one is possible in %(num)s minutes.", math.ceil(seconds / 60)))
