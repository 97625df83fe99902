"""When a promise is due, from what was counted and what was skipped on the way. Pure: no database, no clock.

Moments are cut to the second and then counted exactly: a promise is due at the first second at which all that is owed (see spans.py) was
counted. Rests count nothing in any unit. They only stop the counting: half an hour's rest moves a due time on by half an hour of its kind.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from automations.sla.hours import Hours, Reason, Stretch, stretches
from automations.sla.spans import HORIZON_SECONDS, Span, owed
from automations.sla.wall import moment_of, seconds_of

Pause = tuple[datetime, datetime | None, str]
"""A rest [from, to) and why; None: it lasts."""
RUNNING = Reason("elapsed")
FOREVER = 1 << 62


@dataclass(frozen=True)
class Piece:
    """A piece of time in UTC, without its last moment, that was counted or skipped, and why."""

    from_at: datetime
    to_at: datetime
    reason: Reason

    @property
    def seconds(self) -> int:
        """Its real length."""
        return int((self.to_at - self.from_at).total_seconds())

    @property
    def minutes(self) -> float:
        """The same in minutes; whole ones are whole numbers."""
        return self.seconds // 60 if self.seconds % 60 == 0 else self.seconds / 60


@dataclass(frozen=True)
class Due:
    """`state` is "due" (at `at`), "paused" (a rest lasts) or "unreachable" (not within ten years); `at` is None but for the first. Of
    `owed_seconds`, `left_seconds` were not counted at `now`. The counted pieces of "due" add up to what is owed; those of "paused" to what
    was counted before the rest, and its last skipped piece goes to `now`; "unreachable" has none."""

    at: datetime | None
    state: str
    owed_seconds: int
    left_seconds: int
    counted: tuple[Piece, ...] = ()
    skipped: tuple[Piece, ...] = ()

    def reached(self, seconds: int) -> datetime | None:
        """When so many of the owed seconds were counted: a warning at half of them asks for half. None when that is never, as it stands."""
        for piece in self.counted:
            if seconds <= piece.seconds:
                return moment_of(seconds_of(piece.from_at) + seconds)
            seconds -= piece.seconds
        return None


def due(hours: Hours, start: datetime, span: Span, pauses: Sequence[Pause], now: datetime) -> Due:
    """When a promise that began at `start` is due."""
    begin = seconds_of(start)
    amount = owed(hours, begin, span)
    if amount is None:
        return Due(None, "unreachable", 0, 0)
    end = begin + HORIZON_SECONDS
    time = stretches(hours, begin, end) if span.in_hours else iter([(begin, end, True, RUNNING)])
    return count(rested(time, resting(pauses)), amount, seconds_of(now))


def resting(pauses: Iterable[Pause]) -> list[Stretch]:
    """The rests in order, none within another. Of two at once the one that began first tells the reason."""
    found: list[Stretch] = []
    at = 0
    for from_at, to_at, why in sorted(pauses, key=lambda pause: pause[0]):
        begin, stop = max(seconds_of(from_at), at), FOREVER if to_at is None else seconds_of(to_at)
        if begin < stop:
            found.append((begin, stop, False, Reason("pause", why)))
            at = stop
    return found


def rested(time: Iterator[Stretch], rests: list[Stretch]) -> Iterator[Stretch]:
    """The same time, with the rests in the place of what they cover; after one that lasts there is nothing more."""
    ahead = 0
    for begin, stop, is_open, reason in time:
        while ahead < len(rests) and rests[ahead][1] <= begin:
            ahead += 1
        for from_second, to_second, _open, why in rests[ahead:]:
            if from_second >= stop:
                break
            if from_second > begin:
                yield begin, from_second, is_open, reason
            if to_second == FOREVER:
                yield max(begin, from_second), FOREVER, False, why
                return
            yield max(begin, from_second), min(stop, to_second), False, why
            begin = min(stop, to_second)
        if begin < stop:
            yield begin, stop, is_open, reason


def count(time: Iterator[Stretch], amount: int, now: int) -> Due:
    """Walks until the amount is counted, or a rest that lasts is met, or the time is over. Neighbours that are alike are told as one piece;
    they are joined on the way, because hours that never close would be one piece of ten years."""
    counted: list[Piece] = []
    skipped: list[Piece] = []
    left, left_now = amount, amount
    for begin, stop, is_open, reason in time:
        if is_open:
            stop = min(stop, begin + left)
            put(counted, Piece(moment_of(begin), moment_of(stop), reason))
            left -= stop - begin
            left_now -= max(0, min(stop, now) - begin)
            if left == 0:
                return Due(moment_of(stop), "due", amount, left_now, tuple(counted), tuple(skipped))
        elif stop < FOREVER:
            put(skipped, Piece(moment_of(begin), moment_of(stop), reason))
        else:
            if begin < now:
                put(skipped, Piece(moment_of(begin), moment_of(now), reason))
            return Due(None, "paused", amount, left_now, tuple(counted), tuple(skipped))
    return Due(None, "unreachable", amount, left_now)


def put(pieces: list[Piece], piece: Piece) -> None:
    """Behind the others, or as the end of the last one."""
    if pieces and pieces[-1].to_at == piece.from_at and pieces[-1].reason == piece.reason:
        pieces[-1] = Piece(pieces[-1].from_at, piece.to_at, piece.reason)
    else:
        pieces.append(piece)
