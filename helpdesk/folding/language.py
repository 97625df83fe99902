"""Language and direction of a text by a script rule; no dictionary of languages, no model."""

import re
import unicodedata

_ADDRESSES = re.compile(r"(?<!\S)(?:[^\s@]{1,80}@|https?://|www\.)\S+")
_ARABIC = re.compile(r"[\u0620-\u063f\u0641-\u064a\u0671-\u06d3\u06d5\u06fa-\u06fc\u0750-\u077f\ufb50-\ufdfb\ufe70-\ufefc]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_URDU = re.compile(r"[ٹڈڑںےہھۓۂۃ]")
_PERSIAN = re.compile(r"[پچژگکی]")
_ARABIC_ONLY = re.compile(r"[ةىكيأإ]")
_PERSIAN_WORDS = re.compile(r"(?<!\w)(?:است|را|که|این|می|برای|هست|شما|من|چرا|سپاس|ممنون)(?!\w)")
_URDU_WORDS = re.compile(r"(?<!\w)(?:ہے|ہیں|کے|میں|کی|کا|نہیں|ہوں|نے|اور)(?!\w)")
_MAX = 20_000
_SUBJECT_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|fwd?|fw|tr|رد|ردّ|الرد|إعادة توجيه|اعادة توجيه|تحويل|إعادة إرسال|محول|پاسخ|جواب)\s*(?:\[\d+\])?\s*[:：]|"
    r"\[[^\]\n]{0,40}\d[^\]\n]{0,40}\]|\(?#\d+\)?|(?:ticket|تذكرة)\s*(?:رقم\s*)?#?\d+\s*[:：-]?)\s*",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u0640]")


def language_of(text: str) -> str:
    """ "ar", "fa", "ur" or "en" (any Latin text), "und" when there is no such letter.

    Addresses do not count. Arabic script wins from a third of the letters on, since Arabic writers mix in brand names."""
    text = _ADDRESSES.sub(" ", text[:_MAX])
    if text.isascii():
        return "en" if _LATIN.search(text) else "und"
    arabic, latin = len(_ARABIC.findall(text)), len(_LATIN.findall(text))
    if arabic == latin == 0:
        return "und"
    if arabic * 2 < latin:
        return "en"
    return _language_in_arabic_script(text, arabic)


def _language_in_arabic_script(text: str, letters: int) -> str:
    urdu, persian, only = len(_URDU.findall(text)), len(_PERSIAN.findall(text)), len(_ARABIC_ONLY.findall(text))
    if urdu * 40 >= letters and (urdu > only or _URDU_WORDS.search(text)):
        return "ur"
    words = len(_PERSIAN_WORDS.findall(text))
    if (persian * 40 >= letters and persian > only) or (words >= 2 and persian >= 1):
        return "fa"
    return "ar"


def direction_of(text: str, default: str = "ltr") -> str:
    """ "rtl" or "ltr" by the first strong character (as UAX 9 rule P2), after Re:, رد:, [#10421] and the like are taken off; `default`
    where there is none."""
    text = _INVISIBLE.sub("", text[:_MAX])
    while True:
        match = _SUBJECT_PREFIX.match(text)
        if match is None or not text[match.end() :].strip():
            break
        text = text[match.end() :]
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return default
