"""Delivery status notifications (RFC 3464, RFC 6522) and what mail systems put in their place."""

import re
from collections.abc import Iterator
from typing import Any

from channels.email.addresses import people_in
from channels.email.bounce_words import ENHANCED, status_in_words
from channels.email.headers import header
from channels.email.parse_mime import Entity, read_fields

Recipient = dict[str, Any]
NOT_FAILED = {"delivered", "relayed", "expanded"}


def report_recipients(entity: Entity, text: str) -> list[Recipient] | None:
    """Those whom the mail did not reach, by its message/delivery-status part; None when it has none."""
    reports = [part for part in walk(entity) if part.content_type in ("message/delivery-status", "message/global-delivery-status")]
    if not reports:
        return None
    groups = [group for part in reports[:20] for group in _groups(part.content)]
    recipients = [recipient for group in groups if (recipient := _recipient(group, text))]
    return recipients or None


def walk(entity: Entity) -> Iterator[Entity]:
    """Every part, but not those of enclosed messages."""
    yield entity
    if not entity.content_type.startswith("message/"):
        for child in entity.children:
            yield from walk(child)


def _groups(content: bytes) -> list[list[tuple[str, bytes]]]:
    """The fields per recipient: groups between blank lines."""
    pieces = re.split(rb"\r?\n[ \t]*\r?\n", content.strip())
    return [read_fields(piece)[0] for piece in pieces[:500]]


def _recipient(group: list[tuple[str, bytes]], text: str) -> Recipient | None:
    address = _address(header(group, "Original-Recipient")) if not header(group, "Final-Recipient") else _address(header(group, "Final-Recipient"))
    action = header(group, "Action").lower().split(" ")[0].strip(";,")
    if not address or action in NOT_FAILED:
        return None
    status = _status(header(group, "Status"), header(group, "Diagnostic-Code"), text)
    permanent = action != "delayed" and not status.startswith("4")
    return {"address": address, "status": status, "permanent": permanent}


def _address(value: str) -> str:
    """`rfc822; someone@example.com` as the address alone."""
    people = people_in(value.rpartition(";")[2].encode())
    return people[0]["address"].lower() if people else ""


def _status(stated: str, diagnostic: str, text: str) -> str:
    """The stated status, unless it is a general one and the server's own words say more."""
    found = ENHANCED.search(stated)
    status = found.group() if found else ""
    if status and not status.endswith(".0.0"):
        return status
    said = status_in_words(diagnostic) or status_in_words(text[:4000])
    return said or status
