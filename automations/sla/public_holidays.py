"""Public holidays of a country and a year, from the `holidays` package: what it reckons, in both languages, as the desk keeps it."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from helpdesk.actions.holidays import Known

ARABIC = {"SA": "ar", "AE": "ar", "BH": "ar", "EG": "ar_EG", "JO": "ar", "KW": "ar", "OM": "ar", "QA": "ar_QA"}
"""Country -> the package's name of its Arabic."""
FIRST_YEAR, LAST_YEAR = 2000, 2070
OBSERVED = " (observed)"


@lru_cache(maxsize=100)
def of_year(country: str, year: int) -> tuple[Known, ...]:
    """In order; days in a row that have one name are one holiday. Those that stand on the same date every year are confirmed; the others
    follow the moon and are estimated, whatever the package knows of them: the desk's own people confirm."""
    english, arabic = named(country, year, "en_US"), named(country, year, ARABIC[country])
    next_year = {(day.month, day.day): name for day, name in named(country, year + 1, "en_US").items()}
    fixed = {name for day, name in english.items() if next_year.get((day.month, day.day)) == name}
    return tuple(
        Known(key, name, arabic[first], first, last, "confirmed" if name.removesuffix(OBSERVED) in fixed else "estimated")
        for key, name, first, last in runs(country, year, english)
    )


def runs(country: str, year: int, names: dict[date, str]) -> Iterator[tuple[str, str, date, date]]:
    """(key, name, first, last) of every holiday; the second of the same name in one year has a number in its key."""
    times: dict[str, int] = {}
    days = sorted(names)
    while days:
        first = last = days.pop(0)
        while days and days[0] == last + timedelta(days=1) and names[days[0]] == names[first]:
            last = days.pop(0)
        name = names[first]
        times[name] = times.get(name, 0) + 1
        number = f" {times[name]}" if times[name] > 1 else ""
        yield f"{country} {year} {name}{number}"[:80], name, first, last


def named(country: str, year: int, language: str) -> dict[date, str]:
    """Date -> name; several names of one day stand side by side."""
    import holidays

    found = getattr(holidays, country)(years=year, language=language, islamic_show_estimated=False)
    return {day: found[day] for day in sorted(found) if day.year == year}
