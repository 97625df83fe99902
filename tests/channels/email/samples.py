"""Mails of our own under tests/mail, each with one lesson, and how to read them."""

from pathlib import Path
from typing import Any

from channels.email.parse import parse

FOLDER = Path(__file__).resolve().parents[2] / "mail"


def read(name: str) -> dict[str, Any]:
    """The parsed mail of that name."""
    return parse((FOLDER / f"{name}.eml").read_bytes())


def mail(body: str, **fields: str) -> bytes:
    """A small mail with CRLF line ends; a keyword `content_type` becomes Content-Type."""
    named = {"From": "Adam Sample <adam@example.com>", "To": "support@example.com",
        **{key.title().replace("_", "-"): value for key, value in fields.items()}}
    head = "".join(f"{key}: {value}\n" for key, value in named.items())
    return f"{head}\n{body}".replace("\n", "\r\n").encode()


def shapes(name: str) -> list[str]:
    """The rows of a table under tests/mail/shapes, with their line breaks."""
    lines = (FOLDER / "shapes" / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return [line.replace("\\n", "\n") for line in lines if line]


def sections(name: str) -> dict[str, str]:
    """What stands below each line `== heading` of a file under tests/mail/shapes."""
    text = (FOLDER / "shapes" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(part.split("\n", 1) for part in f"\n{text}".split("\n== ")[1:])
