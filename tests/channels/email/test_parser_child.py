"""A hostile mail breaks at most the child, and the next mail is read (safety F2, S21)."""

import base64
import gzip
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from channels.email.limits import Unreadable
from channels.email.parse import parse
from channels.email.parser_child import ROOT, Parser
from channels.email.parser_worker import for_the_house
from tests.channels.email.rich_mails import tnef
from tests.channels.email.samples import FOLDER, mail

PLAIN = mail("Hello", subject="plain")
LARGE = mail("", content_type="application/pdf; name=large.pdf",
    content_transfer_encoding="base64") + base64.encodebytes(bytes(range(256)) * 120_000)


def packed(kind: str, content: bytes) -> bytes:
    """A mail that is nothing but this file."""
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(content)


def zipped(content: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.zip", content)
    return made.getvalue()


HEAD_OF_PICTURE = b"IHDR" + struct.pack(">IIBBBBB", 10_000, 10_000, 8, 0, 0, 0, 0)
PICTURE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + HEAD_OF_PICTURE + struct.pack(">I", zlib.crc32(HEAD_OF_PICTURE)) + b"\0" * 999
BOMBS = {
    "100,000 parts": (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000, "too many parts"),
    "5,000 nested multiparts": (b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5_000)),
    "nested too deeply"),
    "5,000 nested mails": (b"Content-Type: message/rfc822\r\n\r\n" * 5_000, "nested too deeply"),
    "8,000 parameters": (b"Content-Type: text/plain; " + b"; ".join(b"a%d=b" % n for n in range(8_000)) + b"\r\n\r\nx",
    "too many parameters"),
    "a header of 1 MB": (b"X-A: b\r\n" * 130_000, "header too large"),
    "1,000 brackets": (b"To: " + b"(" * 1_000 + b"\r\n\r\nx", None),
    "60,000 quotes": (b"To: " + b'"\\' * 30_000 + b"\r\n\r\nx", None),
    "400,000 tags": (b"Content-Type: text/html\r\n\r\n" + b"<div>" * 400_000, None),
    "a million ampersands": (b"Content-Type: text/html\r\n\r\n" + b"&" * 1_000_000, None),
    "a line of 10 MB": (b"Subject: x\r\n\r\n" + b">" * 10_000_000, None),
    "a million flowing lines": (b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n" * 1_000_000, None),
    "noise": (os.urandom(1_000_000), None),
    "zips in zips": (packed("application/zip", zipped(zipped(zipped(b"\0" * 10_000_000)))), None),
    "a picture of 100 million points": (packed("image/png", PICTURE), None),
    "a body that is gzip": (packed("text/plain", gzip.compress(b"a" * 50_000_000)), None),
    "120,000 links": (b"Content-Type: text/html\r\n\r\n" + b"<a href=x>y</a>" * 120_000, None),
    "a field of 50 MB": (b"Subject: " + b"a" * 50_000_000 + b"\r\n\r\nx", None),
    "a field of 300,000 folds": (b"Subject: a" + b"\r\n b" * 300_000 + b"\r\n\r\nx", "header too large"),
    "15,000 encoded words": (b"Subject: " + b"=?utf-8?q?a?= " * 15_000 + b"\r\n\r\nx", None),
    "a million quoted lines": (b"Subject: x\r\n\r\n" + b"> a\n" * 1_000_000, None),
    "100,000 answers": (b"Subject: x\r\n\r\n" + b"On 1 Jan 2025, a@example.com wrote:\n\n" * 100_000, None),
    "100,000 events": (packed("text/calendar", b"BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n" * 100_000), None),
    "a signature of brackets": (packed("application/pkcs7-mime; smime-type=signed-data", b"\x30\x80" * 500_000), None),
    "5,000 files of Outlook's": (packed("application/ms-tnef", tnef([("x", b"")] * 5_000)), None),
    "half a million ends": (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bb\r\n" * 500_000, None),
}


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as one:
        yield one


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_between_two_mails(parser: Parser, name: str) -> None:
    content, reason = BOMBS[name]
    started = time.monotonic()
    assert parser.parse(PLAIN)["subject"] == "plain"
    if reason:
        with pytest.raises(Unreadable, match=reason):
            parser.parse(content)
    else:
        parser.parse(content)
    assert parser.parse(PLAIN)["subject"] == "plain"
    assert time.monotonic() - started < 10


def test_a_large_attachment_comes_whole(parser: Parser) -> None:
    file = parser.parse(LARGE)["attachments"][0]
    assert (file["name"], file["size"], file["content"]) == ("large.pdf", 30_720_000, bytes(range(256)) * 120_000)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.eml")), ids=lambda path: path.stem)
def test_the_same_as_in_process(parser: Parser, path: Path) -> None:
    raw = path.read_bytes()
    assert parser.parse(raw) == for_the_house(parse(raw))


def pid(parser: Parser) -> int:
    assert parser._child is not None
    return parser._child.pid


def test_it_is_renewed_after_some_mails() -> None:
    with Parser(mails_per_child=2) as parser:
        parser.parse(PLAIN)
        first = pid(parser)
        parser.parse(PLAIN)
        parser.parse(PLAIN)
        assert pid(parser) != first


def test_a_child_that_does_not_answer_is_ended() -> None:
    with Parser() as parser:
        parser.parse(PLAIN)
        first = pid(parser)
        os.kill(first, signal.SIGSTOP)
        parser.wall_seconds = 0.5
        with pytest.raises(Unreadable, match="took too long"):
            parser.parse(PLAIN)
        parser.wall_seconds = 30.0
        assert parser.parse(PLAIN)["subject"] == "plain"
        assert pid(parser) != first


def test_a_child_that_was_killed_between_mails_is_replaced() -> None:
    with Parser() as parser:
        parser.parse(PLAIN)
        os.kill(pid(parser), signal.SIGKILL)
        parser._child.wait()  # type: ignore[union-attr]
        assert parser.parse(PLAIN)["subject"] == "plain"


def test_threads_take_turns() -> None:
    found: list[str] = []
    with Parser() as parser:
        threads = [threading.Thread(target=lambda number=number: found.append(parser.parse(mail("x",
            subject=str(number)))["subject"])) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [str(number) for number in range(8)]


def run_limited(code: str) -> subprocess.CompletedProcess[str]:
    """A worker's limits in a process of its own, so that they do not hold for the tests."""
    prelude = "import channels.email.parser_worker as w\nw.MEMORY_BYTES, w.CPU_SECONDS = 256 << 20, 1\nw.set_limits(); w.allow_for(0)\n"
    return subprocess.run([sys.executable, "-c", prelude + code], cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_memory_is_bounded() -> None:
    assert "MemoryError" in run_limited("bytearray(300 << 20)").stderr


def test_processor_time_is_bounded() -> None:
    assert run_limited("while True: pass").returncode == -signal.SIGXCPU


def test_no_file_is_written(tmp_path: Path) -> None:
    code = f"import os; os.write(os.open({str(tmp_path / 'never')!r}, os.O_CREAT | os.O_WRONLY), b'x')"
    assert "File too large" in run_limited(code).stderr


@pytest.mark.parametrize("begin", ["start()", "t = threading.Thread(target=start); t.start(); t.join()"])
def test_it_dies_with_its_parent(begin: str) -> None:
    code = (
        "import threading, time; from channels.email.parser_child import Parser; p = Parser()\ndef start(): p.parse(b'a: b')\n"
        f"{begin}; print(p._child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())  # type: ignore[union-attr]
    parent.kill()
    parent.wait()
    parent.stdout.close()  # type: ignore[union-attr]
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{child}") and not is_dead(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_dead(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as status:
            return status.read().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_it_learns_nothing_of_its_parents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_SECRET", "x")
    with Parser() as parser:
        parser.parse(PLAIN)
        with open(f"/proc/{pid(parser)}/environ", "rb") as environ:
            assert b"HELPDESK_SECRET" not in environ.read()


@pytest.mark.parametrize("thread", ["main", "other"])
def test_a_parent_that_is_gone_already_is_noticed(thread: str) -> None:
    arguments = [sys.executable, "-m", "channels.email.parser_worker", "999999999", thread]
    assert subprocess.run(arguments, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=30).returncode == 1
