"""`helpdesk mail inspect`: what the parser reads, as JSON, for people and for measuring."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from channels.email.limits import Unreadable
from channels.email.parse import parse

KEYS = ("subject", "from", "to", "cc", "message_id", "in_reply_to", "references", "date", "text", "html", "reply_text", "attachments",
        "auto_reply", "bounce", "forwarded")
EMPTY: dict[str, Any] = {
    **dict.fromkeys(KEYS), "subject": "", "to": [], "cc": [], "message_id": "", "in_reply_to": "", "references": [], "text": "",
    "reply_text": "", "attachments": [],
}


def inspect_paths(paths: Iterable[str], output: TextIO, as_json: bool = True) -> None:
    """For each path one JSON object on one line, in order, flushed; a file that cannot be read says why in "error"."""
    for line in paths:
        path = line.rstrip("\r\n")
        if path:
            answer = inspect_file(path)
            output.write(json.dumps(answer, ensure_ascii=True, indent=None if as_json else 2) + "\n")
            output.flush()


def inspect_file(path: str) -> dict[str, Any]:
    """What is read of one file: the fields of KEYS, with "file", "error" (null or a sentence) and "seconds"."""
    started = time.perf_counter()
    error: str | None = None
    mail = dict(EMPTY)
    try:
        mail = parse(Path(path).read_bytes())
    except Unreadable as reason:
        error = reason.reason
    except OSError as reason:
        error = reason.strerror or "cannot be opened"
    except Exception as fault:  # noqa: BLE001  one mail must not end the run: the line says what happened
        error = f"{type(fault).__name__}: {fault}"
    attachments = [{key: value for key, value in item.items() if key not in ("content", "content_id")} for item in mail["attachments"]]
    seconds = round(time.perf_counter() - started, 4)
    return {"file": path, "error": error, "seconds": seconds, **{key: mail[key] for key in KEYS}, "attachments": attachments}


def main(arguments: list[str] | None = None) -> int:
    """Read paths on standard input, one a line. Always exits with 0."""
    parser = argparse.ArgumentParser(prog="helpdesk mail inspect", description="Show what is read of mails; paths come on stdin.")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    inspect_paths(sys.stdin, sys.stdout, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
