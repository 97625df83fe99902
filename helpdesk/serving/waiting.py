"""The supervisor's signals: held back and taken one by one, so that nothing is interrupted halfway; let through during the long import."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
HELD = ENDINGS | {signal.SIGCHLD}


class Ending(Exception):
    """Somebody asked the desk to end."""


def hold() -> None:
    """From now on the signals wait until `wait` takes them. Children undo it (child.settle)."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)


@contextmanager
def let_through() -> Iterator[None]:
    """Around work that may be broken off anywhere: a signal raises Ending in the midst of it. Only the first; then they are held again."""
    asked = []

    def end(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        hold()
        raise Ending

    old = {number: signal.signal(number, end) for number in ENDINGS}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
    try:
        yield
    finally:
        hold()
        for number, handler in old.items():
            signal.signal(number, handler)
    if asked:  # the exception was lost where Python ignores them
        raise Ending


def wait(seconds: float) -> None:
    """Returns when a child has changed or the time is over; raises Ending."""
    until = time.monotonic() + seconds
    taken = signal.sigtimedwait(HELD, max(0.0, until - time.monotonic()))
    if taken is not None and taken.si_signo in ENDINGS:
        raise Ending
