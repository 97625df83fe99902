"""No HTML of a mail runs, loads, covers or leaves (safety S15, S18, S19)."""

import re
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.html import sanitise
from channels.email.html_text import text_of_html
from helpdesk import safe_html as sanitiser
from helpdesk.safe_style import safe_style

CODE = "alert(1)"
HANDLERS = [
    "onerror", "onload", "onclick", "onmouseover", "onfocus", "onanimationstart", "ontoggle", "onbegin", "onpointerenter", "ONERROR",
    "on\terror",
]
TAGS = [
    "img", "svg", "body", "input", "details", "video", "audio", "iframe", "marquee", "a", "p", "table", "math", "object", "embed", "form",
    "button", "x-y", "style", "meta", "link", "base", "isindex", "keygen", "frameset", "select", "textarea", "noscript", "template",
    "applet", "bgsound",
]
SCHEMES = [
    "javascript:", "JaVaScRiPt:", " javascript:", "java\tscript:", "java\nscript:", "&#106;avascript:", "&#x6A;avascript:",
    "javascript&colon;", "vbscript:", "data:text/html,", "data:text/html;base64,", "file:///etc/", "\x01javascript:", "feed:javascript:",
    "view-source:", "blob:", "jar:", "ws://", "ftp://", "\u00a0javascript:", "https:javascript:", "//evil.example.org/",
    "/\\evil.example.org", "\\\\evil.example.org\\", "?", "/logout", "#", "",
]
LINKS = [
    "a href", "img src", "img srcset", "img lowsrc", "img dynsrc", "iframe src", "form action", "button formaction", "input src",
    "object data", "embed src", "video src", "video poster", "audio src", "source src", "source srcset", "track src", "link href",
    "base href", "body background", "table background", "td background", "area href", "svg href", "use href", "use xlink:href",
    "image xlink:href", "script src", "blockquote cite", "q cite", "a ping", "html manifest", "meta content", "frame src",
    "isindex action", "picture src", "img longdesc", "img usemap", "ins cite", "a xlink:href", "math href",
]
STYLES = [
    "position:fixed;top:0", "background:url(https://evil.example.org/x)", "background-image:url('//evil.example.org')",
    "width:expression(alert(1))", "behavior:url(x.htc)", "-moz-binding:url(x)", "@import 'x'", "color:red;}body{display:none",
    "background:u\\72l(x)", "list-style-image:url(x)", "content:url(x)", "cursor:url(x)", "filter:url(x)", "mask:url(x)",
    "background:image-set('x' 1x)", "background:var(--x)", "--x:url(y)", "background:/**/url(x)", "position:absolute",
    "transform:scale(99)", "z-index:99999", "margin-top:-9999px", "opacity:0", "clip-path:url(#x)", "animation:x 1s",
    "font:caption url(x)", "float:left;position:sticky", "width:99999px", "src:url(x)", "background:element(#x)",
    "background:cross-fade(url(x),url(y))", "color:env(x)", "text-indent:-5000px", "background:URL(x)",
]
MUTATIONS = [
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg><style>&lt;img src=x onerror=alert(1)&gt;</style></svg>", "<textarea><script>alert(1)</script></textarea>",
    "<title><img src=x onerror=alert(1)></title>", "<xmp><img src=x onerror=alert(1)></xmp>", "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->", "<!--!><img src=x onerror=alert(1)>", "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version=1?><img src=x onerror=alert(1)>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script/x>alert(1)</script>",
    "<img src=\"x` `<script>alert(1)</script>\"` `>", "<img alt=\"<img src=x onerror=alert(1)>\" src=cid:a>",
    "<img alt=\"><script>alert(1)</script>\" src=cid:a>", "<img src='cid:a\" onerror=alert(1) x=\"'>",
    "<img src=\"https://e.example.org/\" onerror=\"alert(1)\">", "<img/src=x/onerror=alert(1)>", "<image src=x onerror=alert(1)>",
    "<a href=\"https://e.example.org\" style=\"x:y\" onclick=alert(1)>x</a>",
    "<a href='https://e.example.org/\" onclick=alert(1) x=\"'>x</a>", "\0<script>alert(1)</script>", "<svg/onload=alert(1)//",
    "<img src=x onerror=alert(1)//", "<<script>alert(1)//<</script>", "<a/href=javascript:alert(1)>x",
    "<table><td background=javascript:alert(1)>", "<div style=\"x\" style=\"position:fixed\">x</div>",
    "<b style='color:red' style=position:fixed>", "<meta http-equiv=refresh content='0;url=//evil.example.org'>",
    "<style>@import '//evil.example.org'</style>", "<link rel=stylesheet href=//evil.example.org>",
    "<link rel=dns-prefetch href=//evil.example.org>",
]
PAYLOADS = (
    [f"<{tag} {handler}={CODE} src=x>y</{tag}>" for tag, handler in product(TAGS, HANDLERS)]
    + [f'<{link}="{scheme}{CODE}">y' for link, scheme in product(LINKS, SCHEMES)]
    + [f'<{tag} style="{style}">y</{tag}>' for tag, style in product(("div", "td", "a", "img"), STYLES)]
    + MUTATIONS
)


class Judge(HTMLParser):
    """Reads the result as a browser would and names what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in sanitiser.TAGS:
            self.faults.append(tag)
        allowed = sanitiser.ATTRIBUTES["*"] | sanitiser.ATTRIBUTES.get(tag, set()) | ({"rel", "target"} if tag == "a" else set())
        self.faults += [f"{tag} {name}" for name, value in attrs if name not in allowed or not self.harmless(name, value or "")]

    @staticmethod
    def harmless(name: str, value: str) -> bool:
        if name == "href":
            return re.match(r"(https?://|mailto:|tel:)", value) is not None
        if name == "style":
            return re.search(r"url|expression|position|\\|var\(|@|/\*|[{}<>]", value, re.IGNORECASE) is None
        return True


def faults(markup: str) -> list[str]:
    judge = Judge()
    judge.feed(markup)
    judge.close()
    return judge.faults


@pytest.mark.parametrize("payloads", [PAYLOADS[start:start + 100] for start in range(0, len(PAYLOADS), 100)], ids=lambda some: some[0][:30])
def test_nothing_hostile_survives(payloads: list[str]) -> None:
    assert {payload: found for payload in payloads if (found := faults(sanitise(payload) or ""))} == {}


def test_the_judge_sees_what_is_hostile() -> None:
    hostile = [payload for payload in PAYLOADS if faults(payload)]
    assert len(hostile) >= 0.9 * len(PAYLOADS)
    assert len(PAYLOADS) > 1_500


@given(st.lists(st.sampled_from([
    *MUTATIONS, *PAYLOADS[:200], "<p>", "</div>", "'", '"', "<", ">", "&lt;", "<!--", "-->", "<svg>", "</svg>", "<style>", "</style>",
]), max_size=6))
@settings(max_examples=300, deadline=None)
def test_nor_do_mixtures(pieces: list[str]) -> None:
    assert faults(sanitise("".join(pieces)) or "") == []


@given(st.lists(st.sampled_from([*(one for one in MUTATIONS if "<img" not in one), "<p>", "</p>", "<b>", "x"]), max_size=4))
@settings(max_examples=100, deadline=None)
def test_twice_is_as_once(pieces: list[str]) -> None:
    once = sanitise("".join(pieces)) or ""
    assert ordered(sanitise(once) or "") == ordered(once)


def ordered(markup: str) -> str:
    """nh3 writes the two attributes that it adds in no certain order."""
    return markup.replace('rel="noopener noreferrer nofollow" target="_blank"', 'target="_blank" rel="noopener noreferrer nofollow"')


@pytest.mark.parametrize(("markup", "expected"), [
    ('<a href="https://example.com/?a=1&b=2">x</a>',
    '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>'),
    ('<a href="mailto:adam@example.com">x</a>',
    '<a href="mailto:adam@example.com" target="_blank" rel="noopener noreferrer nofollow">x</a>'),
    ('<img src="CID:a@b" alt="x">', '<img alt="x" data-cid="a@b">'),
    ('<img src="//example.com/a.png">', '<img data-remote-src="https://example.com/a.png">'),
    ('<img data-cid="x" data-remote-src="javascript:1" src="y">', "<img>"),
    ('<p style="color: red; position: fixed; text-align: right">x</p>', '<p style="color:red;text-align:right">x</p>'),
    ('<p dir="RTL" lang="ar">x</p>', '<p dir="rtl" lang="ar">x</p>'),
    ('<body dir="rtl"><p>x</p></body>', '<div dir="rtl"><p>x</p></div>'),
    ("<p style=\"font-family:'Segoe UI',Arial;margin:0 0 1em\">x</p>", "<p style=\"font-family:'Segoe UI',Arial;margin:0 0 1em\">x</p>"),
    ("<script>x</script><p>y", "<p>y</p>"),
])
def test_what_stays(markup: str, expected: str) -> None:
    assert ordered(sanitise(markup) or "") == expected


@pytest.mark.parametrize("style", STYLES)
def test_styles(style: str) -> None:
    assert not re.search(r"url|expression|position|var\(|\\|/\*|z-index|-9|99999", safe_style(style), re.IGNORECASE)


@pytest.mark.parametrize("markup", [
    "<div>" * 5_000, "<b><i>" * 2_000, "<font size=1></x>" * 400, "x" * (2 * 1024 * 1024 + 1), "&" * 300_000, "<table><tr><td>" * 300,
])
def test_too_deep_or_too_large_is_shown_as_text(markup: str) -> None:
    assert sanitise(markup) is None
    assert isinstance(text_of_html(markup), str)


@pytest.mark.parametrize(("markup", "expected"), [
    ("<p>a</p><p>b</p>", "a\n\nb"), ("a<br>b", "a\nb"), ("<div>a</div><div>b</div>", "a\nb"), ("a&nbsp;&amp;&lt;", "a &<"),
    ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n>\n> > b\n>\nc"), ("<pre>a\n  b</pre>", "a\n  b"),
    ("<td>a</td><td>b</td>", "ab"), ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"), ("<p style='display:none'>a</p>b", "b"),
    ("<style>a</style><script>b</script>c", "c"), ("<ul><li>a</li><li>b</li></ul>", "a\nb"), ("a\n b", "a b"),
    ("<head><title>t</title></head>b", "b"),
])
def test_text_of_html(markup: str, expected: str) -> None:
    assert text_of_html(markup) == expected
