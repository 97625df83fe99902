"""Listening sockets, bound before anything else is started, so that a taken port is said at once."""

import contextlib
import errno
import ipaddress
import os
import socket
import stat
import time

from helpdesk.errors import SettingError

BACKLOG = 512
HANDOVER_SECONDS = 1.0
"""How long the parts of a supervisor that was killed a moment ago may still hold the port."""


def listen(host: str, port: int, variable: str = "HELPDESK_PORT") -> socket.socket:
    """A listening TCP socket, port 0 = a free one; SettingError when it cannot be had.

    Its proto is IPPROTO_TCP and not 0: asyncio sets TCP_NODELAY only on such a one, and a page takes 8 ms instead of 44.
    """
    until = time.monotonic() + HANDOVER_SECONDS
    while True:
        try:
            return bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingError(f"Nothing can listen on {host} port {port}: {os.strerror(error.errno or 0)}.") from error
            if time.monotonic() > until:
                raise SettingError(f"Port {port} is in use by another program. "
                                   f"Stop it, or choose another: {variable}={port + 1} make run") from error
        time.sleep(0.05)


def bound(host: str, port: int) -> socket.socket:
    """One try."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise SettingError(f"“{host}” is not an address of this machine.") from error
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def listen_unix(path: str) -> socket.socket:
    """A listening socket in the file system; one left behind by a dead process is replaced, a living one is not."""
    if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode):
        if answers(path):
            raise SettingError(f"The socket {path} is in use by another program. Stop it, or choose another path.")
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(path)
        os.chmod(path, 0o666)  # noqa: S103  who may reach it is said by its folder: Postfix runs as another user
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise SettingError(f"Nothing can listen on {path}: {error.strerror or error}.") from error
    sock.setblocking(False)
    return sock


def answers(path: str) -> bool:
    """Whether somebody listens on a socket of the file system."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
        probe.connect(path)
        return True
    return False


def shown(sock: socket.socket) -> str:
    """HOST:PORT as somebody on this machine reaches it."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  as it is shown, not as it is bound
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(sock: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    return ipaddress.ip_address(sock.getsockname()[0].partition("%")[0]).is_loopback
