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


def authentication_of(parsed: dict[str, Any], authserv_id: str) -> str:
    """What our own server says of the one From address: "pass" when it says dmarc=pass, or dkim=pass for its domain; "fail" when it says
    that something failed and nothing passed; else "unknown", also where no server is named or the topmost field is another's."""
    results = parsed.get("auth_results") or []
    name, _, rest = results[0].partition(";") if results else ("", "", "")
    if not authserv_id or name.lower().split()[:1] != [authserv_id.lower()]:
        return "unknown"
    while (fewer := NO_WORDS_OF_OURS.sub(" ", rest)) != rest:
        rest = fewer
    sender = parsed.get("sender") or {}
    domain = fold_email(sender["address"]).rpartition("@")[2] if sender.get("verified_form") else ""
    if domain and any(passes(part, domain) for part in rest.split(";")):
        return "pass"
    return "fail" if any(fails(part) for part in rest.split(";")) else "unknown"


def passes(part: str, domain: str) -> bool:
    """One method's result, aligned with the domain of the sender: DMARC's own domain, or a DKIM signature of it or of one above it."""
    method = method_with(part, "pass")
    if method not in DOMAIN:
        return False
    named = [found.lower() for found in DOMAIN[method].findall(part)]
    return domain in named or (method == "dkim" and any("." in one and domain.endswith(f".{one}") for one in named))


def fails(part: str) -> bool:
    """DMARC, DKIM or SPF says that the mail is not from where it claims."""
    return method_with(part, "fail", "hardfail", "permerror") in ("dmarc", "dkim", "spf")


def method_with(part: str, *wanted: str) -> str:
    """The method of a result, "" unless its value is one of those."""
    result = RESULT.search(part)
    return result[1].lower() if result and result[2].lower() in wanted else ""
