"""The data folder: made private, and used by one desk at a time."""

import fcntl
import os
import time
from pathlib import Path

from helpdesk.errors import SettingError

WAIT_SECONDS = 2.0
"""The parts of a supervisor that was killed hold the lock until the kernel has ended them too."""


def prepare(data: Path) -> None:
    """Makes the folder and its `run` folder, readable by nobody else. A folder that is there keeps its own rights."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        run = data / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        run.chmod(0o700)
    except OSError as error:
        raise SettingError(f"The data folder {data} cannot be used: {error.strerror}. "
                           "Choose another: HELPDESK_DATA=FOLDER make run") from error


def lock(data: Path) -> int:
    """A descriptor that holds the folder's lock until every process that inherits it has ended."""
    descriptor = os.open(data / "run" / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(descriptor)
                raise SettingError(f"Another desk already runs on the data folder {data}. "
                                   "Stop it, or choose another: HELPDESK_DATA=FOLDER make run") from None
        time.sleep(0.05)
