"""Tokens for search: what a text is indexed under and what a query asks for, the same on both databases.

Every token is of [a-z0-9] or of Arabic letters only, so FTS5's unicode61 and PostgreSQL's simple cut nothing further."""

import re
from collections.abc import Iterator
from functools import lru_cache

from helpdesk.folding.fold import fold
from helpdesk.folding.stem import arabic_forms, english_stem

MAX_TEXT = 400_000
MAX_TOKENS = 6_000
MAX_QUERY_TOKENS = 16
MAX_LENGTH = 40
MAX_WORD = 200
"""Longer runs are cut before they are looked at and remembered: nobody fills the memory with words of a megabyte."""
_PARTICLES = frozenset(("ال", "و", "ب", "ل", "ك", "ف", "لل", "بال", "وال", "ولل", "س"))
_LATIN = r"[a-z0-9]+(?:[-_.'][a-z0-9]+)*"
_WORD = re.compile(
    # Most words first, as they can be nothing else: letters behind which nothing goes on that a longer form could take.
    r"(?P<letters>[a-z]++(?![a-z0-9@._%+'-]))"
    r"|(?P<arabic>[ء-ي\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff\u0750-\u077f]+)"
    r"|(?P<email>[a-z0-9][a-z0-9._%+'-]{0,63}@[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
    r"|(?P<phone>(?<![a-z0-9])(?:(?:\+|00)[1-9]|(?:0|966)?5(?=[0-9 ()-]{8}))(?:[ ().-]{0,2}[0-9]){6,14}(?![0-9]))"
    r"|(?P<sum>(?<![a-z0-9])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|(?<![a-z0-9.])[0-9]+\.[0-9]{1,2}(?![a-z0-9.-]))"
    rf"|(?P<latin>{_LATIN})"
    r"|(?P<single>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<other>[^\W_a-z0-9\u0620-\u077f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)"
)
_PIECE = re.compile(r"[a-z]+|[0-9]+")


def index_tokens(text: str) -> list[str]:
    """Every token of a text, each once, in the order of the text; at most MAX_TOKENS of at most MAX_LENGTH characters."""
    found: dict[str, None] = {}
    before = ""
    for kind, word in _words(text):
        for form in _index_forms(kind, word):
            found[form] = None
        if before and kind == "latin" and word.isdigit() and len(word) >= 2:
            found[before + word[: MAX_LENGTH - 3]] = None  # "RX 200" is also found as RX200
        before = word if kind == "latin" and len(word) <= 3 and word.isalpha() else ""
        if len(found) >= MAX_TOKENS:
            break
    return list(found)[:MAX_TOKENS]


def query_tokens(text: str) -> list[str]:
    """What a query asks for: a text matches when index_tokens() of it holds every one of these."""
    found: dict[str, None] = {}
    for kind, word in _words(text[:1_000]):
        found.update(dict.fromkeys(_query_forms(kind, word)))
    asked = list(found)
    longer = [token for token in asked if len(token) > 1 or token.isascii()]  # a lone و asks for nothing
    return (longer or asked)[:MAX_QUERY_TOKENS]


tokens = index_tokens


def _words(text: str) -> Iterator[tuple[str, str]]:
    folded = fold(text[:MAX_TEXT])
    for match in _WORD.finditer(folded):
        kind, word = match.lastgroup or "", match.group()
        if kind == "arabic" and word in _PARTICLES and folded[match.end() : match.end() + 1].isascii() and _glued(folded, match.end()):
            continue  # الـRX-200, بـ200
        yield "latin" if kind == "letters" else kind, word[:MAX_WORD]


def _glued(folded: str, end: int) -> bool:
    following = folded[end : end + 1]
    return bool(following) and (following.isalnum() or following in "-_")


@lru_cache(maxsize=65536)
def _index_forms(kind: str, word: str) -> tuple[str, ...]:
    if kind == "arabic":
        return tuple(form[:MAX_LENGTH] for form in arabic_forms(word[:MAX_LENGTH]))
    if kind == "latin":
        return _compound_forms(word)
    if kind == "email":
        local, _, domain = word.partition("@")
        return _clipped(_joined(word), *_compound_forms(local), *_compound_forms(domain))
    if kind == "phone":
        return _clipped(*_phone_forms(word), *_PIECE.findall(word))
    if kind == "sum":
        return _clipped(_whole_sum(word), word.replace(",", "").partition(".")[0], *_PIECE.findall(word))
    return _clipped(_encoded(word))


@lru_cache(maxsize=4096)
def _query_forms(kind: str, word: str) -> tuple[str, ...]:
    if kind == "arabic":
        return (arabic_forms(word[:MAX_LENGTH])[0],)
    if kind == "email":
        return _clipped(_joined(word))
    if kind == "phone":
        return _clipped(_phone_forms(word)[0])
    if kind == "sum":
        return _clipped(_whole_sum(word))
    if kind == "latin":
        return _compound_query(word)
    return _clipped(_encoded(word))


def _compound_query(word: str) -> tuple[str, ...]:
    parts = re.split(r"[-_.']", word)
    if len(parts) == 1:
        return _clipped(english_stem(word) if word.isalpha() else word)  # what holds a digit has no plural
    if any(character.isdigit() for character in word) or len(parts[0]) == 1:  # serial, order number, e-mail
        return _clipped(_joined(word)) if len(_PIECE.findall(word)) <= 4 else _clipped(*_PIECE.findall(word))
    return _clipped(*(english_stem(part) for part in _without_possessive(parts)))


def _compound_forms(word: str) -> tuple[str, ...]:
    """A word with its pieces: RX-200-B is found as rx200b, rx200, 200b, rx, 200, b."""
    if word.isalpha():
        return _clipped(english_stem(word))
    pieces = _PIECE.findall(word)
    if len(pieces) == 1:
        return _clipped(*pieces)
    if not any(character.isdigit() for character in word):
        parts = [english_stem(part) for part in _without_possessive(re.split(r"[-_.']", word))]
        return _clipped(*parts, _joined(word))
    if len(pieces) > 4:
        return _clipped(_joined(word), *pieces, *map(_joined, re.split(r"[-_.']", word)))
    runs = ("".join(pieces[first:last]) for first in range(len(pieces)) for last in range(first + 1, len(pieces) + 1))
    return _clipped(*runs)


def _without_possessive(parts: list[str]) -> list[str]:
    return parts[:-1] if len(parts) > 1 and parts[-1] == "s" else parts


def _phone_forms(word: str) -> tuple[str, ...]:
    """International digits first (of a Saudi mobile: 9665…), then the way it is dialled at home, then the last four."""
    digits = _joined(word).removeprefix("00")
    mobile = re.fullmatch(r"(?:966)?0?(5[0-9]{8})", digits)
    if mobile:
        return "966" + mobile[1], "0" + mobile[1], mobile[1][-4:]
    return digits, digits[-4:]


def _whole_sum(word: str) -> str:
    whole, _, fraction = word.replace(",", "").partition(".")
    return whole + fraction.rstrip("0")


def _joined(word: str) -> str:
    return "".join(_PIECE.findall(word))


def _encoded(word: str) -> str:
    """A word of another script as [a-z0-9], because databases disagree about such letters."""
    return "u" + "".join(f"{ord(letter):x}" for letter in word)


def _clipped(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form[:MAX_LENGTH] for form in forms if form))
