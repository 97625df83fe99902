"""Is the sender proved? Only by the topmost Authentication-Results of a server the admin named (RFC 8601)."""

import re
from typing import Any

from helpdesk.folding import fold_email

RESULT = re.compile(r"\b(dmarc|dkim|spf|arc|auth|iprev)\s*=\s*(\w+)", re.I)
NO_WORDS_OF_OURS = re.compile(r'"(?:\\.|[^"\\])*"?|\([^()]*\)', re.S)
"""Quoted strings and comments: what the server repeats of the sender's own words, such as an envelope address."""
DOMAIN = {
    "dmarc": re.compile(r"\bheader\.from\s*=\s*@?([\w.-]+)", re.I),
    "dkim": re.compile(r"\bheader\.[di]\s*=\s*@?([\w.-]+)", re.I),
}


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
    while (fewer := NO_WORDS_OF_OURS.sub(" ", rest)) != rest:
        rest = fewer
    return any(passes(part, domain) for part in rest.split(";"))


def passes(part: str, domain: str) -> bool:
    """One method's result, aligned with the domain of the sender: DMARC's own domain, or a DKIM signature of it or of one above it."""
    result = RESULT.search(part)
    method = result[1].lower() if result and result[2].lower() == "pass" else ""
    if method not in DOMAIN:
        return False
    named = [found.lower() for found in DOMAIN[method].findall(part)]
    return domain in named or (method == "dkim" and any("." in one and domain.endswith(f".{one}") for one in named))
