"""A mail that passes on another one: who wrote that, to whom, what."""

import re
from typing import Any

from channels.email.addresses import people_in
from channels.email.quote_attributions import attribution_at
from channels.email.quote_blocks import Block, block_at, inline_block, marker_kind, unquoted
from channels.email.quote_words import EITHER_PREFIX, FORWARD_PREFIX, REPLY_PREFIX, says_wrote

Forwarded = dict[str, Any]
MAX_LINES = 5_000
BRACKETED = re.compile(r"[<\[(]\s*(?:mailto:)?([^<>\[\]()\s]+@[^<>\[\]()\s]+)\s*[>\])]")
IN_QUOTES = re.compile(r"[\"«„“”]\s*([^\"«»„“”]+?)\s*[\"»”“]$")
BEFORE_NAMES = frozenset("am pm uhr utc gmt cest cet mesz mez ast est edt pst pdt في من بواسطة ص م".split())
QUOTE_MARK = re.compile(r"^\s{0,3}> ?")


def forwarded_in(text: str, subject: str, is_reply: bool) -> Forwarded | None:
    """{"from", "to", "cc", "subject", "date", "text"} of the mail that is passed on, or None.

    A block without words that say so counts only under a subject such as "Fwd:", or when nothing marks the mail as a reply.
    """
    lines = text.split("\n")[:MAX_LINES]
    says_forward = bool(FORWARD_PREFIX.match(subject)) and not (is_reply and EITHER_PREFIX.match(subject))
    may_be = says_forward or not (is_reply or REPLY_PREFIX.match(subject))
    for position, line in enumerate(lines):
        if not line.strip():
            continue
        kind, rest = marker_kind(line)
        if kind in ("forward", "perhaps") or (kind == "original" and may_be):
            found = _after_marker(lines, position, rest, kind != "perhaps")
        else:
            found = _unmarked(lines, position, subject if says_forward else "") if may_be else None
            if not found and attribution_at(lines, position):
                return None
        if found:
            return found
    return None


def _after_marker(lines: list[str], position: int, rest: str, announced: bool) -> Forwarded | None:
    if rest and (values := inline_block(rest)):
        return _described(Block(values, position + 1), lines)
    for number in range(position + 1, min(position + 5, len(lines))):
        if plain := unquoted(lines[number]):
            block = block_at(lines, number, announced)
            if not block and "@" in plain and (values := inline_block(plain[:2000])):
                block = Block(values, number + 1)
            return _described(block, lines) if block else None
    return None


def _unmarked(lines: list[str], position: int, forward_subject: str) -> Forwarded | None:
    """A block or, under a forwarding subject, a `… wrote:` line."""
    block = block_at(lines, position)
    if block:
        return _described(block, lines)
    count = attribution_at(lines, position) if forward_subject else 0
    if not count:
        return None
    sender = " ".join(unquoted(line) for line in lines[position:position + count])
    values = {"from": _sender_words(sender), "subject": FORWARD_PREFIX.sub("", forward_subject)}
    return _described(Block(values, position + count), lines)


def _sender_words(attribution: str) -> str:
    """`"Name" <address>` of a line that also holds a date and words, in any order."""
    found = BRACKETED.search(attribution)
    if not found:
        return attribution
    before = attribution[:found.start()].rstrip(" ([<")
    quoted = IN_QUOTES.search(before)
    words = quoted.group(1).split() if quoted else re.split(r"[\d,،、，:]", before)[-1].split()
    while not quoted and words and _is_no_name(words[0]):
        words = words[1:]
    return f'"{" ".join(words)}" <{found.group(1)}>'


def _is_no_name(word: str) -> bool:
    """"wrote", the rest of a date, and what stands before a user's name: words that are written small, or that say so."""
    letters = word.strip(".()")
    return len(letters) < 2 or letters.islower() or says_wrote(letters) or letters.lower() in BEFORE_NAMES


def _described(block: Block, lines: list[str]) -> Forwarded:
    values = block.values
    return {"from": next(iter(people_of(values.get("from", ""))), None), "to": people_of(values.get("to", "")),
            "cc": people_of(values.get("cc", "")), "subject": values.get("subject", ""), "date": values.get("date", ""),
            "text": _inner_text(lines[block.end:])}


def _inner_text(lines: list[str]) -> str:
    """The rest of the lines; one level of quote marks is taken away when it was put there by forwarding."""
    seen = [line for line in lines if line.strip()]
    if seen and QUOTE_MARK.match(seen[0]):
        lines = [QUOTE_MARK.sub("", line) for line in lines]
    return "\n".join(lines).strip()


def people_of(value: str) -> list[dict[str, str]]:
    """People in a line written for readers: separators, brackets and `mailto:` as programs write them."""
    value = re.sub(r"[\[<(]\s*mailto:([^\]>)\s]+)\s*[\]>)]", r"<\1>", value).replace("mailto:", "")
    value = re.sub(r"\s<([^<>@]*@[^<>@]*)>\s*<\1>", r" <\1>", value)
    return people_in(value.encode("utf-8", "replace"))
