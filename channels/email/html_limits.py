"""Bounds on the size and nesting of HTML, taken before any parser of it runs."""

import re
from functools import lru_cache
from html import unescape

from channels.email.limits import MAX_HTML_BYTES, MAX_HTML_DEPTH

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# nh3 takes time with the square of bare ampersands: 200,000 of them a second, two million a minute and a half.
MAX_REFERENCES = 200_000
VOID = {"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "embed", "source", "track", "wbr", "param"}
CLOSES_ITSELF = {"p", "li", "td", "th", "tr", "dt", "dd", "option"}
BLOCK_END = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote)\b[^>]*>")


@lru_cache(maxsize=8)
def has_bounds(markup: str) -> bool:
    """Is the markup small and flat enough for a tree to be built of it?"""
    if len(markup) <= MAX_HTML_BYTES and markup.count("<") <= MAX_HTML_DEPTH:
        return markup.count("&") <= MAX_REFERENCES
    return len(markup) <= MAX_HTML_BYTES and markup.count("&") <= MAX_REFERENCES and _depth(markup) <= MAX_HTML_DEPTH


def _depth(markup: str) -> int:
    """The deepest nesting by a count of tags; tags that may stay open are not counted, nor ends of what was not opened."""
    depth = deepest = 0
    opened: dict[str, int] = {}
    for closing, name in TAG.findall(markup):
        name = name.lower()
        if name in VOID or name in CLOSES_ITSELF or (closing and not opened.get(name)):
            continue
        step = -1 if closing else 1
        opened[name] = opened.get(name, 0) + step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def without_tags(markup: str) -> str:
    """Text of markup that is too much to be parsed: tags cut out by a linear pass."""
    markup = re.sub(r"(?is)<(script|style|title)\b[^<]*(?:<(?!/\1)[^<]*)*(?:</\1[^>]*>|$)", " ", markup)
    text = unescape(re.sub(r"<[^<>]*>", "", BLOCK_END.sub("\n", markup)))
    return re.sub(r"\n\s*\n+", "\n\n", re.sub(r"[ \t\r\f]+", " ", text)).strip()
