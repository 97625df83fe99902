"""Who holds a lease: a token that names its process, so that another one on the same machine need not wait when that was killed."""

import os
import secrets
from hashlib import sha256
from pathlib import Path


def new_token() -> str:
    """Machine, process, its beginning, and a word that nobody else has; at most 40 letters."""
    return f"{machine()}-{os.getpid()}-{beginning(os.getpid())}-{secrets.token_hex(6)}"[:40]


def is_dead(token: str) -> bool:
    """Whether the process that made a token is surely gone. Of another machine nobody knows."""
    parts = token.split("-")
    if len(parts) != 4 or parts[0] != machine():
        return False
    return beginning(int(parts[1])) != parts[2]


def machine() -> str:
    """This start of this machine, and the world of processes that we see in it."""
    booted = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    return sha256(f"{booted}{os.readlink('/proc/self/ns/pid')}".encode()).hexdigest()[:8]


def beginning(pid: int) -> str:
    """When a process began, in the kernel's ticks; "" when there is none, or only what is left of it (proc(5), stat)."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[0] in "ZX" else words[19]
