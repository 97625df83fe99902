"""The store of files: content-addressed, written whole or not at all."""

import errno
import os
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from helpdesk import disk
from helpdesk.errors import NoRoom
from helpdesk.settings import current


def path_of(digest: str) -> Path:
    """Where the bytes of that SHA-256 lie."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError("not a SHA-256")
    return current().data / "attachments" / digest[:2] / digest


def keep(chunks: bytes | Iterable[bytes]) -> tuple[str, int]:
    """Writes bytes, flushed to the disk before their name appears; returns (SHA-256, size). Kept once, however often they come.
    NoRoom when the disk is full."""
    if not disk.has_room():
        raise NoRoom
    folder = current().data / "attachments"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f".{secrets.token_hex(12)}.part"
    total, size = sha256(), 0
    try:
        with open(fresh, "xb") as file:
            for chunk in [chunks] if isinstance(chunks, bytes) else chunks:
                total.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        digest = total.hexdigest()
        final = path_of(digest)
        final.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(fresh, final)
        flush_folder(final.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise
    finally:
        fresh.unlink(missing_ok=True)
    return digest, size


def flush_folder(folder: Path) -> None:
    """A name outlives a power cut only when its folder is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
