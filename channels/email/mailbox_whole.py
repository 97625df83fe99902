"""Mails that somebody wants and of which only a part is here: asked for alone, up to a higher limit, when all else is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from channels.email.imap import Line
from channels.email.mailbox_fetch import size_of
from helpdesk import clock, disk
from helpdesk.actions.mailboxes import Fetched, store_fetched
from helpdesk.actions.whole import give_up
from helpdesk.queries.mailboxes import Wanted

MOST_WHOLE = 75 * 1024 * 1024
"""Reading a mail of that size, with files in it, takes the parser less than 512 MB."""


class Lacking(Exception):
    """It cannot be had; `why` is a word of actions.whole.give_up."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Whole:
    """Fetches for one numbering of a mailbox; `rest` is called before each and raises when the watcher is to end."""

    line: Line
    mailbox_id: int
    token: str
    uidvalidity: int
    rest: Callable[[], None]

    def fetch(self, wanted: Sequence[Wanted]) -> None:
        """Each is stored whole, or a person hears why not; one over which the line breaks is not asked for again by itself."""
        for one in wanted:
            self.rest()
            try:
                content = self.content(one)
            except (Lacking, IMAPClientError, OSError, ValueError) as error:
                self.rest()
                give_up(self.mailbox_id, self.token, one.raw_id, error.why if isinstance(error, Lacking) else "not_given")
                if isinstance(error, IMAPClientAbortError | OSError):
                    raise
            else:
                mail = Fetched(one.uid or 0, content, clock.now(), len(content))
                store_fetched(self.mailbox_id, self.token, self.uidvalidity, [mail])

    def content(self, one: Wanted) -> bytes:
        """All of it; Lacking when it is not there, larger than we read, or left out of the answer."""
        about: dict[int, dict[bytes, Any]] = self.line.fetch([one.uid], ["RFC822.SIZE"]) if one.uidvalidity == self.uidvalidity else {}
        if one.uid not in about:
            raise Lacking("gone")
        size = size_of(about[one.uid])
        if size > MOST_WHOLE:
            raise Lacking("too_large")
        with self.line.expecting(size):
            found: dict[int, dict[bytes, Any]] = self.line.fetch([one.uid], ["BODY.PEEK[]"])
        if not (content := found.get(one.uid, {}).get(b"BODY[]")):
            raise Lacking("not_given")
        return bytes(content)


def affordable(wanted: Sequence[Wanted]) -> list[Wanted]:
    """Those for which the disk has room now; the others wait for a later look."""
    return [one for one in wanted if disk.has_room(min(one.size, MOST_WHOLE))]
