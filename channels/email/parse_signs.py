"""What screening asks of a mail beyond its words: signs of programs, of reports, and of the mail that it gives back."""

import re
from typing import Any

from channels.email.addresses import people_in
from channels.email.headers import Fields, header, message_ids, raw_headers, unfolded
from channels.email.parse_mime import Entity, read_fields, walk

LOOP_FIELD = "X-Helpdesk-Loop"
SPAM_FIELDS = ("x-spam-flag", "x-spam-status", "x-ms-exchange-organization-scl")
ENCLOSED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers")
MOST_SCANNED, MOST_IDS = 64 * 1024, 50
WRITTEN_ID = re.compile(rb"message-id\s*:\s*<([^<>\s]{1,250})>", re.IGNORECASE)


def signs_of(entity: Entity, bounced: bool) -> dict[str, Any]:
    """Keys: loop_marker, spam ([name, value] of fields on top), complaint, report (its type, "" for none), unsubscribe, suppress
    (X-Auto-Response-Suppress, lower case) and returned_ids: Message-IDs a notice may be about, the likeliest first."""
    fields = entity.fields
    return {
        "loop_marker": header(fields, LOOP_FIELD),
        "spam": [[name, unfolded(value).lower()] for name, value in _above_the_second_hop(fields) if name in SPAM_FIELDS],
        "complaint": complaint_of(entity),
        "report": entity.params.get("report-type", "").lower() if entity.content_type == "multipart/report" else "",
        "unsubscribe": bool(raw_headers(fields, "List-Unsubscribe")),
        "suppress": header(fields, "X-Auto-Response-Suppress").lower(),
        "returned_ids": returned_ids(entity) if bounced else [],
    }


def _above_the_second_hop(fields: Fields) -> list[tuple[str, bytes]]:
    """The fields on top, which the last server may have written: up to the second Received (RFC 5321 section 4.4)."""
    hops = [place for place, (name, _) in enumerate(fields) if name == "received"]
    return list(fields[: hops[1] if len(hops) > 1 else None])


def complaint_of(entity: Entity) -> dict[str, str] | None:
    """{"kind", "address"} of a report that somebody complained about a mail of ours (RFC 5965), else None."""
    for part in walk(entity):
        if part.content_type == "message/feedback-report":
            report = read_fields(part.content[:MOST_SCANNED])[0]
            people = people_in(header(report, "Original-Rcpt-To").encode())
            return {"kind": header(report, "Feedback-Type")[:40], "address": people[0]["address"][:254] if people else ""}
    return None


def returned_ids(entity: Entity) -> list[str]:
    """Of the mail that comes back: its own Message-ID where it is enclosed, else where one is written, else what the notice answers."""
    enclosed = [part for part in walk(entity) if part.content_type in ENCLOSED]
    own = [name for part in enclosed for name in message_ids(read_fields(part.content[:MOST_SCANNED])[0], "Message-ID")]
    written = [name.decode("utf-8", "replace") for part in walk(entity) for name in WRITTEN_ID.findall(part.content[:MOST_SCANNED])]
    named = [*message_ids(entity.fields, "In-Reply-To"), *reversed(message_ids(entity.fields, "References"))]
    return list(dict.fromkeys([*own, *written, *named]))[:MOST_IDS]
