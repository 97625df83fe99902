"""fold(): one spelling for the many ways in which the same word is typed."""

import unicodedata

_MARKS = (
    (0x0300, 0x036F),  # combining marks on Latin, Greek, Cyrillic letters
    (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4),  # tashkeel, Quranic marks
    (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x08CA, 0x08FF),
    (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
_INVISIBLE = (
    (0x00AD, 0x00AD), (0x0640, 0x0640),  # soft hyphen, tatweel
    (0x061C, 0x061C), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF),
    (0xFE00, 0xFE0F),
)  # fmt: skip
_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٵ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي",
    # Persian and Urdu keyboards, and letters that Arabic writers borrow for foreign sounds
    "ک": "ك", "ڪ": "ك", "گ": "ك", "ی": "ي", "ے": "ي", "ې": "ي", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه", "ں": "ن",
    "پ": "ب", "ڤ": "ف", "چ": "ج", "ژ": "ز",
    # Latin letters without a decomposition
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n",
    "٬": ",", "٫": ".", "’": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
}  # fmt: skip


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for first, last in _MARKS + _INVISIBLE:
        table.update(dict.fromkeys(range(first, last + 1)))
    table.update({ord(letter): folded for letter, folded in _LETTERS.items()})
    for zero in (0x0660, 0x06F0):
        table.update({zero + digit: str(digit) for digit in range(10)})
    return table


_TABLE = _table()


def fold(text: str) -> str:
    """One spelling: compatibility forms, case, tashkeel, tatweel, bidi and zero-width marks, Latin accents, forms of alef,
    yeh, heh, hamza and kaf, Arabic and Persian digits. Idempotent. The length may change, so highlight on the original."""
    if text.isascii():
        return text.lower()
    opened = unicodedata.normalize("NFKD", text.translate(_TABLE).casefold())
    # casefold() and NFKD may each bring forth what the other folds (ſ, İ, presentation forms), hence the second round.
    opened = unicodedata.normalize("NFKD", opened.casefold()).translate(_TABLE)
    return unicodedata.normalize("NFC", opened)
