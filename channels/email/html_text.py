"""The text that a reader of HTML sees. The markup is made well-formed by nh3 first, so this pass is linear."""

import re
from html import unescape

import nh3

from channels.email.html_limits import has_bounds, without_tags

BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "article", "section",
          "header", "footer", "center", "dl", "dt", "dd", "address", "fieldset", "form", "caption", "figure", "aside", "main", "nav"}
PARAGRAPHS = {"p", "blockquote", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dl"}
TAGS = BLOCKS | {"br", "a", "b", "i", "em", "strong", "span", "font", "td", "th", "tbody", "thead", "tfoot", "u", "s", "sub", "sup", "code",
                 "small", "big", "img", "tt", "bdi", "bdo", "del", "ins", "label", "q", "cite", "abbr"}
DROPPED = {"script", "style", "title", "noscript", "template", "textarea", "select", "object", "svg",
           "math", "xml"}
VOID = {"br", "img", "hr"}
CELLS = {"td", "th"}
TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)( style="none")?>')
SPACES = re.compile(r"[ \t\r\n\f]+")
BLANKS = re.compile(r"[ \t]{2,}")
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


def text_of_html(markup: str) -> str:
    """Lines as they would be seen: blocks on their own lines, quotes behind "> ", links by their words."""
    if not has_bounds(markup):
        return without_tags(markup)
    clean = nh3.clean(markup.encode("utf-8", "replace").decode(), tags=TAGS, clean_content_tags=DROPPED, attributes={"*": {"style"}},
                      attribute_filter=_only_hidden, link_rel=None, strip_comments=True)
    reader = _Reader()
    pieces = TOKEN.split(clean)
    reader.words(pieces[0])
    for closing, tag, hidden, words in zip(pieces[1::4], pieces[2::4], pieces[3::4], pieces[4::4], strict=True):
        reader.end(tag) if closing else reader.start(tag, bool(hidden))
        reader.words(words)
    return reader.text()


def _only_hidden(_tag: str, _name: str, style: str) -> str | None:
    """Of all styles only that something is not shown is of interest; so a tag in the clean form is one of a few words."""
    return "none" if HIDDEN.search(style) else None


class _Reader:
    """Collects lines; white space is collapsed outside `pre`. The markup is balanced: every start has its end."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.current: list[str] = []
        self.quoted = 0
        self.preformatted = 0
        self.hidden: list[str] = []

    def start(self, tag: str, hidden: bool) -> None:
        if self.hidden or hidden:
            if tag not in VOID:
                self.hidden.append(tag)
        elif tag == "br":
            self.end_line(force=True)
        elif tag in CELLS:
            self.current.append(" ")
        elif tag in BLOCKS:
            self.end_line()
            self.space(tag)
            self.quoted += tag == "blockquote"
            self.preformatted += tag == "pre"

    def end(self, tag: str) -> None:
        if self.hidden:
            self.hidden.pop()
        elif tag in BLOCKS:
            self.end_line()
            self.quoted -= tag == "blockquote"
            self.preformatted -= tag == "pre"
            self.space(tag)

    def words(self, data: str) -> None:
        if self.hidden or not data:
            return
        data = unescape(data)
        if not self.preformatted:
            self.current.append(SPACES.sub(" ", data))
            return
        first, *rest = data.split("\n")
        self.current.append(first)
        for line in rest:
            self.end_line(force=True)
            self.current.append(line)

    def end_line(self, force: bool = False) -> None:
        if not self.current and not force:
            return
        line = "".join(self.current)
        line = line.rstrip() if self.preformatted else BLANKS.sub(" ", line).strip(" \t")
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
