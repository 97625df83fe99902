"""Steps about who sent a mail: ourselves, somebody who is blocked, or somebody whom our own server takes for a spammer."""

from typing import Any

from channels.email.verdict import Context, Verdict
from helpdesk import vault
from helpdesk.folding import fold_email

SPAM_LEVEL = 5
"""Microsoft's spam confidence level from which on a mail belongs into the junk folder."""


def own_mail(parsed: dict[str, Any], context: Context) -> Verdict | None:
    """From one of our inboxes, or a mail of ours that somebody sent back unchanged: it carries the Message-ID that we gave it."""
    if plain(sender_of(parsed)) in context.ours:
        return Verdict("own_mail", "screened", {"sign": "address"})
    minted = vault.ticket_of_message_id(parsed.get("message_id") or "") is not None
    return Verdict("own_mail", "screened", {"sign": "message_id"}) if minted else None


def loop(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """An automatic mail of ours that came back: its marker carries our MAC. A marker without one says nothing (safety S7)."""
    number = vault.ticket_of_loop_marker(parsed.get("loop_marker") or "")
    return None if number is None else Verdict("loop", "screened", {"ticket": str(number)})


def blocked(parsed: dict[str, Any], context: Context) -> Verdict | None:
    """Somebody at the desk wants nothing more from this address."""
    return Verdict("blocked", "held", {"address": sender_of(parsed)}) if sender_of(parsed) in context.blocked else None


def spam(parsed: dict[str, Any], context: Context) -> Verdict | None:
    """Our own mail server says so. Only the server that the inbox names is heard, and only in the fields on top, where it writes."""
    results = parsed.get("auth_results") or []
    if not context.authserv_id or not results or results[0].partition(";")[0].split()[:1] != [context.authserv_id]:
        return None
    found = next((f"{name}: {value}" for name, value in parsed.get("spam") or [] if says_spam(name, value)), "")
    return Verdict("spam", "held", {"header": found[:100]}) if found else None


def says_spam(name: str, value: str) -> bool:
    """`X-Spam-Flag: YES`, `X-Spam-Status: Yes, score=…`, or a level of SPAM_LEVEL and more."""
    if name.endswith("-scl"):
        return value.isascii() and value.isdigit() and int(value[:3]) >= SPAM_LEVEL
    return value.replace(",", " ").split()[:1] == ["yes"]


def sender_of(parsed: dict[str, Any]) -> str:
    """The folded address of From, "" without one."""
    return fold_email((parsed.get("from") or {}).get("address") or "")


def plain(address: str) -> str:
    """The address without its +detail."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
