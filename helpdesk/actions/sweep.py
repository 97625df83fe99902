"""Files that nobody refers to any more leave the store, once that has been so for a day."""

import os
import time
from pathlib import Path

from sqlalchemy import select

from helpdesk.extensions import db
from helpdesk.models import Attachment
from helpdesk.settings import current

DAY_SECONDS, AT_ONCE, FOLDERS, TURNS = 24 * 3600, 500, 256, 24
MARKS = ".unused"


def sweep(turn: int | None = None) -> int:
    """One round over a twenty-fourth of the store (`turn`, by default the hour's), or over all of it with -1; says how many went.

    A file goes when it was seen unused a day ago, is unused now, and was not written meanwhile: writing a file again renews its date,
    so a mail or draft that is being kept at this moment loses nothing.
    """
    root = current().data / "attachments"
    turn = int(time.time() // 3600) % TURNS if turn is None else turn
    gone = sum(sweep_folder(root, f"{number:02x}") for number in range(FOLDERS) if turn in (-1, number % TURNS))
    for part in root.glob(".*.part"):  # of a writer that died
        if age(part) > DAY_SECONDS:
            part.unlink(missing_ok=True)
    return gone


def sweep_folder(root: Path, name: str) -> int:
    """Marks what is unused, unmarks what is used again, and takes away what has been marked for a day."""
    marks = root / MARKS / name
    put_back(root / name, marks)
    digests = [entry.name for entry in os.scandir(root / name)] if (root / name).is_dir() else []
    used = in_use(digests)
    gone = 0
    for digest in digests:
        mark = marks / digest
        if digest in used:
            mark.unlink(missing_ok=True)
        elif not mark.exists():
            marks.mkdir(parents=True, exist_ok=True, mode=0o700)
            mark.touch(mode=0o600)
        elif min(age(mark), age(root / name / digest)) > DAY_SECONDS:
            gone += take_away(root / name / digest, mark)
    return gone


def in_use(digests: list[str]) -> set[str]:
    """Those that a row names."""
    found: set[str] = set()
    for start in range(0, len(digests), AT_ONCE):
        found |= set(db.session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(digests[start:start + AT_ONCE]))))
    db.session.rollback()  # lets the snapshot go: the next look sees what was written since
    return found


def take_away(path: Path, mark: Path) -> bool:
    """Out of sight first: who writes the same file from now on makes a new one. Then, if it is still old and unused, for good."""
    aside = mark.with_suffix(".going")
    os.replace(path, aside)
    if age(aside) <= DAY_SECONDS or in_use([path.name]):
        put_back(path.parent, mark.parent)
        return False
    aside.unlink(missing_ok=True)
    mark.unlink(missing_ok=True)
    return True


def put_back(folder: Path, marks: Path) -> None:
    """What was put aside and not taken away, because somebody wanted it or the sweeper died, is in its place again."""
    for aside in marks.glob("*.going"):
        if not (folder / aside.stem).exists():
            os.replace(aside, folder / aside.stem)
        aside.unlink(missing_ok=True)


def age(path: Path) -> float:
    """Seconds since it was written; 0 for what is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
