"""The desk's keys: they sign Message-IDs and reply tokens, seal passwords, and keep sessions. Keys are added, never replaced."""

import base64
import hmac
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

MESSAGE_ID = re.compile(r"hd\.(\d{1,12})\.([0-9a-z]{16})\.([0-9a-z]{26})@")
REPLY_TOKEN = re.compile(r"r(\d{1,12})-(\d{1,12})-([0-9a-z]{26})")
LOOP_MARKER = re.compile(r"a(\d{1,12})-([0-9a-z]{26})")


def load_keys(path: Path) -> list[bytes]:
    """The keys in a file of one hex key a line, newest last; made with mode 0600 when missing. A key signs for ever."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # whoever is first wins; nobody overwrites a key
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    return [bytes.fromhex(line) for line in path.read_text(encoding="ascii").split()]


def keys() -> list[bytes]:
    """The running desk's keys, oldest first."""
    found: list[bytes] = current_app.extensions["keys"]
    return found


def digest(key: bytes, purpose: str, text: str) -> str:
    """130 bits of HMAC-SHA-256 in 26 letters and digits; purposes never share a value."""
    mac = hmac.new(key, f"{purpose}\0{text}".encode(), sha256).digest()
    return base64.b32encode(mac[:20]).decode().lower()[:26]


def holds(purpose: str, text: str, mac: str) -> bool:
    """Whether one of our keys made this, compared in constant time."""
    found = [hmac.compare_digest(digest(key, purpose, text), mac) for key in keys()]  # every key, whichever fits
    return any(found)


def mint_message_id(ticket_id: int, domain: str) -> str:
    """A Message-ID (without angle brackets) that only we can make: ticket, 80 random bits, HMAC."""
    nonce = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return f"hd.{ticket_id}.{nonce}.{digest(keys()[-1], 'message-id', f'{ticket_id}.{nonce}')}@{domain}"


def ticket_of_message_id(message_id: str) -> int | None:
    """The ticket that a Message-ID of ours belongs to; None for any other."""
    match = MESSAGE_ID.match(message_id)
    if match and holds("message-id", f"{match[1]}.{match[2]}", match[3]):
        return int(match[1])
    return None


def mint_reply_token(ticket_id: int, contact_id: int) -> str:
    """What stands after the plus of a reply address: ticket, participant, HMAC."""
    return f"r{ticket_id}-{contact_id}-{digest(keys()[-1], 'reply', f'{ticket_id}-{contact_id}')}"


def read_reply_token(token: str) -> tuple[int, int] | None:
    """(ticket, contact) of a token of ours; None for any other."""
    match = REPLY_TOKEN.fullmatch(token.lower())
    if match and holds("reply", f"{match[1]}-{match[2]}", match[3]):
        return int(match[1]), int(match[2])
    return None


def is_forged(token: str) -> bool:
    """Looks like a reply token of ours and is none."""
    return bool(REPLY_TOKEN.fullmatch(token.lower())) and read_reply_token(token) is None


def is_forged_message_id(message_id: str, domain: str) -> bool:
    """Looks like a Message-ID minted for that domain of ours and is none."""
    return bool(MESSAGE_ID.match(message_id)) and message_id.endswith(f"@{domain}") and ticket_of_message_id(message_id) is None


def mint_loop_marker(ticket_id: int) -> str:
    """What our automatic mail carries in a header, so that it is known when it comes back: ticket, HMAC."""
    return f"a{ticket_id}-{digest(keys()[-1], 'loop', str(ticket_id))}"


def ticket_of_loop_marker(marker: str) -> int | None:
    """The ticket that an automatic mail of ours was about; None for any other word."""
    match = LOOP_MARKER.fullmatch(marker)
    return int(match[1]) if match and holds("loop", match[1], match[2]) else None


def seal(secret: str, purpose: str) -> str:
    """A secret as the database keeps it: AES-256-GCM under the newest key; it opens for the same purpose alone. "" stays ""."""
    if not secret:
        return ""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + sealing(keys()[-1]).encrypt(nonce, secret.encode(), purpose.encode())).decode()


def unseal(sealed: str, purpose: str) -> str:
    """What was sealed. Raises LostKey when none of our keys opens it."""
    if not sealed:
        return ""
    content = base64.b64decode(sealed)
    for key in reversed(keys()):
        try:
            return sealing(key).decrypt(content[:12], content[12:], purpose.encode()).decode()
        except InvalidTag:
            continue
    raise LostKey


def sealing(key: bytes) -> AESGCM:
    """The cipher of one key, which signs with other bytes than it seals with."""
    return AESGCM(hmac.new(key, b"seal", sha256).digest())


class LostKey(Exception):
    """The key that sealed a secret is gone: the secret must be typed again."""


def hash_token(token: str) -> str:
    """How secrets of links and sessions lie in the database."""
    return sha256(token.encode()).hexdigest()
