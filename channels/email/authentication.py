"""Is the sender proved? Only by the topmost Authentication-Results of a server the admin named (RFC 8601)."""

import re
from typing import Any

from helpdesk.folding import fold_email

RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*(\w+)", re.I)
DOMAIN = re.compile(r"\bheader\.(?:d|from|i)\s*=\s*@?([\w.-]+)", re.I)


def is_verified(parsed: dict[str, Any], authserv_id: str) -> bool:
    """True when our own server says dmarc=pass, or dkim=pass for the domain of the one From address."""
    sender = parsed.get("sender") or {}
    results = parsed.get("auth_results") or []
    if not authserv_id or not results or not sender.get("verified_form"):
        return False
    name, _, rest = results[0].partition(";")
    if name.split()[:1] != [authserv_id]:
        return False
    domain = fold_email(sender["address"]).rpartition("@")[2]
    return any(passes(part, domain) for part in rest.split(";"))


def passes(part: str, domain: str) -> bool:
    """One method's result, aligned with the domain of the sender."""
    result = RESULT.search(part)
    if not result or result[2].lower() != "pass":
        return False
    aligned = any(found.lower() == domain or domain.endswith("." + found.lower()) for found in DOMAIN.findall(part))
    return result[1].lower() in ("dmarc", "dkim") and aligned
