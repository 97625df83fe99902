"""Mails that break the rules of MIME as programs break them: what is read all the same."""

import binascii
from base64 import b64encode
from typing import Any

import pytest

from channels.email.parse import parse
from channels.email.parse_inline_files import from_yencoded

HEAD = "From: Adam <adam@example.com>\nSubject: Pump\n"
MIXED = HEAD + "Content-Type: multipart/mixed; boundary={}\n\n{}"
FILE = "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nZmlsZQ==\n"


def read(raw: str | bytes) -> dict[str, Any]:
    return parse(raw if isinstance(raw, bytes) else raw.encode())


def files(mail: dict[str, Any]) -> list[tuple[str, bytes]]:
    return [(file["name"], file["content"]) for file in mail["attachments"]]


def yencoded(content: bytes) -> bytes:
    pairs = ((byte + 42) % 256 for byte in content)
    return b"".join(b"=" + bytes([(byte + 64) % 256]) if byte in b"\0\n\r=" else bytes([byte]) for byte in pairs)


@pytest.mark.parametrize("raw", [
    MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n"), MIXED.format("wrong", f"--b\n\nOne\n--b\n{FILE}--b--\n"),
    MIXED.format("b", f"--b  \n\nOne\n--b\n{FILE}"), MIXED.format("'b'", f"--'b'\n\nOne\n--'b'\n{FILE}--'b'--"),
    MIXED.format("b", f"preamble\n--b\n\nOne\n--b\n{FILE}--b--\nepilogue"), MIXED.format('"a b"', f"--a b\n\nOne\n--a b\n{FILE}--a b--"),
    MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n").replace("; boundary=b", ""),
    MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n").replace("pdf; name", "pdf\n name"),
    "\ufeff" + MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n"), "\r\n\r\n" + MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n"),
    "From adam@example.com Mon Jun  2 09:15:00 2025\n" + MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n"),
    MIXED.format("b", f"--b\n\nOne\n--b\n{FILE}--b--\n").replace("\n", "\r"),
])  # fmt: skip
def test_a_text_and_a_file(raw: str) -> None:
    found = read(raw)
    assert (found["subject"], found["text"].strip(), files(found)) == ("Pump", "One", [("a.pdf", b"file")])


@pytest.mark.parametrize("encoding", [
    "quoted-printable", "QUOTED-PRINTABLE", '"quoted-printable"', "quoted-printable; x", "quotedprintable", "quoted printable (soft)",
])
def test_quoted_printable_by_any_name(encoding: str) -> None:
    head = f"{HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
    assert read(f"{head}caf=C3=A9=\n!\n")["text"] == "café!"
    assert read(f"{head}caf=c3=a9= \t\n!\n")["text"] == "café!"


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "base64;", "base-64", "base64 (x)"])
def test_base64_by_any_name(encoding: str) -> None:
    head = f"{HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
    assert read(head + b64encode("café!".encode()).decode() + "\n")["text"] == "café!"
    assert read(f"{head}SGVsbG8=\n\nScanned by the server of example.com\n")["text"] == "Hello"


@pytest.mark.parametrize("kind", ["text", "plain/text", "", "text/markdown", "text/x-unknown-but-plain; charset", "text/plain; charset"])
def test_kinds_of_text(kind: str) -> None:
    shown = read(f"{HEAD}Content-Type: {kind}\n\nOne")["text"]
    assert shown == ("One" if "unknown" not in kind else "")


def test_files_in_the_text() -> None:
    content = bytes(range(256)) * 3
    body = yencoded(content)
    assert from_yencoded(body) == content
    for head in (b"=ybegin line=128 size=768 name=a b.bin\r\n", b"=ybegin part=1 size=768 name=a b.bin\r\n=ypart begin=1 end=768\r\n"):
        found = read(f"{HEAD}\nSee.\n".encode() + head + body + b"\r\n=yend size=768\r\nBye.")
        assert (found["text"], files(found)) == ("See.\nBye.", [("a b.bin", content)])
    lines = [f"begin 644 a.txt\n{binascii.b2a_uu(b'hello').decode()}`\nend", "begin-base64 644 a.txt\naGVsbG8=\n===="]
    for line in lines:
        found = read(f"{HEAD}\nSee.\n{line}\nBye.")
        assert (found["text"].split(), files(found)) == (["See.", "Bye."], [("a.txt", b"hello")])
    assert read(f"{HEAD}\nbegin 644 of them\nand more")["text"] == "begin 644 of them\nand more"


def test_a_text_signed_in_clear() -> None:
    armour = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt leaks.\n- -- as I said\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n"
    assert read(f"{HEAD}\n{armour}-----END PGP SIGNATURE-----\n")["reply_text"] == "It leaks.\n-- as I said"
    assert read(f"{HEAD}\n-----BEGIN PGP SIGNED MESSAGE-----\nIt leaks.")["reply_text"].endswith("It leaks.")


@pytest.mark.parametrize("bomb", [
    b"=ybegin line=1 size=1 name=x\n" * 20_000, b"x\n=yend x\n" + b"=ybegin line=1 size=1 name=x\n" * 20_000,
    b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 20_000, b"begin-base64 644 x\nAAAA\n" * 20_000 + b"====\n",
    b"Get Outlook for iOS\n" * 20_000, b"From: A <a@example.com>\nWord: x\n" * 20_000, b">>> a 1 >>>\n" * 20_000,
])  # fmt: skip
def test_time_is_linear(bomb: bytes) -> None:
    assert isinstance(read(f"{HEAD}\n".encode() + bomb)["reply_text"], str)
