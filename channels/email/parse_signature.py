"""Is a mail signed, and does the signature fit it (S/MIME, RFC 8551; PGP/MIME, RFC 3156)?

Whose certificate it is, is not asked: nobody told the desk whom to trust. `openssl` does the arithmetic; without it nothing is claimed.
"""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from itertools import islice

from channels.email.parse_mime import Entity, read_mail

SMIME = {"application/pkcs7-signature", "application/x-pkcs7-signature"}
OPAQUE = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the object identifier of SignedData
MISFIT = re.compile(rb"digest failure|verification failure|bad signature|signature failure|content verify error|data mismatch", re.I)
CLEARTEXT = re.compile(rb"^-----BEGIN PGP SIGNED MESSAGE-----\s*$", re.MULTILINE)
MAX_BYTES, SECONDS, MAX_DEPTH = 20 * 1024 * 1024, 5.0, 40


def signature_of(entity: Entity) -> str:
    """"" for an unsigned mail; "valid": made over these words by the key of its certificate; "invalid": changed since; or "unchecked"."""
    if entity.content_type == "multipart/signed":
        if len(entity.children) != 2 or entity.children[1].content_type not in SMIME:
            return "unchecked"
        return _checked(entity.children[1].content, with_network_breaks(entity.children[0].whole))
    if entity.content_type in OPAQUE:
        says_so = entity.params.get("smime-type", "").lower() == "signed-data"
        return _checked(entity.content, None) if SIGNED_DATA in entity.content[:40] else "unchecked" if says_so else ""
    if any(part.content_type == "multipart/signed" for part in entity.children):
        return "unchecked"  # what somebody wrapped round it is not signed
    return "unchecked" if _is_cleartext(entity) else ""


def _is_cleartext(entity: Entity) -> bool:
    return entity.content_type == "text/plain" and bool(CLEARTEXT.search(entity.content[:10_000]))


def with_network_breaks(content: bytes) -> bytes:
    """Every line end as CR LF, the form that is signed (RFC 8551 section 3.1.1)."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", content)


def _checked(signature: bytes, content: bytes | None) -> str:
    """The verdict of openssl on a signature over `content`, or over what it carries itself."""
    if len(signature) > MAX_BYTES or len(content or b"") > MAX_BYTES:
        return "unchecked"
    command = ["openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-out", "/dev/null"]
    try:
        code, words = _ran(command, signature, content)
    except (OSError, subprocess.TimeoutExpired):
        return "unchecked"
    if code == 0:
        return "valid"
    return "invalid" if MISFIT.search(words) else "unchecked"


def _ran(command: list[str], signature: bytes, content: bytes | None) -> tuple[int, bytes]:
    """(exit code, what it complained of). No file is written: the signed bytes go in by a pipe of their own."""
    if content is None:
        done = subprocess.run(command, check=False, input=signature, capture_output=True, timeout=SECONDS)
        return done.returncode, done.stderr
    ours, theirs = os.pipe()
    writer = threading.Thread(target=_write, args=(theirs, content), daemon=True)
    writer.start()
    try:
        command = [*command, "-content", f"/dev/fd/{ours}"]
        done = subprocess.run(command, check=False, input=signature, capture_output=True, timeout=SECONDS, pass_fds=[ours])
    finally:
        os.close(ours)  # nobody reads any more: the writer ends
        writer.join(SECONDS)
    return done.returncode, done.stderr


def _write(descriptor: int, content: bytes) -> None:
    try:
        with os.fdopen(descriptor, "wb") as pipe:
            pipe.write(content)
    except OSError:
        pass  # it was refused before it was read


def opened(entity: Entity) -> Entity:
    """The mail inside one that is signed as a whole and therefore holds nothing but a blob; the mail itself when there is none."""
    if entity.content_type not in OPAQUE or SIGNED_DATA not in entity.content[:40]:
        return entity
    content = carried(entity.content)
    return read_mail(content) if content else entity


def carried(blob: bytes) -> bytes:
    """What a SignedData carries (RFC 5652 sections 3, 5.1, 5.2); b"" when it cannot be read."""
    tag, start, end = 0, 0, len(blob)
    try:
        for index in (0, 1, 0, 2, 1, 0):  # ContentInfo, its content, SignedData, encapContentInfo, its eContent, the octets
            tag, start, end = next(islice(_elements(blob, start, end), index, None))
        return b"".join(_octets(blob, tag, start, end, 1))
    except (IndexError, ValueError, StopIteration):
        return b""


def _elements(blob: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(tag, start, end) of what stands side by side there."""
    while start < end:
        tag, inner, inner_end, start = _element(blob, start, end, 1)
        yield tag, inner, inner_end


def _element(blob: bytes, at: int, end: int, depth: int) -> tuple[int, int, int, int]:
    """(tag, start, end, where the next one begins) in BER (X.690 section 8.1), also of those whose end is marked by two zeros."""
    tag, length = blob[at], blob[at + 1]
    start = at + 2
    if tag & 0x1F == 0x1F or depth > MAX_DEPTH:
        raise ValueError("not a form that signatures have")
    if length == 0x80:
        inner = start
        while blob[inner:inner + 2] != b"\0\0":
            inner = _element(blob, inner, end, depth + 1)[3]
        return tag, start, inner, inner + 2
    if length > 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(blob[start:start + size]), start + size
    if start + length > end:
        raise ValueError("cut short")
    return tag, start, start + length, start + length


def _octets(blob: bytes, tag: int, start: int, end: int, depth: int) -> Iterator[bytes]:
    """The bytes of an OCTET STRING, which may be made of others."""
    if tag == 0x04:
        yield blob[start:end]
    elif tag == 0x24 and depth < MAX_DEPTH:
        for inner in _elements(blob, start, end):
            yield from _octets(blob, *inner, depth + 1)
