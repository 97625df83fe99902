"""Passwords: argon2id, two at a time in a process, and as slow for nobody as for somebody."""

import threading
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from helpdesk.errors import Busy

LEAST, MOST = 12, 200
"""Characters of a new password."""
WAIT_SECONDS = 4.0
HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""RFC 9106 §4, second choice: 64 MiB, 3 passes, 4 lanes."""
SLOTS = threading.BoundedSemaphore(2)
"""Each needs 64 MiB and a core: a crowd at the door must not take the machine from those who work."""


def decoy() -> str:
    """A hash that no password has, with today's parameters: checking it takes the time of a real one."""
    salt, digest = (b64encode(bytes(count)).decode().rstrip("=") for count in (HASHER.salt_len, HASHER.hash_len))
    return f"$argon2id$v=19$m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}${salt}${digest}"


DECOY = decoy()


def hash_password(password: str) -> str:
    """The argon2id hash to keep. Busy when two are at work and stay so."""
    with slot():
        return HASHER.hash(prepared(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether it is the password. `stored` None (nobody, or not let in yet) is False after the same work."""
    with slot():
        try:
            return HASHER.verify(stored or DECOY, prepared(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def prepared(password: str) -> str:
    """One spelling for what looks alike on every keyboard: other blanks become a space, then NFC (RFC 8265 §4.2.2)."""
    blanks = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in password)
    return unicodedata.normalize("NFC", blanks)[:4 * MOST]


@contextmanager
def slot() -> Iterator[None]:
    """One of the two; Busy after WAIT_SECONDS."""
    if not SLOTS.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        SLOTS.release()
