"""Events in the calendar parts of a mail (RFC 5545, RFC 5546), as far as a reader of the mail wants them: what, when, where, who."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from babel.core import get_global

from channels.email.charset import decode
from channels.email.parse_mime import Entity

Event = dict[str, str]
TYPES = {"text/calendar", "application/ics", "text/x-vcalendar"}
MAX_EVENTS, MAX_BYTES, MAX_WORDS = 20, 1024 * 1024, 500
FOLD = re.compile(r"\r?\n[ \t]|\r[ \t]")
QUOTED_OR_PLAIN = r'(?:"[^"\n]*"|[^":;,\n]*)'
LINE = re.compile(
    rf"(?P<name>[A-Za-z0-9-]{{1,40}})(?P<parameters>(?:;[A-Za-z0-9-]{{1,40}}={QUOTED_OR_PLAIN}(?:,{QUOTED_OR_PLAIN})*)*):(?P<value>.*)")
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=(?:"([^"]*)"|([^;]*))')
MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
LENGTH = re.compile(r"(\+?)P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")
ESCAPED = re.compile(r"\\([\\;,Nn])")
CONTROL = re.compile("[\x00-\x1f\x7f]+")


def events_of(entity: Entity) -> list[Event]:
    """Each event once: {"summary", "start", "end", "location", "organizer", "method"}, all text, "" for what is not said.

    Times are ISO 8601: in UTC with an offset, or without one where the zone is not known, or a date for a whole day. `end` of a whole
    day is the first day after it. `method` is REQUEST, CANCEL, REPLY and so on.
    """
    found: list[Event] = []
    for part in _calendar_parts(entity):
        for event in read_events(decode(part.content[:MAX_BYTES], part.params.get("charset") or "utf-8")):
            event["method"] = event["method"] or _method(part.params.get("method", ""))
            if event not in found:
                found.append(event)
    return found[:MAX_EVENTS]


def _calendar_parts(entity: Entity) -> Iterator[Entity]:
    """The calendar parts of this mail, not those of mails inside it."""
    if entity.content_type in TYPES:
        yield entity
    if entity.content_type.startswith("multipart/"):
        for child in entity.children:
            yield from _calendar_parts(child)


def read_events(text: str) -> list[Event]:
    """The events of one calendar."""
    events: list[Event] = []
    inside: list[str] = []
    fields: dict[str, tuple[dict[str, str], str]] = {}
    method, offsets = "", dict[str, set[str]]()
    zone = ""
    for name, parameters, value in _lines(text):
        if name == "BEGIN":
            inside.append(value.upper())
            if value.upper() == "VEVENT":
                fields = {}
        elif name == "END":
            if value.upper() == "VEVENT" and len(events) < MAX_EVENTS:
                events.append(_event(fields, offsets))
            inside = inside[:-1]
        elif inside[-1:] == ["VEVENT"]:
            fields.setdefault(name, (parameters, value))
        elif name == "METHOD":
            method = _method(value)
        elif name == "TZID":
            zone = value
        elif name == "TZOFFSETTO":
            offsets.setdefault(zone, set()).add(value)
    return [event | {"method": method} for event in events if event["summary"] or event["start"]]


def _lines(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """(name, parameters, value) of each content line, folds undone."""
    for line in FOLD.sub("", text).splitlines():
        found = LINE.fullmatch(line[:20_000])
        if found:
            parameters = {name.upper(): quoted or plain for name, quoted, plain in PARAMETER.findall(found["parameters"])}
            yield found["name"].upper(), parameters, found["value"].strip()


def _event(fields: dict[str, tuple[dict[str, str], str]], offsets: dict[str, set[str]]) -> Event:
    start, end = _moment(fields.get("DTSTART"), offsets), _moment(fields.get("DTEND"), offsets)
    length = LENGTH.fullmatch(fields["DURATION"][1]) if "DURATION" in fields else None
    if start and length and not end:
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in length.groups()[1:])
        end = _later(start, timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds))
    parameters, address = fields.get("ORGANIZER", ({}, ""))
    address = re.sub(r"(?i)^mailto:", "", address)
    name = parameters.get("CN", "")
    return {"summary": _words(fields, "SUMMARY"), "start": start, "end": end, "location": _words(fields, "LOCATION"),
            "organizer": _plain(f"{name} <{address}>" if name and address and name != address else name or address), "method": ""}


def _later(start: str, span: timedelta) -> str:
    try:
        moment = datetime.fromisoformat(start) + span
    except OverflowError:
        return ""
    return moment.date().isoformat() if len(start) == 10 else moment.isoformat()


def _words(fields: dict[str, tuple[dict[str, str], str]], name: str) -> str:
    return _plain(ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], fields.get(name, ({}, ""))[1]))


def _plain(text: str) -> str:
    return " ".join(CONTROL.sub(" ", text).split())[:MAX_WORDS]


def _method(value: str) -> str:
    return value.upper() if re.fullmatch(r"[A-Za-z-]{1,20}", value) else ""


def _moment(found: tuple[dict[str, str], str] | None, offsets: dict[str, set[str]]) -> str:
    """ISO 8601 of a DATE or DATE-TIME, "" for what is none (RFC 5545 sections 3.3.4, 3.3.5)."""
    parts = MOMENT.fullmatch(found[1]) if found else None
    if found is None or parts is None:
        return ""
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001  its zone comes next
        if parts[4] is None:
            return moment.date().isoformat()
        zone = UTC if parts[7] else _zone(found[0].get("TZID", ""), offsets)
        return (moment.replace(tzinfo=zone).astimezone(UTC) if zone else moment).isoformat()
    except (ValueError, OverflowError):
        return ""


def _zone(name: str, offsets: dict[str, set[str]]) -> tzinfo | None:
    """The zone of that name: of the tz database, as Windows calls it, or with the one offset that the calendar gives it."""
    if not name:
        return None
    plain = get_global("windows_zone_mapping").get(name) or re.sub(r"^/.*?/(?=[A-Z][a-z]+/)", "", name)
    try:
        return ZoneInfo(plain)
    except (OSError, ValueError, KeyError):
        pass  # no such zone: the calendar itself may say how far it is from UTC
    only = offsets.get(name, set())
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)(?:\d\d)?", next(iter(only))) if len(only) == 1 else None
    if not found or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    span = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-span if found[1] == "-" else span)
