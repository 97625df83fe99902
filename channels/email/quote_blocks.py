"""The header blocks with which mail programs begin what they quote or pass on."""

import re
from dataclasses import dataclass
from functools import lru_cache

from channels.email.quote_words import FORWARD, LABEL_WORDS, MESSAGE_WORD, ORIGINAL, TIME, label_kind, plainly

DASHED = re.compile(r"^(?:[-—_=*]{2,}|\W{3,})\s*([^-—_=]{4,80}?(?:-\w[^-—_=]{0,60})?)\s*[-—_=*]{2,}\s*(.*)$")
ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]++@[\w-]+(?:\.[\w-]+)+|<mailto:")
STRANGER = re.compile(r"[*_]*([^\W\d_][^:：\d@<>()/\"]{0,38}?)[*_]*\s?[:：](?!//)[*_]*\s*(\S.*)$")
DATE_LIKE = re.compile(r"\d.*\b(?:\d{4}|\d{1,2}[:.]\d{2})\b|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
RULE = re.compile(r"^[_—-]{5,}$|^[_*=]{8,}$")
PROCESSED = re.compile(r"\[?original message processed by ", re.IGNORECASE)  # Tobit David, on a line of its own
MAX_BLOCK_LINES = 40
INLINE_LABELS = sorted((re.escape(word[0].upper() + word[1:]) for word in LABEL_WORDS), key=len, reverse=True)
INLINE_LABEL = re.compile(rf"({'|'.join(INLINE_LABELS)}|CC|Cc|DW)\s?[:：]\s")


@dataclass
class Block:
    """Header lines of a quoted mail: their values by kind, and the index of the first line after them."""

    values: dict[str, str]
    end: int


@lru_cache(maxsize=1024)
def unquoted(line: str) -> str:
    """A line without its quote marks, ready for matching."""
    return plainly(line.lstrip(" \t>"))


def marker_kind(line: str) -> tuple[str | None, str]:
    """("forward" | "original" | "perhaps" | None, what follows on the line) for lines such as `---- Forwarded message ----`.

    "perhaps": it speaks of passing something on, and counts only when a block follows.
    """
    plain = unquoted(line)
    if len(plain) > 2000:
        return None, ""
    dashed = DASHED.match(plain)
    words = dashed.group(1) if dashed else (plain[:-1] if plain.endswith((":", "：")) and len(plain) <= 70 else "")
    if PROCESSED.match(plain):
        return "original", ""
    if not words or "@" in words:
        return None, ""
    rest = dashed.group(2) if dashed else ""
    if FORWARD.search(words):
        says_mail = bool(MESSAGE_WORD.search(words))
        return "forward" if says_mail else None if dashed else "perhaps", rest
    if dashed and ORIGINAL.search(words) and (MESSAGE_WORD.search(words) or len(words) < 30):
        return "original", rest
    return None, ""


def block_at(lines: list[str], start: int, announced: bool = False) -> Block | None:
    """The block that begins on this line, if it has enough fields not to be a customer's own words.

    Amid known fields, or when a line before has `announced` the block, fields of languages that nobody wrote down are told by their values.
    """
    values: dict[str, str] = {}
    last = None
    position = start
    while position < min(len(lines), start + MAX_BLOCK_LINES):
        plain = unquoted(lines[position])
        kind, value = label_of(plain)
        if not kind and plain and (announced or "@" in values.get("from", "")):
            kind, value = _stranger(lines, position, plain, values)
        if kind and (kind not in values or kind == "reply_to"):
            values[kind], last = value, kind
        elif kind or not plain or not last or not _goes_on(lines, position, last):
            break
        else:
            values[last] += " " + plain
        position += 1
    if not _is_enough(values):
        return None
    ends_here = position >= len(lines) or not unquoted(lines[position])
    return Block(values, position) if ends_here or announced or len(values) > 2 or "@" in values["from"] else None


def label_of(plain: str) -> tuple[str | None, str]:
    """The kind and the value of one header line, or (None, "")."""
    if ":" not in plain and "：" not in plain:
        return None, ""
    head, colon, value = plain.replace("：", ":", 1).partition(":")
    kind = label_kind(head) if colon else None
    return kind, value.strip(" *_\t") if kind else ""


def _stranger(lines: list[str], position: int, plain: str, values: dict[str, str]) -> tuple[str | None, str]:
    """The same for a word that no table knows: people, a date and a subject look alike in every language."""
    found = STRANGER.match(plain)
    if not found or found.group(1).count(" ") > 3:
        return None, ""
    value = found.group(2).strip(" *_\t")
    missing = [kind for kind in _kinds_like(value) if kind not in values]
    following = unquoted(lines[position + 1]) if position + 1 < len(lines) else ""
    if following and not (label_of(following)[0] or STRANGER.match(following) or ADDRESS.search(following)):
        return None, ""  # words of the mail itself begin here
    if missing:
        return missing[0], value
    return ("reply_to", value) if ADDRESS.search(value) or following else (None, "")


def _kinds_like(value: str) -> tuple[str, ...]:
    if ADDRESS.search(value):
        return ("from", "to", "cc")
    return ("date", "subject") if DATE_LIKE.search(value) else ("subject",)


def _goes_on(lines: list[str], position: int, last: str) -> bool:
    """Is this the rest of a field, folded or on a line of its own? Then another field follows soon."""
    following = [label_of(unquoted(line))[0] for line in lines[position + 1:position + 4]]
    return last in ("to", "cc", "subject", "from") and any(following) and "" not in [line.strip() for line in lines[position:position + 1]]


def _is_enough(values: dict[str, str]) -> bool:
    sender = values.get("from", "")
    kinds = len(set(values) - {"reply_to"})
    if not sender or not ("date" in values or "subject" in values):
        return False
    if "@" in sender or kinds >= 4:
        return True
    # "From: Riyadh, To: Jeddah, Date: 3 May" is an order of the customer's: a mail that was sent has a time of day
    return bool(TIME.search(f"{sender} {values.get('date', '')}"))


def inline_block(text: str) -> dict[str, str]:
    """The fields of a block that stands on one line without breaks, as Yahoo writes it; {} if it is none."""
    if text.count(":") < 3:
        return {}
    marks = list(INLINE_LABEL.finditer(text))
    values: dict[str, str] = {}
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=False):
        kind = label_kind(mark.group(1))
        if kind and kind not in values:
            values[kind] = text[mark.end():end].strip()
    return values if _is_enough(values) else {}
