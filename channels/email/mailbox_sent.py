"""The Sent folder knows of answers whose server never said whether it took them."""

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imapclient import SENT

from channels.email.imap import Line
from helpdesk.actions.mailboxes import prove_sent
from helpdesk.extensions import db
from helpdesk.queries.mailboxes import uncertain_answers


def prove_by_sent_folder(line: Line, inbox_id: int) -> None:
    """Looks for each uncertain answer of the inbox by its Message-ID. Afterwards that folder is open. A server that keeps no such folder,
    or cannot search it, proves nothing and is no trouble."""
    waiting = uncertain_answers(inbox_id)
    db.session.remove()
    if not waiting:
        return
    try:
        folder = line.find_special_folder(SENT)
        if folder is None:
            return
        line.select_folder(folder, readonly=True)
        proved = [message for message, name in waiting if line.search(["HEADER", "Message-ID", name])]
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return
    for message in proved:
        prove_sent(message)
