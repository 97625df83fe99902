"""Notices that a mail was not delivered: RFC 3464 reports first, then the words of mail servers that write none."""

from typing import Any

from channels.email.bounce_report import Recipient, has_report, report_recipients, text_report_recipients
from channels.email.bounce_text import is_notice, notice_text, text_recipients
from channels.email.bounce_words import delayed, guessed_status, is_delay, stated_status
from channels.email.parse_mime import Entity

Bounce = dict[str, Any]


def bounce_of(entity: Entity, subject: str, text: str) -> Bounce | None:
    """{"permanent", "recipients": [{"address", "status", "permanent"}]}, or None for a mail that is no such notice.

    `permanent` is true when the address will not work later either: a refusal, a status of 5.x.x (RFC 3463 section 2).
    """
    reported = has_report(entity)
    if not reported and not is_notice(entity, subject, text):
        return None
    notice = notice_text(text)
    recipients = report_recipients(entity, notice) if reported else None
    if recipients is None:
        if reported and not is_notice(entity, subject, text):
            return None
        recipients = (text_report_recipients(notice) or _enclosed_report(entity, notice) or text_recipients(entity, notice)
                      or text_report_recipients(text))
        if not recipients:  # the notice names nobody
            status = stated_status(notice) or guessed_status(notice)
            return {"permanent": not status.startswith("4") and not is_delay(subject, notice), "recipients": []}
        if is_delay(subject, notice):
            recipients = [delayed(one) for one in recipients]
    if not recipients:
        return None
    return {"permanent": any(item["permanent"] for item in recipients), "recipients": recipients}


def _enclosed_report(entity: Entity, notice: str) -> list[Recipient]:
    """Of a notice that encloses another one: whom the report in that one names."""
    enclosed = [mail for part in entity.children if part.content_type == "message/rfc822" for mail in part.children]
    return [one for mail in enclosed if has_report(mail) for one in report_recipients(mail, notice) or []]
