"""Request bodies, read by the event loop before a thread is taken: somebody who sends slowly holds a connection and nothing else."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO, Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
IN_MEMORY, SILENT_SECONDS, LEAST_BYTES_A_SECOND, MOST_ON_DISK = 1024 * 1024, 20.0, 4096, 24


class Gone(Exception):
    """The sender closed the line before the body was whole."""


class TooSlow(Exception):
    """Silent for too long, or slower than LEAST_BYTES_A_SECOND over all."""


class Large(Exception):
    """More bytes than the desk takes."""


class Crowded(Exception):
    """Too many large bodies at once."""


class Bodies:
    """Reads bodies; those over a megabyte into temporary files, of which there are never more than MOST_ON_DISK."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.on_disk = 0

    async def read(self, receive: Receive) -> IO[bytes]:
        """The whole body, at its beginning, to be closed with `close`. Raises Gone, TooSlow, Large or Crowded."""
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by `close`
        size, begun = 0, asyncio.get_running_loop().time()
        try:
            while True:
                seconds = asyncio.get_running_loop().time() - begun
                if seconds > SILENT_SECONDS + size / LEAST_BYTES_A_SECOND:
                    raise TooSlow
                message = await self.next(receive)
                chunk = message.get("body", b"")
                self.count(size, size + len(chunk))
                size += len(chunk)
                file.write(chunk)
                if not message.get("more_body"):
                    file.seek(0)
                    return file
        except BaseException:
            self.close(file, size)
            raise

    async def next(self, receive: Receive) -> dict[str, Any]:
        """The next message of the connection."""
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        if message["type"] == "http.disconnect":
            raise Gone
        return message

    def count(self, before: int, after: int) -> None:
        """Keeps the two limits."""
        if after > self.most_bytes:
            raise Large
        if before <= IN_MEMORY < after:
            if self.on_disk >= MOST_ON_DISK:
                raise Crowded
            self.on_disk += 1

    def close(self, file: IO[bytes], size: int) -> None:
        """Gives the memory or the file back; `size` is what was read of it."""
        if size > IN_MEMORY:
            self.on_disk -= 1
        file.close()
