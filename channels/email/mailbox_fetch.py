"""Mails of an opened mailbox into raw rows: small sets, nothing marked as read, what is too large by its header alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from channels.email.imap import Line
from channels.email.limits import MAX_HEADER_BYTES
from channels.email.mailbox_hard import HEADER, NOTHING, Hard
from channels.email.screen import MOST_BYTES
from helpdesk import clock, disk
from helpdesk.actions.mailboxes import Fetched, store_fetched
from helpdesk.errors import NoRoom
from helpdesk.queries.mailboxes import Watched

SET, SET_BYTES, LOOK = 50, 4 * 1024 * 1024, 500
JUST_HEADER = f"BODY.PEEK[HEADER]<0.{MAX_HEADER_BYTES}>"
MOVED_HERE = timedelta(days=1)
"""A mail that is so much older than the desk and came under a new number was put here by somebody."""
About = dict[int, dict[bytes, Any]]


@dataclass
class Fetcher:
    """Fetches for one numbering of a mailbox. `rest` is called between two sets and raises when the watcher is to end. `gone` are the
    numbers that were no longer there."""

    line: Line
    watched: Watched
    token: str
    uidvalidity: int
    hard: Hard
    rest: Callable[[], None]

    def fetch(self, uids: Sequence[int], backfilled: bool = False) -> set[int]:
        """Keeps these mails; the order is theirs. Returns numbers that were no longer there."""
        gone: set[int] = set()
        for start in range(0, len(uids), LOOK):
            look = uids[start : start + LOOK]
            about: About = self.line.fetch(look, ["INTERNALDATE", "RFC822.SIZE"])
            gone |= set(look) - about.keys()
            together, alone = self.hard.parted(uid for uid in look if uid in about)
            for group in [*groups(together, about), *([uid] for uid in alone)]:
                self.rest()
                self.take(group, about, backfilled)
        return gone

    def take(self, uids: list[int], about: About, backfilled: bool) -> None:
        """One set. What the server refuses together is asked for one by one; what it refuses alone is asked for again later."""
        size = sum(size_of(about[uid]) for uid in uids)
        if not disk.has_room(min(size, MOST_BYTES)):
            raise NoRoom
        try:
            found = self.given(uids, about)
        except (IMAPClientAbortError, OSError):
            self.hard.failed(uids)
            raise
        except (IMAPClientError, ValueError):
            self.hard.failed(uids)
            for uid in uids if len(uids) > 1 else []:
                self.take([uid], about, backfilled)
            return
        mails = [self.mail(uid, about[uid], *content, backfilled) for uid, content in found.items()]
        if mails:
            store_fetched(self.watched.mailbox_id, self.token, self.uidvalidity, mails, backfilled)
        self.hard.fetched(found)
        self.hard.listed |= {mail.uid for mail in mails if mail.held == "not_given"}
        self.hard.listed -= {mail.uid for mail in mails if not mail.held}

    def given(self, uids: list[int], about: About) -> dict[int, tuple[bytes, str]]:
        """UID -> (content, "" or why it is held). A number that is not in it has gone in between."""
        what, size = self.hard.what(uids[0]), sum(size_of(about[uid]) for uid in uids)
        if what == NOTHING:
            return {uids[0]: (b"", "not_given")}
        if size > MOST_BYTES or what == HEADER:
            return self.asked(uids, JUST_HEADER, b"BODY[HEADER]<0>", MAX_HEADER_BYTES, "too_large" if size > MOST_BYTES else "not_given")
        return self.asked(uids, "BODY.PEEK[]", b"BODY[]", size, "")

    def asked(self, uids: list[int], what: str, name: bytes, size: int, held: str) -> dict[int, tuple[bytes, str]]:
        """As the server answers; ValueError when it leaves the content out."""
        with self.line.expecting(size):
            found: About = self.line.fetch(uids, [what])
        if empty := [uid for uid, item in found.items() if item.get(name) is None]:
            raise ValueError(f"{len(empty)} mails without {what}")
        return {uid: (bytes(item[name]), held) for uid, item in found.items()}

    def mail(self, uid: int, about: dict[bytes, Any], content: bytes, held: str, backfilled: bool) -> Fetched:
        """As the house keeps it."""
        at = arrived(about)
        size = size_of(about) if held else len(content)
        return Fetched(uid, content, at, size, held, quiet=backfilled or at < self.watched.start_at - MOVED_HERE)


def groups(uids: Sequence[int], about: About) -> Iterator[list[int]]:
    """Sets of at most SET mails and, but for the first of each, SET_BYTES; what is too large stands alone."""
    group: list[int] = []
    size = 0
    for uid in uids:
        more = size_of(about[uid])
        if group and (len(group) == SET or size + more > SET_BYTES):
            yield group
            group, size = [], 0
        group.append(uid)
        size += more
    if group:
        yield group


def size_of(about: dict[bytes, Any]) -> int:
    """As the server says; it may be wrong."""
    return max(0, int(about.get(b"RFC822.SIZE") or 0))


def arrived(about: dict[bytes, Any]) -> datetime:
    """INTERNALDATE, aware; now where the server does not tell."""
    found = about.get(b"INTERNALDATE")
    return found if isinstance(found, datetime) and found.tzinfo else clock.now()
