"""HTML of a mail made safe to show: bounds first, its images named so that none loads by itself, then the house's allow-list."""

import re
from html import escape, unescape

import nh3

from channels.email.html_limits import has_bounds
from channels.email.limits import MAX_HTML_BYTES
from helpdesk.safe_html import ATTRIBUTES, DROPPED_WHOLE, REMOTE, TAGS, clean

IMAGE = re.compile(r"<img ([^<>]*)>")
SOURCE = re.compile(r'(?:^|\s)src="([^"]*)"')
PAGE_DIRECTION = re.compile(r"<(?:body|html)\b[^<>]*?\sdir\s*=\s*[\"']?(rtl|ltr)\b", re.IGNORECASE)


def sanitise(markup: str) -> str | None:
    """Safe HTML of a fragment or a page; None for markup that is too large or too deep, which is then shown as text.

    In the result an image has no `src`: one of the mail's own files has `data-cid`, one on another host `data-remote-src`.
    """
    if not has_bounds(markup):
        return None
    markup = markup.encode("utf-8", "replace").decode()  # half of a surrogate pair is no letter
    if "<img" in markup.lower() or "<image" in markup.lower():
        markup = _with_images_named(markup)
    safe = clean(markup)
    if len(safe) > 2 * MAX_HTML_BYTES:
        return None
    turned = PAGE_DIRECTION.search(markup[:20_000])
    return f'<div dir="{turned.group(1).lower()}">{safe}</div>' if turned else safe


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
