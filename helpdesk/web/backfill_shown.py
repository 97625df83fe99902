"""How far the older mail of an inbox is fetched, in plain words of the reader's language."""

from dataclasses import dataclass

from flask_babel import gettext as _

from helpdesk import clock
from helpdesk.models import Mailbox
from helpdesk.queries.settings_pages import Servers


@dataclass(frozen=True)
class Backfill:
    """`state` is "waiting" (nobody has looked yet), "running", "paused" or "done"; so many of `total` older mails are here."""

    state: str
    words: str
    done: int = 0
    total: int = 0


def backfill_of(found: Servers) -> Backfill | None:
    """Of the numbering of today; None where no older mail was asked for."""
    mailbox, mark = found.mailbox, found.mark
    if mailbox is None or mailbox.backfill_from is None:
        return None
    done, total = (mark.backfill_done, mark.backfill_total) if mark else (0, 0)
    if total and done >= total:
        return Backfill("done", _("All older mail is here."), done, total)
    if why := pause_of(mailbox):
        return Backfill("paused", why, done, total)
    if total:
        return Backfill("running", _("Older mail is being fetched; new mail goes first."), done, total)
    if mark is None or mailbox.swept_at is None:
        return Backfill("waiting", _("The mailbox is being looked through for older mail."))
    return Backfill("done", _("There is no older mail in the mailbox."))


def pause_of(mailbox: Mailbox) -> str:
    """Why nothing is fetched just now; "" when somebody is at it."""
    if not mailbox.active:
        return _("Older mail waits: the inbox is switched off.")
    if mailbox.failing_since is not None:
        return _("Older mail waits until the mailbox can be reached again.")
    if mailbox.lease_until is None or mailbox.lease_until < clock.now():
        return _("Older mail waits until somebody watches the mailbox.")
    return ""
