"""Mails that became messages days ago, moved out of the way on their server, where an admin wants that."""

import logging

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from channels.email.imap import Line, trouble_of
from helpdesk.extensions import db
from helpdesk.queries.mailboxes import Watched, movable_uids

log = logging.getLogger(__name__)
MOST = 200


def move_away(line: Line, watched: Watched, uidvalidity: int, there: set[int]) -> tuple[str, str]:
    """Moves up to MOST of them; the problem and its words, or two empty ones. The folder is then open in another way than before."""
    if not watched.move_to or watched.move_after_days is None:
        return "", ""
    done = movable_uids(watched.mailbox_id, uidvalidity, watched.move_after_days)
    db.session.remove()
    uids = [uid for uid in done if uid in there][:MOST]
    try:
        if uids and line.select_folder(watched.folder).get(b"UIDVALIDITY") == uidvalidity:
            move(line, uids, watched.move_to)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        trouble = trouble_of(error, "folder")
        return trouble.problem, trouble.words
    return "", ""


def move(line: Line, uids: list[int], folder: str) -> None:
    """MOVE (RFC 6851), or copied, flagged, and only these expunged (RFC 4315); a server that can do neither keeps them."""
    if line.has_capability("MOVE"):
        line.move(uids, folder)
    elif line.has_capability("UIDPLUS"):
        line.copy(uids, folder)
        line.delete_messages(uids, silent=True)
        line.uid_expunge(uids)
    else:
        log.info("this server cannot move mails safely; they stay")
