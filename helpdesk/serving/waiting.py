"""The supervisor's signals: held back at all times and taken one by one, so that nothing is interrupted halfway."""

import signal
import time

ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
HELD = ENDINGS | {signal.SIGCHLD}


class Ending(Exception):
    """Somebody asked the desk to end."""


def hold() -> None:
    """From now on the signals wait until `wait` takes them. Children undo it (child.settle)."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)


def wait(seconds: float) -> None:
    """Returns when a child has changed or the time is over; raises Ending."""
    until = time.monotonic() + seconds
    taken = signal.sigtimedwait(HELD, max(0.0, until - time.monotonic()))
    if taken is not None and taken.si_signo in ENDINGS:
        raise Ending
