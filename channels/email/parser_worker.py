"""The child's side of parser_child: reads mails from standard input, answers on standard output, within its limits.

A frame in is 8 bytes of length and the mail. A frame out is the length of the JSON, the length of the contents, the JSON and the
contents of the attachments one after the other. Nothing is unpickled on either side.
"""

import ctypes
import gc
import json
import os
import resource
import signal
import struct
import sys
import threading
import time
from typing import Any, BinaryIO

from channels.email.limits import Unreadable
from channels.email.parse import parse
from helpdesk.folding import index_tokens
from helpdesk.pictures import kind_of

LENGTH = struct.Struct(">Q")
MEGABYTE = 1024 * 1024
MEMORY_BYTES = 512 * MEGABYTE
MEMORY_PER_MAIL_BYTE = 12
CPU_SECONDS = 20
CPU_SECONDS_PER_MEGABYTE = 0.5
PR_SET_PDEATHSIG = 1
BEHIND_ITS_WORKER = 5
"""Niceness: one mail that takes seconds holds up no page and no other work."""


def main() -> None:
    """Serve until standard input ends."""
    die_with(int(sys.argv[1]), by_signal=sys.argv[2] == "main")
    os.nice(BEHIND_ITS_WORKER)
    set_limits()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to the log, not into a frame
    mails = os.fdopen(os.dup(0), "rb")
    gc.freeze()
    while head := mails.read(LENGTH.size):
        if not serve_one(mails, answers, LENGTH.unpack(head)[0]):
            return


def die_with(parent: int, by_signal: bool) -> None:
    """Be killed when the parent ends, also when it was killed itself; it may be gone already.

    The kernel's signal comes when the thread that made us ends, so it is asked for only when that was the main one.
    """
    if by_signal:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        sys.exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def set_limits() -> None:
    """What holds for the whole life: no files written, few opened, no core; memory and time are set for each mail."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl C is the parent's business; it ends us
    sys.setrecursionlimit(1_000)


def allow_for(size: int) -> None:
    """Memory and processor time for one mail of `size` bytes; time counts on from what the child has used."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES + MEMORY_PER_MAIL_BYTE * size, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + CPU_SECONDS + CPU_SECONDS_PER_MEGABYTE * size / MEGABYTE) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def serve_one(mails: BinaryIO, answers: BinaryIO, size: int) -> bool:
    """Read, parse and answer one mail; False when the child is no longer fit for another."""
    allow_for(size)
    try:
        raw = mails.read(size)
        if len(raw) < size:
            return False
        mail = for_the_house(parse(raw))
        contents = [item.pop("content") for item in mail["attachments"]]
        answer(answers, {"mail": mail}, contents)
        return True
    except Unreadable as error:
        answer(answers, {"unreadable": error.reason}, [])
        return True
    except MemoryError:
        reason = "needed too much memory"
    except Exception as error:  # noqa: BLE001  a fault of ours, shown by its kind; the mail is kept aside and can be read again
        reason = f"could not be understood ({type(error).__name__})"
    answer(answers, {"unreadable": reason, "last": True}, [])
    return False


def for_the_house(mail: dict[str, Any]) -> dict[str, Any]:
    """With what the house would else work out in its own process: what the mail is found by, and what its files are."""
    sender, files = mail["from"] or {}, mail["attachments"]
    said = [mail["subject"], sender.get("name") or "", sender.get("address") or "", mail["text"], *(file["name"] or "" for file in files)]
    for file in files:
        file["kind"] = kind_of(file["content"][:4096])
    return {**mail, "search_tokens": " ".join(index_tokens("\n".join(said)))}


def answer(answers: BinaryIO, head: dict[str, Any], contents: list[bytes]) -> None:
    """Write one frame."""
    encoded = json.dumps(head).encode("ascii")
    answers.write(LENGTH.pack(len(encoded)) + LENGTH.pack(sum(map(len, contents))) + encoded)
    for content in contents:
        answers.write(content)
    answers.flush()


if __name__ == "__main__":
    main()
