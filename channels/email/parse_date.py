"""The Date field as a moment in UTC (RFC 5322 section 3.3), also in the forms that programs write against the rules."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

COMMENT = re.compile(r"\([^()]*\)")
ISO = re.compile(r"\s*(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d+)?)?\s*(.*)")
OFFSET = re.compile(r"(?:\b(?:GMT|UTC|UT)\s?)?([+-])(\d{1,2})(?::?(\d\d))?(?![\d:])(?:\s+[+-]\d{4})?\s*$")
NAMED_ZONE = re.compile(r"\b([A-Z]{2,5})\s*$")
HALF = re.compile(r"(\d{1,2})([:.]\d\d(?:[:.]\d\d)?)\s?([AaPp])\.?[Mm]\b\.?")
WORD = re.compile(r"[^\W\d_]+")
TIME = re.compile(r"\d{1,2}[:.]\d\d")
# Zones by name that RFC 5322 does not list; names that stand for several zones are left out.
ZONES = {"CET": 60, "MET": 60, "MEZ": 60, "CEST": 120, "MEST": 120, "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "MSD": 240,
         "KST": 540, "BST": 60, "WET": 0, "WEST": 60, "HKT": 480, "SGT": 480, "AEST": 600, "AEDT": 660,
         "NZST": 720, "NZDT": 780}  # fmt: skip
MONTHS = {
    "Jan": "ene gen jän janv ian янв січ sty oca يناير כנו ינו led tammi", "Feb": "févr fevr fev fév lut şub úno фев лют فبراير פבר helmi",
    "Mar": "mär mrz maer mrt már бер мар bře مارس מרץ maalis", "Apr": "avr abr kwi nis ápr апр кві dub أبريل ابريل إبريل אפר huhti",
    "May": "mai mag maj mei máj май мая тра kvě مايو מאי touko", "Jun": "juin giu cze haz iun jún июн чер čvn يونيو יונ kesä",
    "Jul": "juil lug lip tem iul júl июл čvc يوليو יול heinä", "Aug": "août aout ago sie ağu авг сер srp أغسطس اغسطس אוג elo",
    "Sep": "sept set wrz eyl szep сен вер zář سبتمبر ספט syys", "Oct": "okt ott out paź eki окт жов říj أكتوبر اكتوبر אוק loka",
    "Nov": "kas лис ноя نوفمبر נוב marras", "Dec": "dez dic déc des gru ara дек гру ديسمبر דצמ joulu",
}  # fmt: skip
KNOWN = {month.lower() for month in MONTHS} | {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
ENGLISH = {word: month for month, words in MONTHS.items() for word in words.split()}


def moment_of(value: str) -> str | None:
    """ISO 8601 in UTC, or None for what is no date. `value` is one unfolded header."""
    value = HALF.sub(_of_24_hours, COMMENT.sub(" ", value)[:200]).strip()
    if not value:
        return None
    if found := ISO.fullmatch(value):
        return _moment([int(part or 0) for part in found.groups()[:6]], _minutes(found.group(7)) or 0)
    minutes = _minutes(value)
    parsed = parsedate_tz(_by_the_rules(value, minutes is not None))
    if not parsed:
        return None
    return _moment(list(parsed[:6]), (parsed[9] or 0) / 60 if minutes is None else minutes)


def _minutes(text: str) -> int | None:
    """East of Greenwich, of what stands at the end; None when parsedate_tz knows it as well."""
    if found := OFFSET.search(text):
        minutes = int(found.group(2)) * 60 + int(found.group(3) or 0)
        return -minutes if found.group(1) == "-" else minutes
    name = NAMED_ZONE.search(text)
    return ZONES.get(name.group(1)) if name else None


def _by_the_rules(value: str, without_zone: bool) -> str:
    """The same date as RFC 5322 has it: an English month, 24 hours, no zone where it was read already."""
    if without_zone:
        value = NAMED_ZONE.sub("", OFFSET.sub("", value))
    if not value.isascii() or not (value[:3].isalpha() and value[3:4] in ", "):
        value = re.sub(r"^[^\d,]*[,،]\s*(?=\d)", "", value)
    value = WORD.sub(lambda word: _english(word.group()), value)
    if value[:1].isalpha() and re.match(r"\w+\.?\s*,\s*\d", value):
        value = value.partition(",")[2]
    value = value if TIME.search(value) else f"{value} 00:00:00"
    return f"{value} +0000" if without_zone else value


def _of_24_hours(found: re.Match[str]) -> str:
    hour = int(found.group(1)) % 12 + (12 if found.group(3) in "Pp" else 0)
    return f"{hour:02}{found.group(2)}"


def _english(word: str) -> str:
    lower = word.lower()
    return ENGLISH.get(lower) or ENGLISH.get(lower[:4]) or ENGLISH.get(lower[:3], word) if lower[:3] not in KNOWN else word


def _moment(parts: list[int], minutes: float) -> str | None:
    year, month, day, hour, minute, second = parts
    if 100 <= year < 200:  # years since 1900
        year += 1900
    try:
        moment = datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
        if hour > 24 or minute > 59 or abs(minutes) > 24 * 60:
            return None
        return (moment - timedelta(minutes=minutes)).isoformat()
    except (ValueError, OverflowError):
        return None
