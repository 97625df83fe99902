"""The "On …, X wrote:" lines with which mail programs begin what they quote: a date, a person and a word, in any order."""

import re
from functools import lru_cache

from channels.email.quote_blocks import ADDRESS, unquoted
from channels.email.quote_words import ON, TIME, says_wrote

QUOTE_START = re.compile(r"\s{0,3}>")
ENDS = re.compile(r"[:：]\W*$")
DIGIT = re.compile(r"\d")
DATE = re.compile(r"(?<!\d)(?:19|20|25|١٩|٢٠|۱۹|۲۰|۱۴|١٤|14)\d\d(?!\d)|\d{1,2}\s?([-/.])\s?\d{1,2}\s?\1\s?\d{2}(?!\d)|\d{4}\s?[-/.年년]")
SENTENCE_END = re.compile(r"[!?؟。…]$|(?:\w{6,}|\d{3,})\.$")
STARTS_WITH_DATE = re.compile(r"^\W*(?:\w+\W{1,2})?\d")
# Programs speak of others: whoever says "I wrote" tells a story.
FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Ii]ch|[Ww]ir|[Jj]['’]ai|[Nn]ous|[Яя]|[Мм]ы|كتبت (?:لكم|لك|إليكم|اليكم|إليك)|كتبنا)\b")
BETWEEN_ARROWS = re.compile(r"^>{3}\s.{3,200}\d.*(?:>{3}|[:：])$")
MAX_LINES, MAX_LENGTH = 4, 500


def attribution_at(lines: list[str], start: int) -> int:
    """How many lines a `On … X wrote:` takes that begins here; 0 for none. One to four lines, joined."""
    first = unquoted(lines[start])
    if not _may_begin(first):
        return 0
    for count in range(1, MAX_LINES + 1):
        end = start + count
        if end > len(lines) or not lines[end - 1].strip(" >"):
            return _with_last_word(lines, start, end - 1) if end <= len(lines) else 0
        line = lines[end - 1]
        if count > 1 and QUOTE_START.match(line) and not QUOTE_START.match(lines[start]):
            return 0
        before_quote = _next_is_quoted(lines, end)
        if before_quote or _may_end(line):
            joined = _joined(lines, start, end)
            if len(joined) <= MAX_LENGTH and _is_attribution(joined, before_quote):
                return count if count == 1 or _belongs(first, _joined(lines, start + 1, end)) else 0
    return 0


def begins_between_arrows(line: str) -> bool:
    """GroupWise: `>>> Somebody <a@example.com> 02.06.2025 09:15 >>>`, and what follows is not marked."""
    return bool(BETWEEN_ARROWS.match(line.strip()))


def _joined(lines: list[str], start: int, end: int) -> str:
    return " ".join(map(unquoted, lines[start:end])).strip()


@lru_cache(maxsize=1024)
def _may_end(line: str) -> bool:
    plain = unquoted(line)
    return bool(ENDS.search(plain[-40:])) or says_wrote(plain[-40:]) or (plain.endswith(">") and "GMT" in plain)


def _may_begin(plain: str) -> bool:
    return bool("@" in plain or DIGIT.search(plain) or ON.match(plain))


def _belongs(first: str, rest: str) -> bool:
    """Is the first of several lines part of the attribution, and not the end of what somebody wrote above it?"""
    if SENTENCE_END.search(first) or not (ON.match(first) or DATE.search(first) or TIME.search(first) or "@" in first):
        return False
    is_whole = bool(DATE.search(rest) or TIME.search(rest)) and _is_attribution(rest, before_quote=False)
    return not is_whole or (bool(ON.match(first)) and not ON.match(rest) and not DATE.search(first))


def _with_last_word(lines: list[str], start: int, blank: int) -> int:
    """Some programs put a blank line before the last word: `On … <a@example.com>`, nothing, `wrote:`."""
    if blank <= start or blank + 1 >= len(lines):
        return 0
    last = unquoted(lines[blank + 1])
    if len(last) > 25 or not (ENDS.search(last) and says_wrote(last)):
        return 0
    joined = _joined(lines, start, blank)
    if blank > start + 1 and not _belongs(unquoted(lines[start]), f"{_joined(lines, start + 1, blank)} {last}"):
        return 0
    return blank + 2 - start if len(joined) <= MAX_LENGTH and _is_attribution(f"{joined} {last}", before_quote=False) else 0


def _is_attribution(joined: str, before_quote: bool) -> bool:
    """How much of date, address, "wrote" and colon is needed depends on the rest: without "wrote" a time of day, without a quote more."""
    joined = joined.strip("-—*_= ")
    digits, has_address = len(DIGIT.findall(joined)), bool(ADDRESS.search(joined))
    if digits < 3 and not has_address:
        return False
    ends = bool(ENDS.search(joined[-40:]))
    wrote = says_wrote(joined[-160:] if ends else joined[-24:])
    has_time, has_date = bool(TIME.search(joined)), bool(DATE.search(joined))
    if has_address and digits >= 3:
        if (ends and (wrote or has_time)) or (wrote and ON.match(joined)) or (has_date and "GMT" in joined and joined.endswith(">")):
            return True
        if before_quote and len(joined) < 200 and (has_time or (has_date and joined[:1].isdigit() and joined.endswith(">"))):
            return True
    if FIRST_PERSON.search(joined) and not has_address:
        return False
    if ends and wrote:
        return before_quote or has_address or (has_date and has_time and bool(ON.match(joined) or STARTS_WITH_DATE.match(joined)))
    return before_quote and len(joined) < 200 and says_wrote(joined)


def _next_is_quoted(lines: list[str], position: int) -> bool:
    for line in lines[position:position + 3]:
        start = line.lstrip()[:1]
        if start:
            return start in ">|"
    return False
