"""The limited child that reads mails: what a hostile mail can break is only this process, and only until its clock runs out."""

import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from channels.email.limits import Unreadable

__all__ = ["Parser", "Unreadable"]

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 30.0
MAILS_PER_CHILD = 500
MAX_ANSWER_BYTES = 1 << 31
CHUNK = 1 << 16
LENGTH = struct.Struct(">Q")


class Parser:
    """`Parser().parse(raw)` in a long-lived child with bounds on memory, processor time and the wall clock.

    The child starts at the first mail and is renewed after `mails_per_child` mails and after each one that went wrong.
    Calls from several threads take turns. Close it, or use it in a `with`; a child also dies with its parent.
    """

    def __init__(self, wall_seconds: float = WALL_SECONDS, mails_per_child: int = MAILS_PER_CHILD) -> None:
        self.wall_seconds = wall_seconds
        self.mails_per_child = mails_per_child
        self._child: subprocess.Popen[bytes] | None = None
        self._mails = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def parse(self, raw: bytes) -> dict[str, Any]:
        """As channels.email.parse.parse. Raises Unreadable, also "took too long", "needed too much memory" and "broke the reader"."""
        with self._lock:
            child = self._running_child()
            try:
                answer, content = self._exchange(child, raw)
            except BaseException:
                self._end()
                raise
            self._mails += 1
            if self._mails >= self.mails_per_child or answer.get("last"):
                self._end()
        if answer.get("unreadable"):
            raise Unreadable(str(answer["unreadable"]))
        return _with_contents(answer["mail"], content)

    def close(self) -> None:
        """End the child; the next parse() starts another."""
        with self._lock:
            self._end()

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child, self._mails = _start(), 0
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def _exchange(self, child: subprocess.Popen[bytes], raw: bytes) -> tuple[dict[str, Any], memoryview]:
        """Send one mail and take the answer, both within the wall clock."""
        deadline = time.monotonic() + self.wall_seconds
        received = bytearray()
        unsent = memoryview(LENGTH.pack(len(raw)) + raw)
        wanted = 2 * LENGTH.size
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdin, selectors.EVENT_WRITE)  # type: ignore[arg-type]  # both are pipes, see _start
            selector.register(child.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
            while len(received) < wanted:
                left = deadline - time.monotonic()
                ready = selector.select(left) if left > 0 else []
                if not ready:
                    raise Unreadable("took too long")
                for key, events in ready:
                    if events & selectors.EVENT_WRITE:
                        unsent = self._send(child, selector, key.fd, unsent)
                    elif not _receive(key.fd, received):
                        raise Unreadable(_cause_of_death(child))
                if len(received) >= 2 * LENGTH.size and wanted == 2 * LENGTH.size:
                    wanted += _answer_size(received)
        head = LENGTH.unpack_from(received)[0]
        view = memoryview(received)[2 * LENGTH.size:]
        return json.loads(bytes(view[:head])), view[head:]

    def _send(self, child: subprocess.Popen[bytes], selector: selectors.BaseSelector, descriptor: int, unsent: memoryview) -> memoryview:
        try:
            unsent = unsent[os.write(descriptor, unsent[:CHUNK]):]
        except BlockingIOError:
            return unsent
        except BrokenPipeError as error:
            raise Unreadable(_cause_of_death(child)) from error
        if not unsent:
            selector.unregister(descriptor)
        return unsent


def _start() -> subprocess.Popen[bytes]:
    """A fresh interpreter without the parent's secrets, modules, files or threads."""
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    thread = "main" if threading.current_thread() is threading.main_thread() else "other"
    child = subprocess.Popen([sys.executable, "-m", "channels.email.parser_worker", str(os.getpid()), thread], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, cwd=ROOT, env=environ, bufsize=0)
    os.set_blocking(child.stdin.fileno(), False)  # type: ignore[union-attr]  # a pipe, as asked
    os.set_blocking(child.stdout.fileno(), False)  # type: ignore[union-attr]
    return child


def _receive(descriptor: int, received: bytearray) -> bool:
    """Take what is there; False at the end of the stream."""
    try:
        chunk = os.read(descriptor, 16 * CHUNK)
    except BlockingIOError:
        return True
    received += chunk
    return bool(chunk)


def _answer_size(received: bytearray) -> int:
    head, content = LENGTH.unpack_from(received)[0], LENGTH.unpack_from(received, LENGTH.size)[0]
    if head + content > MAX_ANSWER_BYTES:
        raise Unreadable("broke the reader")
    return int(head + content)


def _cause_of_death(child: subprocess.Popen[bytes]) -> str:
    try:
        code = child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return "broke the reader"
    # SIGXCPU: the limit of processor time; SIGKILL: the hard limit, or the kernel's need of memory.
    return {-24: "took too long", -9: "needed too much memory"}.get(code, "broke the reader")


def _with_contents(mail: dict[str, Any], content: memoryview) -> dict[str, Any]:
    """Give each attachment its own bytes; they came one after the other behind the JSON."""
    position = 0
    for item in mail["attachments"]:
        item["content"] = bytes(content[position:position + item["size"]])
        position += item["size"]
    return mail
