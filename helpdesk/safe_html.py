"""HTML of strangers by an allow-list, kept by nh3: when it comes in and again whenever it is shown (safety S15, S18, S19)."""

import re

import nh3

from helpdesk.safe_style import safe_style

TEXT_TAGS = {
    "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "center", "cite", "code", "dd", "del", "dfn",
    "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
    "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "ul", "var", "wbr",
}
TABLE_TAGS = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
TAGS = TEXT_TAGS | TABLE_TAGS
# Gone with all that is inside; other unknown tags go and leave their text.
DROPPED_WHOLE = {"script", "style", "title", "template", "noscript", "noembed", "noframes", "iframe", "object", "embed", "applet", "svg",
                 "math", "textarea", "select", "option", "xmp", "plaintext", "audio", "video", "canvas", "xml"}
SHAPE = {"align", "valign", "width", "height", "bgcolor"}
CELL = SHAPE | {"colspan", "rowspan", "nowrap"}
ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"}, "font": {"color", "face", "size"}, "ol": {"start", "type", "reversed"}, "ul": {"type"}, "li": {"value", "type"},
    "img": {"alt", "width", "height", "align", "border", "data-cid", "data-remote-src"}, "td": CELL, "th": CELL, "tr": SHAPE,
    "table": SHAPE | {"border", "cellpadding", "cellspacing"}, "col": SHAPE | {"span"}, "colgroup": SHAPE | {"span"}, "p": {"align"},
    "div": {"align"}, "h1": {"align"}, "h2": {"align"}, "h3": {"align"}, "h4": {"align"}, "hr": {"align", "width", "size", "color"},
    "tbody": {"valign"}, "thead": {"valign"}, "tfoot": {"valign"}, "time": {"datetime"}, "blockquote": {"type"},
}
LINK = re.compile(r"(?i)(?:https?://[^\s/?#\\]|mailto:|tel:)[^\x00-\x20\x7f]*")
REMOTE = re.compile(r"(?i)(?:https?:)?//[^\s/?#\\][^\x00-\x20\x7f]*")
LINK_REL = "noopener noreferrer nofollow"


def clean(markup: str) -> str:
    """The markup without anything that runs, loads, covers or hides: no image has a `src`. Its own output comes out as it went in."""
    return nh3.clean(markup, tags=TAGS, clean_content_tags=DROPPED_WHOLE, attributes=ATTRIBUTES, attribute_filter=filtered,
                     strip_comments=True, url_schemes={"http", "https", "mailto", "tel"}, url_relative="deny", link_rel=LINK_REL,
                     set_tag_attribute_values={"a": {"target": "_blank"}})


def filtered(_tag: str, name: str, value: str) -> str | None:
    """The value an attribute may keep, or None."""
    if name == "style":
        return safe_style(value) or None
    if name == "href":
        value = value.strip()
        return value if LINK.fullmatch(value) else None
    if name == "data-remote-src":
        return value if REMOTE.fullmatch(value) and len(value) <= 4096 else None
    if name == "dir":
        return value.lower() if value.lower() in ("ltr", "rtl", "auto") else None
    if name in ("bgcolor", "color"):
        return value if re.fullmatch(r"#?[A-Za-z0-9]{1,24}", value.strip()) else None
    return value[:2000]
