"""One forked child: dies with its parent, has its own session, says nothing on the standard output."""

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
libc = ctypes.CDLL(None, use_errno=True)


def fork(name: str, work: Callable[[], None]) -> int:
    """Forks a child that does `work` and ends; its pid. To be called from the main thread: when the thread that forked ends,
    the kernel takes it for the parent's death."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    if pid := os.fork():
        return pid
    code = 1
    try:
        settle(name, parent)
        work()
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException:  # noqa: BLE001  nothing may get past this point: the parent's code stands above
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)  # nothing that the parent registered for its own end runs here


def settle(name: str, parent: int) -> None:
    """Ties the child's life to its parent's and undoes what the parent did to signals and to the standard streams."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it died before we asked to be told
    libc.prctl(PR_SET_NAME, name.encode()[:15])
    os.setsid()  # Ctrl C at the terminal goes to the supervisor alone
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)  # the standard output is the supervisor's: programs read it
