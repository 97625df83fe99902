"""Who reads: language and zone, looked up once a request, because a page asks for them hundreds of times; and the templates' words."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import get_locale, get_timezone, get_translations
from markupsafe import Markup

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class Reader:
    """`language` is the locale's name ("ar" or "en"), `words` its catalogue."""

    language: str
    locale: Locale
    zone: tzinfo
    words: NullTranslations


def init_app(app: Flask) -> None:
    """Gives the templates their words without Flask-Babel's way to them, which is ten times as long."""
    app.jinja_env.globals.update({"_": word, "gettext": word, "ngettext": counted})


def reader() -> Reader:
    """The reader of this request."""
    found: Reader | None = g.get("reader")
    if found is None:
        locale = get_locale() or Locale("en")
        found = g.reader = Reader(str(locale), locale, get_timezone() or UTC, get_translations())
    return found


def digits(text: object) -> str:
    """Our own words and counts in the reader's digits. Never for references, addresses or what people wrote."""
    return str(text).translate(ARABIC_INDIC) if g.get("digits") == "arab" else str(text)


def word(message: str, **values: Any) -> Markup:
    """A sentence in the reader's language; values that are not markup are escaped."""
    language = reader().language
    return Markup(translated(language, message)) % values if values else plain(language, message)  # noqa: S704  our own words


def text(message: str) -> str:
    """A sentence without values, for Python: what gettext says, by the short way."""
    return translated(reader().language, message)


def counted(one: str, many: str, num: int, **values: Any) -> Markup:
    """The sentence that goes with the number; `num` is among its values."""
    return Markup(reader().words.ungettext(one, many, num)) % {"num": digits(num), **values}  # noqa: S704  our own words


@lru_cache(maxsize=5000)
def translated(_language: str, message: str) -> str:
    """From the catalogue of that language, which is the reader's."""
    return str(reader().words.ugettext(message))


@lru_cache(maxsize=5000)
def plain(language: str, message: str) -> Markup:
    """A sentence without values; like one with values it writes a percent sign as two."""
    return Markup(translated(language, message) % {})  # noqa: S704  our own words
