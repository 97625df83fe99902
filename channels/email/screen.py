"""Which mails are kept but make no ticket, each for a named reason."""

from typing import Any

from helpdesk.folding import fold_email


def reason_to_screen(parsed: dict[str, Any], ours: set[str]) -> str:
    """ "" for a mail that belongs to a ticket; else "own_mail" or "bounce". `ours` are the addresses of all inboxes."""
    sender = fold_email((parsed.get("from") or {}).get("address") or "")
    if sender and plain(sender) in ours:
        return "own_mail"
    if parsed.get("bounce"):
        return "bounce"
    return ""


def plain(address: str) -> str:
    """The address without its +detail."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
