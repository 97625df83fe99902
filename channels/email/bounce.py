"""Notices that a mail was not delivered: RFC 3464 reports first, then the words of mail servers that write none."""

from typing import Any

from channels.email.bounce_report import report_recipients
from channels.email.bounce_text import text_recipients
from channels.email.parse_mime import Entity

Bounce = dict[str, Any]


def bounce_of(entity: Entity, subject: str, text: str) -> Bounce | None:
    """{"permanent", "recipients": [{"address", "status", "permanent"}]}, or None for a mail that is no such notice."""
    recipients = report_recipients(entity, text)
    if recipients is None:
        recipients = text_recipients(entity, subject, text)
    if recipients is None:
        return None
    return {"permanent": any(item["permanent"] for item in recipients), "recipients": recipients}
