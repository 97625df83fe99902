"""The text that a reader of HTML sees. The markup is made well-formed by nh3 first, so this pass is linear."""

import re
from html.parser import HTMLParser

import nh3

from channels.email.html_limits import has_bounds, without_tags

BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "article", "section",
          "header", "footer", "center", "dl", "dt", "dd", "address", "fieldset", "form", "caption", "figure", "aside", "main", "nav"}
PARAGRAPHS = {"p", "blockquote", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dl"}
QUOTES = {"blockquote"}
TAGS = BLOCKS | {"br", "a", "b", "i", "em", "strong", "span", "font", "td", "th", "tbody", "thead", "tfoot", "u", "s", "sub", "sup", "code",
                 "small", "big", "img", "tt", "bdi", "bdo", "del", "ins", "label", "q", "cite", "abbr"}
DROPPED = {"script", "style", "title", "head", "noscript", "template", "textarea", "select", "object", "svg", "math", "xml"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


def text_of_html(markup: str) -> str:
    """Lines as they would be seen: blocks on their own lines, quotes behind "> ", links by their words."""
    if not has_bounds(markup):
        return without_tags(markup)
    clean = nh3.clean(markup, tags=TAGS, clean_content_tags=DROPPED - {"head", "title"} | {"title"}, attributes={"*": {"style"}},
                      link_rel=None, strip_comments=True)
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects lines; white space is collapsed outside `pre`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.current: list[str] = []
        self.quoted = 0
        self.preformatted = 0
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.hidden or (tag not in ("br", "img", "hr") and HIDDEN.search(dict(attrs).get("style") or "")):
            if tag not in ("br", "img", "hr"):
                self.hidden.append(tag)
            return
        if tag == "br":
            self.end_line(force=True)
        elif tag in ("td", "th"):
            self.current.append(" ")
        elif tag in BLOCKS:
            self.end_line()
            self.space(tag)
        self.quoted += tag in QUOTES
        self.preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.hidden.pop()
            return
        if tag in BLOCKS:
            self.end_line()
        self.quoted -= tag in QUOTES
        self.preformatted -= tag == "pre"
        if tag in BLOCKS:
            self.space(tag)

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if not self.preformatted:
            self.current.append(re.sub(r"[ \t\r\n\f]+", " ", data))
            return
        first, *rest = data.split("\n")
        self.current.append(first)
        for line in rest:
            self.end_line(force=True)
            self.current.append(line)

    def end_line(self, force: bool = False) -> None:
        line = "".join(self.current)
        line = line.rstrip() if self.preformatted else re.sub(r"[ \t]+", " ", line).strip(" \t")
        self.current = []
        if line or force:
            self.lines.append("> " * self.quoted + line)

    def space(self, tag: str) -> None:
        if tag in PARAGRAPHS and self.lines and self.lines[-1].strip("> "):
            self.lines.append(">" * self.quoted if self.quoted else "")

    def text(self) -> str:
        self.end_line()
        text = "\n".join(line.rstrip() for line in self.lines).replace("\u00a0", " ")
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
