"""Reading a form: named fields and nothing else, each with its sentence when it cannot be taken."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from helpdesk import passwords
from helpdesk.errors import Invalid

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII)
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Problems(Invalid):
    """Several fields at once: {field: sentence}."""

    def __init__(self, sentences: dict[str, str]) -> None:
        field, sentence = next(iter(sentences.items()))
        super().__init__(sentence, field)
        self.sentences = sentences


def problems_of(refusal: Invalid) -> dict[str, str]:
    """{field: sentence} of any refusal; "" is the form as a whole."""
    return refusal.sentences if isinstance(refusal, Problems) else {refusal.field: refusal.sentence}


class Fields:
    """A form, read field by field. What is wrong is gathered and raised once, by check()."""

    def __init__(self, form: "MultiDict[str, str] | dict[str, Any]") -> None:
        self.form = MultiDict(form)
        self.problems: dict[str, str] = {}

    def check(self) -> None:
        """Problems, if there are any."""
        if self.problems:
            raise Problems(self.problems)

    def refuse(self, name: str, sentence: str) -> None:
        """Notes the first thing wrong with a field."""
        self.problems.setdefault(name, sentence)

    def line(self, name: str, most: int = 120, *, required: bool = False) -> str:
        """One line: blanks run together, no control characters and none that turn the direction of what follows."""
        text = clean(" ".join(self.form.get(name, "").split()))
        if required and not text:
            self.refuse(name, _("This field is needed."))
        if len(text) > most:
            self.refuse(name, ngettext("At most %(num)s character.", "At most %(num)s characters.", most))
        return text

    def block(self, name: str, most: int = 2000) -> str:
        """Several lines."""
        lines = self.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        text = "\n".join(clean(line).rstrip() for line in lines).strip()
        if len(text) > most:
            self.refuse(name, ngettext("At most %(num)s character.", "At most %(num)s characters.", most))
        return text

    def names(self, english: str = "name", arabic: str = "name_ar") -> tuple[str, str]:
        """A name in both languages, one of them needed; the first is never empty."""
        name, name_ar = self.line(english), self.line(arabic)
        if not name and not name_ar:
            self.refuse(english, _("A name is needed, in one language at least."))
        return name or name_ar, name_ar

    def email(self, name: str = "email") -> str:
        """An e-mail address in lower case, its domain in ASCII; the domain is not asked for."""
        text = self.line(name, 254, required=True)
        try:
            found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
            return (found.ascii_email or "").lower()
        except EmailNotValidError:
            self.refuse(name, _("This is no complete e-mail address, such as name@example.com."))
            return ""

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """One of a few words."""
        text = self.form.get(name, "")
        if text not in allowed:
            self.refuse(name, _("Choose one of the list."))
        return text

    def zone(self, name: str = "time_zone") -> str:
        """A time zone by its IANA name."""
        return self.choice(name, zones())

    def yes(self, name: str) -> bool:
        """A check box."""
        return bool(self.form.get(name))

    def ids(self, name: str) -> tuple[int, ...]:
        """The boxes that are checked, as ids; a word that is no number is left out."""
        return tuple(sorted(set(ids_in(self.form.getlist(name)))))

    def host(self, name: str) -> str:
        """A host name or nothing."""
        text = self.line(name, 253).lower()
        if text and not HOST.fullmatch(text):
            self.refuse(name, _("This is no host name, such as smtp.example.com."))
        return text

    def port(self, name: str, default: int) -> int:
        """A port, in whichever digits."""
        text = self.line(name, 10)
        if text and (not text.isdecimal() or not 1 <= int(text) <= 65535):
            self.refuse(name, _("A port is a number from 1 to 65535."))
            return default
        return int(text or default)

    def new_password(self, name: str = "password", email: str = "") -> str:
        """A password that may be chosen; `email` is whose it becomes."""
        text = self.form.get(name, "")
        if len(text) < passwords.LEAST:
            self.refuse(name, ngettext("At least %(num)s character.", "At least %(num)s characters.", passwords.LEAST))
        if len(text) > passwords.MOST:
            self.refuse(name, ngettext("At most %(num)s character.", "At most %(num)s characters.", passwords.MOST))
        if text and (len(set(text.casefold())) < 4 or text.casefold() == email.casefold()):
            self.refuse(name, _("This password is too easy to guess."))
        return text


def id_in(text: str | None) -> int | None:
    """The id that somebody typed or that an address names; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def ids_in(texts: Iterable[str]) -> list[int]:
    """Those of them that are ids, in their order."""
    return [number for text in texts if (number := id_in(text)) is not None]


def clean(line: str) -> str:
    """Without control characters, in one spelling of letters (NFC)."""
    plain = "".join(letter for letter in line if unicodedata.category(letter) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", BIDI_CONTROLS.sub("", plain)).strip()


@cache
def zones() -> tuple[str, ...]:
    """The time zones people choose from, by IANA name; old aliases and fixed offsets are left out."""
    return tuple(sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix", "right"))))
