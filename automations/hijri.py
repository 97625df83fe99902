"""Dates of the Umm al-Qura calendar, beside the Gregorian ones and never instead of them."""

from datetime import date

from hijridate import Gregorian

FIRST, LAST = date(1924, 8, 1), date(2077, 11, 16)
"""What the tables of the calendar hold."""


def hijri(day: date, language: str, *, year: bool = True) -> str:
    """ "1 Shawwal 1448"; "" for a day that the tables do not hold."""
    if not FIRST <= day <= LAST:
        return ""
    found = Gregorian(day.year, day.month, day.day).to_hijri()
    words = f"{found.day} {found.month_name('ar' if language == 'ar' else 'en')}"
    return f"{words} {found.year}" if year else words
