"""Addresses that may be followed: only paths of our own."""

from urllib.parse import urlsplit


def safe_next(target: str | None) -> str:
    """The target when it is a plain path on this site, else "/"."""
    text = target or ""
    parts = urlsplit(text)
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and all(" " < letter < "\x7f" for letter in text)
    return text if plain and not parts.scheme and not parts.netloc else "/"
