"""A TCP proxy of the tests: between the product and a server it cuts, swallows and slows, from one moment to the next.

    with TcpProxy(server.port) as proxy:
        ...              # connect to proxy.port
        proxy.swallow()  # nothing passes any more and nobody is told
"""

import selectors
import socket
import threading
import time
from types import TracebackType
from typing import Self


class TcpProxy:
    """On `port` of the loopback, to `target`."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.lines: list[tuple[socket.socket, socket.socket]] = []
        self.connections = 0
        self.heal()
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.listener.close()
        self.cut()

    def heal(self) -> None:
        """Whoever comes from now on is passed through."""
        self.swallowed: set[socket.socket] = set()
        self.swallowing, self.bytes_a_second, self.cut_after, self.refusing = False, 0, 0, False

    def cut(self) -> None:
        """Ends every open connection."""
        for line in self.lines:
            for end in line:
                hang_up(end)
        self.lines = []

    def refuse(self) -> None:
        """Hangs up on whoever comes, and on those who are here."""
        self.refusing = True
        self.cut()

    def swallow(self, new: bool = False) -> None:
        """Takes what is sent over the open connections and passes nothing on; they stay. `new`: also over those to come."""
        self.swallowed |= {end for line in self.lines for end in line}
        self.swallowing = new

    def slow(self, bytes_a_second: int) -> None:
        """What the server sends passes at this rate."""
        self.bytes_a_second = bytes_a_second

    def cut_server_after(self, count: int) -> None:
        """Ends each connection once the server has sent so many bytes over it."""
        self.cut_after = count

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.refusing:
                hang_up(client)
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            self.lines.append((client, server))
            if self.swallowing:
                self.swallow(new=True)
            threading.Thread(target=self.pump, args=(client, server), daemon=True).start()

    def pump(self, client: socket.socket, server: socket.socket) -> None:
        """Both ways, until one end is closed."""
        sent = 0
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            try:
                while True:
                    for key, _ in ready.select():
                        content = key.fileobj.recv(1 if self.bytes_a_second and key.fileobj is server else 16384)
                        if not content:
                            raise ConnectionError
                        sent += len(content) if key.fileobj is server else 0
                        self.pass_on(content, key.data, sent if key.fileobj is server else 0)
            except (OSError, ValueError):
                hang_up(client)
                hang_up(server)

    def pass_on(self, content: bytes, to: socket.socket, sent: int) -> None:
        if self.cut_after and sent > self.cut_after:
            raise ConnectionError
        if self.bytes_a_second and sent:
            time.sleep(len(content) / self.bytes_a_second)
        if to not in self.swallowed:
            to.sendall(content)


def hang_up(end: socket.socket) -> None:
    """Also where another thread waits for it."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
