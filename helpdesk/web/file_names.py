"""Names of files as people may safely see them."""

import unicodedata

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown_name(name: str) -> str:
    """Without folders, control, bidi and zero-width characters; never empty, at most 150 characters with the ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter) not in INVISIBLE).strip(" .")
    if len(clean) > 150:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[:130]}…{dot}{ending[:16]}" if dot else clean[:150]
    return clean or "file"
