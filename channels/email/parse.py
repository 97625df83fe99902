"""A mail as the desk sees it: one dict with people, text, safe HTML, files, and what kind of mail it is."""

from typing import Any

from channels.email.addresses import people, sender_of
from channels.email.bounce import bounce_of
from channels.email.forward import forwarded_in
from channels.email.headers import header, message_ids, raw_headers, unfolded
from channels.email.html import sanitise
from channels.email.limits import Unreadable
from channels.email.parse_absence import is_absence
from channels.email.parse_auto_reply import auto_reply_reason, auto_submitted
from channels.email.parse_bodies import bodies_of
from channels.email.parse_calendar import events_of
from channels.email.parse_date import moment_of
from channels.email.parse_mime import Entity, read_mail
from channels.email.parse_signature import opened, signature_of
from channels.email.parse_signs import signs_of
from channels.email.quote import reply_text
from helpdesk.folding import language_of

__all__ = ["Unreadable", "parse"]


def parse(raw: bytes) -> dict[str, Any]:
    """Everything the desk reads of one mail.

    Keys: subject, from, to, cc, reply_to, message_id, in_reply_to, references, date (ISO 8601, UTC), text, html, reply_text,
    attachments (each with its bytes as "content"), auto_reply, auto_submitted, bounce, forwarded, auth_results, sender, language,
    list_id, precedence, return_path, signature, calendar. Raises Unreadable, and nothing else that is due to the mail's content short of
    memory.
    """
    try:
        entity = read_mail(raw)
        return {**_heads(entity), **_contents(entity)}
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error


def _heads(entity: Entity) -> dict[str, Any]:
    fields = entity.fields
    senders = people(fields, "From")
    ids = message_ids(fields, "Message-ID")
    answered = message_ids(fields, "In-Reply-To")
    return {
        "subject": header(fields, "Subject"),
        "from": next((one for one in senders if "@" in one["address"]), senders[0] if senders else None),
        "to": people(fields, "To"),
        "cc": people(fields, "Cc"),
        "reply_to": people(fields, "Reply-To"),
        "sender": sender_of(fields),
        "message_id": ids[0] if ids else "",
        "in_reply_to": answered[0] if answered else "",
        "references": message_ids(fields, "References"),
        "date": moment_of(header(fields, "Date")),
        "auth_results": [unfolded(value) for value in raw_headers(fields, "Authentication-Results")],
        "auto_submitted": auto_submitted(fields),
        "list_id": header(fields, "List-Id"),
        "precedence": header(fields, "Precedence").lower(),
        "return_path": unfolded(raw_headers(fields, "Return-Path")[0]) if raw_headers(fields, "Return-Path") else None,
    }


def _contents(entity: Entity) -> dict[str, Any]:
    inner = opened(entity)
    bodies = bodies_of(inner)
    subject, text = header(entity.fields, "Subject"), bodies.text
    is_reply = bool(raw_headers(entity.fields, "In-Reply-To") or raw_headers(entity.fields, "References"))
    bounce = bounce_of(entity, subject, text)
    safe = [sanitise(markup) for markup in bodies.html]
    forwarded = None if bounce else forwarded_in(text, subject, is_reply)
    new = reply_text(text, forwarded is not None)
    automatic = None if bounce else auto_reply_reason(entity.fields, subject, new)
    return {
        "text": text,
        "html": "\n".join(filter(None, safe)) or None if None not in safe else None,
        "reply_text": new,
        "attachments": bodies.attachments,
        "auto_reply": automatic,
        "absent": automatic is not None and is_absence(subject, new),
        **signs_of(entity, bool(bounce)),
        "bounce": bounce,
        "forwarded": forwarded,
        "language": language_of(new or text or subject),
        "signature": signature_of(entity),
        "calendar": events_of(inner),
    }
