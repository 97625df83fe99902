"""`helpdesk mail deliver --inbox ADDRESS < message`: mail from another program's pipe, with the exit codes that mail servers know."""

import logging
import os
from collections.abc import Callable
from typing import BinaryIO

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from channels.raw_message import inbox_for, store_raw
from helpdesk.errors import HelpdeskError

log = logging.getLogger(__name__)
MOST_BYTES = 50 * 1024 * 1024
TOO_LARGE, NO_INBOX, LATER = 65, os.EX_NOUSER, os.EX_TEMPFAIL
"""sysexits.h: 65 the data (here: too much of it), 67 no such user, 75 try again later. 64, wrong usage, is the command's own."""


def deliver(application: Callable[[], Flask], address: str, message: BinaryIO, sender: str = "") -> int:
    """Keeps the message for the inbox; 0 only after the commit. Whatever goes wrong on our side, a wrong setting too, is 75:
    the mail server keeps the mail and comes again."""
    content = message.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return TOO_LARGE
    try:
        with application().app_context():
            inbox_id = inbox_for(address)
            if inbox_id is None:
                return NO_INBOX
            store_raw(inbox_id, content, "pipe", sender, address)
    except (SQLAlchemyError, HelpdeskError, OSError) as error:
        log.error("a mail could not be kept: %s", type(error).__name__)
        return LATER
    return 0
