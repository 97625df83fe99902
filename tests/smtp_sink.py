"""A mail server that fails as asked: how is written in the recipient's local part. It keeps a journal of every mail it took.

no@     550 at RCPT          grey@   450 at RCPT         early@  hangs up at RCPT
e451@   451 after the dot    e554@   554 after the dot   drop@   keeps the mail, hangs up without an answer
hang@   keeps the mail and never answers                 slow@   keeps the mail and answers after a while
once@   450 at RCPT, the first time an address is named  late@   451 after the dot, the first time
cut@    hangs up in the midst of the mail                big@    552 in the midst of the mail, and hangs up
busy@   421 in the midst of the mail, and hangs up
"""

import asyncio
import email
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

SLOW_SECONDS = 0.3
REFUSALS = {"no": "550 5.1.1 No such mailbox", "grey": "450 4.2.0 Come again", "once": "450 4.2.0 Come again"}
AFTER_DOT = {"e451": "451 4.3.0 Not now", "e554": "554 5.7.1 Not wanted", "late": "451 4.3.0 Not now"}
IN_MIDST = {"cut": "", "big": "552 5.3.4 Too big", "busy": "421 4.3.2 Closing down"}
FIRST_TIME = ("once", "late")


@dataclass(frozen=True)
class Kept:
    """One mail that was taken, or refused after its dot, as the sender knows it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    answer: str

    @property
    def message_id(self) -> str:
        return str(email.message_from_bytes(self.content)["Message-ID"]).strip("<>")


@dataclass
class Talk:
    """One conversation."""

    sender: str = ""
    recipients: list[str] = field(default_factory=list)


class Sink:
    """`with Sink() as sink:` listens on `sink.port` of the loopback; `sink.journal` holds what came with a final dot, `sink.hearing` the
    lines so far of the mail that came last."""

    def __init__(self, hang_seconds: float = 1e6) -> None:
        self.hang_seconds = hang_seconds
        self.known: set[str] = set()
        self.journal: list[Kept] = []
        self.hearing: list[bytes] = []
        self.connections = 0
        self.loop = asyncio.new_event_loop()
        self.tasks: set[asyncio.Task[None]] = set()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        if not self.ready.wait(10):
            raise TimeoutError("the sink does not listen")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody listens any more."""
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(10)

    def taken(self, address: str) -> list[Kept]:
        """What an address has in its mailbox."""
        return [kept for kept in self.journal if kept.answer != "refused" and address in kept.recipients]

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0, limit=2**24))
        self.port = int(server.sockets[0].getsockname()[1])
        self.ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = Talk()
        try:
            await say(writer, "220 sink.example.net")
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                if not await self.command(line, talk, reader, writer):
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def command(self, line: str, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one line; whether the conversation goes on."""
        verb, address = line[:4].upper(), line.partition("<")[2].partition(">")[0]
        if verb == "MAIL":
            talk.sender = address
        if verb == "RCPT":
            return await self.recipient(address, talk, writer)
        if verb == "DATA":
            return await self.data(talk, reader, writer)
        await say(writer, "221 Bye" if verb == "QUIT" else "250 OK")
        return verb != "QUIT"

    async def recipient(self, address: str, talk: Talk, writer: asyncio.StreamWriter) -> bool:
        mode = self.mode(address) if mode_of(address) != "late" else ""
        if mode == "early":
            return False
        if mode not in REFUSALS:
            talk.recipients.append(address)
        await say(writer, REFUSALS.get(mode, "250 OK"))
        return True

    async def data(self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await say(writer, "354 Go ahead")
        if early := next((mode for address in talk.recipients if (mode := mode_of(address)) in IN_MIDST), ""):
            await reader.readline()
            if IN_MIDST[early]:
                await say(writer, IN_MIDST[early])
            return False
        self.hearing = lines = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if line == b"":
            return False  # no final dot: not taken
        mode = next((mode for address in talk.recipients if (mode := self.mode(address))), "")
        answer = "refused" if mode in AFTER_DOT else mode or "ok"
        self.journal.append(Kept(talk.sender, tuple(talk.recipients), b"".join(lines), answer))
        if mode == "hang":
            await asyncio.sleep(self.hang_seconds)
            return False
        if mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if mode == "drop":
            return False
        await say(writer, AFTER_DOT.get(mode, f"250 2.0.0 Kept as {len(self.journal)}"))
        return True


    def mode(self, address: str) -> str:
        """How it is treated now: some are known the second time."""
        mode = mode_of(address)
        if mode not in FIRST_TIME:
            return mode
        first = address not in self.known
        self.known.add(address)
        return mode if first else ""


def mode_of(address: str) -> str:
    """no@ and no-two@ have the same mode; an ordinary name has none."""
    word = address.partition("@")[0].partition("-")[0]
    return word if word in {*REFUSALS, *AFTER_DOT, *IN_MIDST, "early", "drop", "hang", "slow"} else ""


async def say(writer: asyncio.StreamWriter, words: str) -> None:
    writer.write(f"{words}\r\n".encode())
    await writer.drain()
