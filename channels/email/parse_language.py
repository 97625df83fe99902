"""The language of a text, by the house's rule when the house is there."""

import re

try:
    from helpdesk.folding import language_of
except ImportError:  # the doors can be tested without the house
    def language_of(text: str) -> str:
        """Arabic when most letters are."""
        arabic, latin = len(re.findall("[\u0620-\u064a]", text)), len(re.findall("[A-Za-z]", text))
        return "ar" if arabic > latin else "en"

__all__ = ["language_of"]
