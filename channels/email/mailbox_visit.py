"""One stay at a mailbox, logged in: what is new, everything that should be here, and older mail going down."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from channels.email.imap import Line
from channels.email.mailbox_fetch import LOOK, SET, Fetcher, arrived
from channels.email.mailbox_hard import Hard
from channels.email.mailbox_move import move_away
from channels.email.mailbox_sent import prove_by_sent_folder
from channels.email.mailbox_whole import Whole, affordable
from helpdesk.actions import mailboxes as keep
from helpdesk.extensions import db
from helpdesk.models import MailboxMark
from helpdesk.queries import mailboxes as ask
from helpdesk.queries.mailboxes import Watched

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Visit:
    """A line that is logged in, and how far we are. `rest` raises when the watcher is to end."""

    def __init__(self, line: Line, watched: Watched, token: str, hard: Hard, rest: Callable[[], None]) -> None:
        self.line, self.watched, self.token, self.hard, self.rest = line, watched, token, hard, rest
        self.mailbox_id = watched.mailbox_id
        self.older: list[int] = []
        self.uidvalidity = self.live_uid = 0

    def sweep(self) -> None:
        """The truth: the numbers on the server since the start are held against ours, whatever was said or missed in between."""
        mark = self.enter()
        there = set(self.numbers(mark.start_uid))
        known = told(partial(ask.fetched_uids, self.mailbox_id, self.uidvalidity, mark.start_uid))
        self.hard.listed = told(partial(ask.ungiven_uids, self.mailbox_id, self.uidvalidity)) & there
        missing = sorted(there - known | self.hard.listed)
        gone = self.fetcher().fetch([uid for uid in missing if not self.hard.is_known(uid)])
        problem, words = move_away(self.line, self.watched, self.uidvalidity, there)
        keep.note_sweep(self.mailbox_id, self.token, len(there - gone), len(known - there), problem, words)
        prove_by_sent_folder(self.line, self.watched.inbox_id)
        self.line.examine(self.watched.folder)
        self.live_uid = max([self.live_uid, *there])
        self.fetcher().fetch([uid for uid in missing if self.hard.is_known(uid)])
        self.plan_backfill(mark)
        self.hard.forget_but(there | set(self.older))
        self.fetcher().fetch([uid for uid in self.older if self.hard.is_known(uid)], backfilled=True)
        wanted = affordable(told(partial(ask.wanted_whole, self.mailbox_id)))
        Whole(self.line, self.mailbox_id, self.token, self.uidvalidity, self.rest).fetch(wanted)

    def fetch_new(self) -> None:
        """What came since we looked last: a hint said so, or time has passed."""
        self.line.forget_news()
        new = [uid for uid in self.numbers(self.live_uid + 1) if not self.hard.is_known(uid)]
        self.fetcher().fetch(new)
        self.live_uid = max([self.live_uid, *new])

    def backfill(self) -> bool:
        """One set of older mail, the youngest of it first; whether there is more."""
        uids, self.older = self.older[:SET], self.older[SET:]
        if uids:
            self.fetcher().fetch(uids, backfilled=True)
        return bool(self.older)

    def enter(self) -> MailboxMark:
        """Opens the folder. A UIDVALIDITY that we do not know, or numbers that begin again, mean that all numbers are new."""
        opened = self.line.examine(self.watched.folder)
        self.uidvalidity, upcoming = int(opened[b"UIDVALIDITY"]), int(opened.get(b"UIDNEXT") or 0)
        mark = told(partial(ask.mark, self.mailbox_id, self.uidvalidity))
        again = mark is not None and 0 < upcoming <= mark.live_uid
        if mark is None or again or mark.start_at != self.watched.start_at:
            start_uid = self.first_since(self.watched.start_at, upcoming)
            log.info("mailbox %s is numbered by %s from %s on", self.mailbox_id, self.uidvalidity, start_uid)
            keep.begin_numbering(self.mailbox_id, self.token, self.uidvalidity, start_uid, self.watched.start_at, again=again)
            mark = told(partial(ask.mark, self.mailbox_id, self.uidvalidity))
        assert mark is not None
        self.live_uid = mark.live_uid
        return mark

    def first_since(self, moment: datetime, upcoming: int) -> int:
        """The first number that arrived at that moment or later. Servers search by days, each by its own clock's."""
        found = sorted(self.line.search(["SINCE", (moment - timedelta(days=1)).date()]))
        for start in range(0, len(found), LOOK):
            since = [uid for uid, at in self.arrivals(found[start : start + LOOK]) if at >= moment]
            if since:
                return min(since)
        return upcoming or max([0, *self.numbers(1)]) + 1

    def arrivals(self, uids: Sequence[int]) -> Iterator[tuple[int, datetime]]:
        """When they came to the server."""
        for start in range(0, len(uids), LOOK):
            about = self.line.fetch(uids[start : start + LOOK], ["INTERNALDATE"])
            yield from ((uid, arrived(each)) for uid, each in about.items())

    def numbers(self, first: int) -> list[int]:
        """What the server has from a number on; `n:*` names the last one too when it is smaller (RFC 3501 6.4.8)."""
        return sorted(uid for uid in self.line.search(["UID", f"{first}:*"]) if uid >= first)

    def plan_backfill(self, mark: MailboxMark) -> None:
        """Which older mails are still to come, the youngest first."""
        self.older = []
        if self.watched.backfill_from is None or mark.start_uid <= 1:
            return
        since = (self.watched.backfill_from - timedelta(days=1)).date()
        there = set(self.line.search(["SINCE", since, "UID", f"1:{mark.start_uid - 1}"]))
        known = told(partial(ask.fetched_uids, self.mailbox_id, self.uidvalidity, 1, mark.start_uid - 1))
        self.older = sorted(there - known - self.too_old(there - known), reverse=True)
        keep.plan_backfill(self.mailbox_id, self.token, self.uidvalidity, len(self.older))

    def too_old(self, uids: set[int]) -> set[int]:
        """Those of the first days that are older than the moment; the days after them need no look."""
        oldest = self.watched.backfill_from
        assert oldest is not None
        near = set(self.line.search(["BEFORE", (oldest + timedelta(days=2)).date()])) & uids
        return {uid for uid, at in self.arrivals(sorted(near)) if at < oldest}

    def fetcher(self) -> Fetcher:
        """For the numbering of now."""
        return Fetcher(self.line, self.watched, self.token, self.uidvalidity, self.hard, self.rest)


def told(question: Callable[[], Answer]) -> Answer:
    """The answer of a query, with no transaction left open while we talk to a server."""
    try:
        return question()
    finally:
        db.session.remove()
