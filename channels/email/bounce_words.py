"""From the words of a mail server to an enhanced status code (RFC 3463)."""

import re

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.\-/])([45]\d\d)(?:[ -]|$)(?!\d)")

REASONS = (
    ("5.1.1", r"user unknown|unknown user|no such (?:user|mailbox|recipient|account|address|person)|does(?: not|n't) exist|not found|unknown (?:local|recipient|address|mailbox|account|email)|mailbox unavailable|invalid (?:recipient|mailbox|user|address|account)|recipient (?:address )?rejected|unrouteable address|not a valid (?:user|mailbox|recipient)|not our customer|addressee unknown|no mailbox here|mailbox not found|undeliverable address|recipient not|not a known user|bad destination|is not (?:a )?(?:local|valid|known)|not listed in"),
    ("5.1.2", r"host (?:or domain name )?(?:not found|unknown)|unknown host|no such (?:host|domain)|domain (?:does not exist|not found)|unrouteable (?:mail )?domain|name or service not known|name service error|can't find any host|no route to domain"),
    ("5.2.1", r"disabled|inactive|suspended|deactivated|no longer (?:active|in use|valid|accepts)|account (?:has been )?(?:closed|locked)|discontinued|not accepting"),
    ("5.2.2", r"mailbox (?:is )?(?:full|exceed)|over ?quota|quota (?:exceeded|full)|exceed\w* (?:the )?(?:storage|quota|mailbox|disk)|insufficient (?:disk|system storage|space)|not enough (?:storage|space)|disk quota|is full|storage allocation"),
    ("5.3.4", r"message (?:too|is too) (?:large|big)|size (?:limit )?exceed|exceeds (?:the )?(?:maximum|size|fixed|limit)|too (?:large|big)|maximum (?:message|allowed) size|message size"),
    ("5.7.1", r"spam|blocked|blacklist|black list|block list|denied|prohibited|rejected (?:by|for|due)|policy|not (?:authorized|permitted|allowed)|relay|refused|dmarc|\bspf\b|virus|reputation|authentication required|banned"),
    ("5.4.6", r"routing loop|mail loop|too many hops|hop count|loops back"),
    ("4.4.7", r"timed? ?out|time limit|could not be delivered for|not been (?:delivered|able to)|retry time|delivery (?:has been )?delayed|expired|queue too long|retries|giving up|too old"),
    ("4.4.1", r"connection (?:refused|timed|reset|lost|failed)|no answer|could not connect|unable to connect|not responding|network|host unreachable|try again|temporar"),
)
COMPILED = [(status, re.compile(words, re.IGNORECASE)) for status, words in REASONS]


def status_in_words(text: str) -> str:
    """The enhanced status that a text states, or the one its words mean, or ""."""
    stated = [".".join(found) for found in ENHANCED.findall(text) if found[0] != "2"]
    specific = [status for status in stated if not status.endswith(".0.0")]
    if specific:
        return specific[0]
    guess = next((status for status, words in COMPILED if words.search(text)), "")
    if guess:
        return guess
    if stated:
        return stated[0]
    reply = REPLY.search(text)
    return f"{reply.group(1)[0]}.0.0" if reply else ""
