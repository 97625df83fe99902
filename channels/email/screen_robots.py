"""Steps about mail that no person wrote to us: notices, reports, automatic answers, lists."""

import re
from typing import Any

from channels.email.screen_senders import sender_of
from channels.email.verdict import Context, Verdict
from helpdesk import vault

BULK = ("bulk", "list", "junk")
NOBODY = re.compile(
    r"(?:no|do[-_.]?not|donot)[-_.]?(?:reply|respond|answer)\d*|mailer[-_.]?daemon|postmaster|bounces?|auto[-_.]?(?:reply|responder|confirm|notify)"
    r"|notifications?|alerts?|daemon|root|www-data|nobody|cron|listserv|majordomo",
    re.IGNORECASE,
)


def bounce(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """A notice that a mail did not arrive. It counts for a mail of ours that it names by the Message-ID that only we could make;
    any other is kept for a person (safety S4)."""
    if not parsed.get("bounce"):
        return None
    return Verdict("bounce", "screened" if minted_ids(parsed) else "held", {"names": ", ".join(parsed.get("returned_ids") or [])[:300]})


def minted_ids(parsed: dict[str, Any]) -> list[str]:
    """Of the ids that a notice names those that our keys made, the likeliest first."""
    return [name for name in parsed.get("returned_ids") or [] if vault.ticket_of_message_id(name) is not None]


def complaint(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """Somebody told his provider that a mail of ours is unwanted (RFC 5965)."""
    return Verdict("complaint", "held", dict(parsed["complaint"])) if parsed.get("complaint") else None


def auto_reply(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """A program answered, or reports that a mail of ours arrived or was read (RFC 3464, RFC 8098). What it sends of itself
    ("auto-generated", RFC 3834 section 5) and to no mail in particular, such as a shop's form, is marked likewise but may open a ticket."""
    reason = parsed.get("auto_reply") or ("report" if parsed.get("report") else "")
    if not reason or parsed.get("absent"):
        return None
    return Verdict("auto_reply", "marked", {"sign": reason, "kind": "notice" if is_notice(parsed) else "answer"})


def is_notice(parsed: dict[str, Any]) -> bool:
    """Written by a program, but in answer to nothing."""
    answers = parsed.get("in_reply_to") or parsed.get("references")
    return parsed.get("auto_reply") == "auto-submitted" and parsed.get("auto_submitted", "").startswith("auto-generated") and not answers


def absence(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """A program answered that somebody is away."""
    return Verdict("absence", "marked", {"sign": parsed["auto_reply"]}) if parsed.get("auto_reply") and parsed.get("absent") else None


def bulk(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """It went to many (RFC 2919, RFC 2369)."""
    sign = "list_id" if parsed.get("list_id") else "precedence" if parsed.get("precedence") in BULK else ""
    sign = sign or ("unsubscribe" if parsed.get("unsubscribe") else "")
    return Verdict("bulk", "marked", {"sign": sign}) if sign else None


def machine(parsed: dict[str, Any], _context: Context) -> Verdict | None:
    """Nobody reads what is answered to it: it has no return path, its sender is called noreply, or it asks for no automatic answers."""
    if parsed.get("return_path") == "<>":
        return Verdict("machine", "marked", {"sign": "return_path"})
    if NOBODY.fullmatch(sender_of(parsed).partition("@")[0].partition("+")[0]):
        return Verdict("machine", "marked", {"sign": "address"})
    suppressed = {word.strip() for word in (parsed.get("suppress") or "").split(",")} & {"all", "autoreply", "oof"}
    submitted = parsed.get("auto_submitted", "") not in ("", "no") and not parsed.get("auto_reply")
    return Verdict("machine", "marked", {"sign": "suppress"}) if suppressed or submitted else None
