"""Delivery status notifications (RFC 3464, RFC 6522) and the same fields written into a text."""

import re
from typing import Any

from channels.email.addresses import people_in
from channels.email.bounce_words import ENHANCED, guessed_status, stated_status
from channels.email.headers import Fields, header
from channels.email.parse_mime import Entity, read_fields, walk

Recipient = dict[str, Any]
NOT_FAILED = {"delivered", "relayed", "expanded", "deliverable"}
REPORTS = {"message/delivery-status", "message/global-delivery-status"}
FIELD_LINE = re.compile(
    r"^[>\s]*((?:Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code)\s*:.*)$", re.IGNORECASE | re.MULTILINE)


def report_recipients(entity: Entity, text: str) -> list[Recipient] | None:
    """Those whom the mail did not reach, by its report; [] when it reached all; None without a report that names anybody."""
    parts = [part for part in walk(entity) if part.content_type in REPORTS]
    groups = [group for part in parts[:20] for group in _groups(part.content)]
    named = [group for group in groups if _address(group)]
    return [found for group in named if (found := _recipient(group, text))] if named else None


def has_report(entity: Entity) -> bool:
    """Is there a part with a report on deliveries?"""
    return any(part.content_type in REPORTS for part in walk(entity))


def text_report_recipients(text: str) -> list[Recipient]:
    """The same from fields that a system wrote into its text."""
    groups: list[list[tuple[str, bytes]]] = []
    for line in FIELD_LINE.findall(text):
        name, _, value = line.partition(":")
        key = name.strip().lower()
        if not groups or (key == "final-recipient" and any(known == key for known, _ in groups[-1])):
            groups.append([])
        groups[-1].append((key, value.encode()))
    return [found for group in groups if _address(group) and (found := _recipient(group, text))]


def _groups(content: bytes) -> list[list[tuple[str, bytes]]]:
    """The fields per recipient: groups between blank lines."""
    pieces = re.split(rb"\r?\n[ \t]*\r?\n", content.strip())
    return [read_fields(piece)[0] for piece in pieces[:500]]


def _recipient(group: Fields, text: str) -> Recipient | None:
    action = header(group, "Action").lower().split(" ")[0].strip(";,")
    stated = ENHANCED.search(header(group, "Status"))
    if action in NOT_FAILED or (stated and stated.group(1) == "2" and action != "failed"):
        return None
    status = _status(stated.group() if stated else "", header(group, "Diagnostic-Code"), text)
    return {"address": _address(group), "status": status, "permanent": action != "delayed" and not status.startswith("4")}


def _address(group: Fields) -> str:
    """`rfc822; someone@example.com` as the address alone; the one that was written to before what became of it (RFC 3464 section 2.3.1)."""
    for name in ("Original-Recipient", "Final-Recipient"):
        people = people_in(header(group, name).rpartition(";")[2].encode())
        if people and people[0]["address"]:
            return people[0]["address"].lower()
    return ""


def _status(stated: str, diagnostic: str, text: str) -> str:
    """A telling status as it is; a general one gives way to what the server said."""
    if stated and not stated.endswith(".0.0"):
        return stated
    said = stated_status(diagnostic)
    if said and not said.endswith(".0.0"):
        return said
    return stated or said or guessed_status(diagnostic) or stated_status(text) or guessed_status(text)
