"""Language, time zone and digits as the reader chose them."""

from flask import g, has_request_context, request
from flask import session as cookie
from flask_babel import gettext, ngettext

LANGUAGES = ("ar", "en")


def choose_language() -> str:
    """The agent's choice, else the visitor's (POST /language), else the browser's, else Arabic."""
    if not has_request_context():
        return "ar"
    signed = g.get("signed")
    if signed is not None:
        return str(signed.agent.language)
    if cookie.get("language") in LANGUAGES:
        return str(cookie["language"])
    return request.accept_languages.best_match(LANGUAGES) or "ar"


def choose_time_zone() -> str:
    """The agent's, else Riyadh's."""
    signed = g.get("signed") if has_request_context() else None
    return str(signed.agent.time_zone) if signed is not None else "Asia/Riyadh"


def digits_of_reader() -> str:
    """ "latn" or "arab"; Arabic digits only on Arabic pages."""
    signed = g.get("signed") if has_request_context() else None
    return str(signed.agent.digits) if signed is not None and signed.agent.language == "ar" else "latn"


def size(count: int) -> str:
    """Bytes in words."""
    if count < 1024:
        return ngettext("%(num)s byte", "%(num)s bytes", count)
    if count < 1024 * 1024:
        return gettext("%(count)s kB", count=round(count / 1024))
    return gettext("%(count)s MB", count=round(count / 1024 / 1024, 1))
