"""The HTML form of a plain text: a paragraph each with its own direction, in the few words that all mail programs know."""

import re
from html import escape

from helpdesk.folding import direction_of

URL = re.compile(r"https?://[^\s<>\"'()\u0600-\u06ff]+[^\s<>\"'().,;:!?\u0600-\u06ff]")
PAGE = ('<!DOCTYPE html>\r\n<html lang="{language}" dir="{direction}">\r\n<head>\r\n'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n'
        '</head>\r\n<body dir="{direction}" style="font-family:Tahoma,Arial,sans-serif;font-size:15px;line-height:1.6">\r\n'
        '{body}\r\n</body>\r\n</html>\r\n')
# As Outlook itself writes it: the attribute alone leaves the text on the left there.
STYLES = {"rtl": "direction:rtl;text-align:right;unicode-bidi:embed;margin:0 0 1em 0",
          "ltr": "direction:ltr;text-align:left;margin:0 0 1em 0"}


def page_of_text(text: str, language: str, beneath: list[str] | None = None) -> str:
    """A whole page of the text, over safe markup that stands `beneath` it."""
    direction = direction_of(text)
    return page_of_html("\r\n".join([_paragraphs(text, direction), *(beneath or [])]), language, direction)


def _paragraphs(text: str, direction: str) -> str:
    """They are parted by empty lines."""
    pieces = [piece for piece in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n")) if piece.strip()]
    return "\r\n".join(_paragraph(piece, direction) for piece in pieces)


def picture(content_id: str, name: str) -> str:
    """A picture that the mail carries (RFC 2392)."""
    return f'<p><img src="cid:{escape(content_id)}" alt="{escape(name)}" style="max-width:100%;height:auto"></p>'


def blockquote(line: str, text: str, language: str) -> str:
    """What was said before, in its own direction, under a line in the language of the mail."""
    outer, inner = "rtl" if language == "ar" else "ltr", direction_of(text)
    side = "right" if inner == "rtl" else "left"
    style = f"margin:0 0 1em 0;padding-{side}:10px;border-{side}:2px solid #ccc"
    return f'{_paragraph(line, outer)}\r\n<blockquote dir="{inner}" style="{style}">\r\n{_paragraphs(text, inner)}\r\n</blockquote>'


def quoted(line: str, text: str) -> str:
    """The same as plain text."""
    return "\n".join([line, *(f"> {one}".rstrip() for one in text.strip("\n").split("\n"))])


def page_of_html(body: str, language: str, direction: str) -> str:
    """A whole page round safe markup."""
    return PAGE.format(language=language, direction=direction, body=body)


def _paragraph(text: str, default: str) -> str:
    direction = direction_of(text, default)
    lines = "<br>\r\n".join(_with_links(line) for line in text.split("\n"))
    return f'<p dir="{direction}" style="{STYLES[direction]}">{lines}</p>'


def _with_links(line: str) -> str:
    pieces, end = [], 0
    for found in URL.finditer(line):
        link = escape(found.group())
        pieces += [escape(line[end:found.start()]), f'<a href="{link}" dir="ltr">{link}</a>']
        end = found.end()
    return "".join([*pieces, escape(line[end:])])
