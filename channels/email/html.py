"""HTML of a mail made safe to show: an allow-list by nh3, and nothing in it that loads by itself (safety S15, S18, S19)."""

import re
from html import escape, unescape

import nh3

from channels.email.html_limits import has_bounds
from channels.email.html_style import safe_style
from channels.email.limits import MAX_HTML_BYTES

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
IMAGE = re.compile(r"<img ([^<>]*)>")
SOURCE = re.compile(r'(?:^|\s)src="([^"]*)"')
PAGE_DIRECTION = re.compile(r"<(?:body|html)\b[^<>]*?\sdir\s*=\s*[\"']?(rtl|ltr)\b", re.IGNORECASE)
LINK_REL = "noopener noreferrer nofollow"


def sanitise(markup: str) -> str | None:
    """Safe HTML of a fragment or a page; None for markup that is too large or too deep, which is then shown as text.

    In the result an image has no `src`: one of the mail's own files has `data-cid`, one on another host `data-remote-src`.
    """
    if not has_bounds(markup):
        return None
    markup = markup.encode("utf-8", "replace").decode()  # half of a surrogate pair is no letter
    if "<img" in markup.lower() or "<image" in markup.lower():
        markup = _with_images_named(markup)
    clean = nh3.clean(markup, tags=TAGS, clean_content_tags=DROPPED_WHOLE, attributes=ATTRIBUTES, attribute_filter=_filtered,
                      strip_comments=True, url_schemes={"http", "https", "mailto", "tel"}, url_relative="deny", link_rel=LINK_REL,
                      set_tag_attribute_values={"a": {"target": "_blank"}})
    if len(clean) > 2 * MAX_HTML_BYTES:
        return None
    turned = PAGE_DIRECTION.search(markup[:20_000])
    return f'<div dir="{turned.group(1).lower()}">{clean}</div>' if turned else clean


def _with_images_named(markup: str) -> str:
    """Move what an image would load into its data attributes. What this pass overlooks, the last one drops: it knows no `src`."""
    attributes = {"*": {"dir", "lang", "title", "style"}, **{tag: set(names) for tag, names in ATTRIBUTES.items() if tag != "*"}}
    attributes["img"] = {"src", "alt", "width", "height", "align", "border", "title", "style"}
    normal = nh3.clean(markup, tags=TAGS, clean_content_tags=DROPPED_WHOLE, attributes=attributes, link_rel=None, strip_comments=True,
                       url_schemes={"http", "https", "mailto", "tel", "cid"}, attribute_filter=_escaped_angles)
    return IMAGE.sub(_renamed_source, normal)


def _escaped_angles(_tag: str, _name: str, value: str) -> str | None:
    """Angle brackets leave attribute values, so that a tag in the normal form ends at its first one."""
    return value.replace("<", "").replace(">", "")


def _renamed_source(image: re.Match[str]) -> str:
    attributes = image.group(1)
    found = SOURCE.search(attributes)
    if not found:
        return image.group()
    source = unescape(found.group(1)).strip()
    renamed = ""
    if source[:4].lower() == "cid:":
        renamed = f' data-cid="{escape(source[4:].strip("<> "))}"'
    elif REMOTE.fullmatch(source):
        renamed = f' data-remote-src="{escape("https:" + source if source.startswith("//") else source)}"'
    return f"<img {attributes[:found.start()]}{attributes[found.end():]}{renamed}>"


def _filtered(_tag: str, name: str, value: str) -> str | None:
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
