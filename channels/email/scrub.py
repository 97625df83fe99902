"""What a server says, before anybody reads it: our own secrets taken out, however it echoes them."""

import base64
import binascii
import re

HIDDEN = "…"
CODED = re.compile(r"[A-Za-z0-9+/=_-]{4,}")


def scrubbed(words: str, *secrets: str) -> str:
    """The words without any of the secrets, plain or in base64, alone or within what was sent."""
    known = [secret for secret in secrets if secret]
    if not known:
        return words
    words = CODED.sub(lambda found: HIDDEN if holds(found.group(), known) else found.group(), words)
    for secret in known:
        words = words.replace(secret, HIDDEN)
    return words


def holds(coded: str, secrets: list[str]) -> bool:
    """Whether base64, read from any of its four beginnings, has one of them inside."""
    plain = coded.replace("-", "+").replace("_", "/").rstrip("=")
    found = [decoded(plain[start:]) for start in range(4)]
    return any(secret.encode() in each for secret in secrets for each in found)


def decoded(plain: str) -> bytes:
    """As much of it as base64 gives."""
    whole = plain[:-1] if len(plain) % 4 == 1 else plain
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4))
    except binascii.Error:
        return b""
