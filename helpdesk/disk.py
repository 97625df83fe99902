"""Room on the disk. Below the low-water mark nothing more is taken in: a full disk would stop the database itself."""

import shutil

from helpdesk.settings import current

LOW_WATER_BYTES = 200 * 1024 * 1024


def free_bytes() -> int:
    """What is left where the data lies, or the database, if that is less."""
    return min(shutil.disk_usage(folder).free for folder in (current().data, *current().disks))


def has_room(size: int = 0) -> bool:
    """Whether something of that size may still come in."""
    return free_bytes() - size > LOW_WATER_BYTES
