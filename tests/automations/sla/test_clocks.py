"""Promises read off a history, in tables; every time worked out by hand. Riyadh is three hours before UTC all year."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

from automations.sla.clocks import Happened, Manual, clocks, span_of
from automations.sla.figures import figure, moments, step_key, still_to_come
from automations.sla.history import read
from automations.sla.hours import Day, Hours, Range

RIYADH = timezone(timedelta(hours=3))
WORK, FASTING, FREE = ((540, 1020),), ((600, 960),), ()
WEEK = (WORK, WORK, WORK, WORK, FREE, FREE, WORK)  # Monday first; Friday and Saturday are free
RAMADAN = Range(date(2026, 2, 18), date(2026, 3, 19), (FASTING, FASTING, FASTING, FASTING, FREE, FREE, FASTING), "Ramadan")
POLICY: dict[str, Any] = {
    "pause": ["pending"],
    "targets": {
        "first_response": {"default": {"amount": 2, "unit": "business_hours"}, "urgent": {"amount": 30, "unit": "minutes"}},
        "next_response": {"default": {"amount": 4, "unit": "business_hours"}},
        "resolution": {"default": {"amount": 5, "unit": "business_days"}},
        "stages": [{"name": "review", "default": {"amount": 16, "unit": "business_hours"}}],
    },
    "steps": [
        {"at": {"kind": "percent", "amount": 75}, "then": []}, {"at": {"kind": "before", "amount": 30, "unit": "minutes"}, "then": []},
        {"at": {"kind": "breach"}, "then": []}, {"at": {"kind": "after", "amount": 1, "unit": "business_hours"}, "then": []},
        {"at": {"kind": "after", "amount": 1, "unit": "hours"}, "then": [], "always": True},
    ],
}  # fmt: skip


def at(text: str) -> datetime:
    """ "03-18 13:40" of 2026 in Riyadh."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=RIYADH)


def eid(first: int, state: str) -> Hours:
    """The usual week, Ramadan, and four days of Eid from that day of March on."""
    days = {date(2026, 3, first) + timedelta(days=number): Day((), "Eid al-Fitr", state=state) for number in range(4)}
    return Hours("Asia/Riyadh", WEEK, (RAMADAN,), days)


def said(*lines: str) -> list[Happened]:
    """ "03-18 13:40 status pending" and so on."""
    made = []
    for line in lines:
        day, hour, kind, *value = line.split()
        made.append(Happened(at(f"{day} {hour}"), kind, " ".join(value)))
    return made


REQUEST = ("03-18 13:40 opened", "03-18 13:40 message", "03-18 13:40 begun review")
PAPERS = ("03-19 11:30 status pending", "03-21 20:15 status open", "03-21 20:15 message")
REFUND = [  # (hours, history, now, due of the review, state)
    (eid(19, "estimated"), REQUEST, "03-18 13:41", "03-24 14:40", "running"),
    (eid(20, "confirmed"), REQUEST, "03-18 21:05", "03-24 16:40", "running"),
    (eid(20, "confirmed"), (*REQUEST, PAPERS[0]), "03-20 10:00", None, "paused"),
    (eid(20, "confirmed"), (*REQUEST, *PAPERS), "03-24 14:20", "03-25 13:10", "running"),
    (eid(20, "confirmed"), (*REQUEST, *PAPERS), "03-25 13:10", "03-25 13:10", "breached"),
    (eid(20, "confirmed"), (*REQUEST, *PAPERS, "03-25 13:10 ended review"), "03-26 09:00", "03-25 13:10", "met"),
    (eid(20, "confirmed"), (*REQUEST, *PAPERS, "03-25 13:11 ended review"), "03-26 09:00", "03-25 13:10", "breached"),
    (eid(20, "confirmed"), (*REQUEST, *PAPERS, "03-24 10:00 status solved"), "03-26 09:00", "03-25 13:10", "cancelled"),
    (eid(20, "confirmed"), (*REQUEST, "03-19 11:30 place spam", "03-21 20:15 place inbox"), "03-24 14:20", "03-25 13:10", "running"),
]


def test_the_refund_promise() -> None:
    span = span_of(POLICY, "stage:review", "normal")
    assert span is not None
    for hours, history, now, due, state in REFUND:
        [clock] = [clock for clock in clocks(POLICY, said(*history)) if clock.name == "stage:review"]
        found = figure(clock, span, hours, at(now))
        assert (found.due_at, found.state) == (at(due) if due else None, state), (history, now)


def test_every_interval_adds_up() -> None:
    [clock] = [clock for clock in clocks(POLICY, said(*REQUEST, *PAPERS)) if clock.name == "stage:review"]
    span = span_of(POLICY, "stage:review", "normal")
    assert span is not None
    found = figure(clock, span, eid(20, "confirmed"), at("03-24 14:20"))
    counted = [(piece.from_at.astimezone(RIYADH).strftime("%d %H:%M"), piece.minutes) for piece in found.due.counted]
    assert counted == [("18 13:40", 140), ("19 10:00", 90), ("24 09:00", 480), ("25 09:00", 250)]
    assert {piece.reason.kind for piece in found.due.skipped} == {"outside", "pause", "holiday"}
    assert found.due.left_seconds == 410 * 60


WHO_WAITS = [  # (history after the opening, name, started, ended or None, how it ended)
    ((), "first_response", "03-24 10:00", None, ""),
    (("03-24 10:30 answer",), "first_response", "03-24 10:00", "03-24 10:30", "met"),
    (("03-24 10:30 answer", "03-24 11:00 message", "03-24 11:05 message"), "next_response", "03-24 11:00", None, ""),
    (("03-24 10:30 answer", "03-24 11:00 message", "03-24 11:30 answer"), "next_response", "03-24 11:00", "03-24 11:30", "met"),
    (("03-24 10:20 message",), "first_response", "03-24 10:00", None, ""),
    (("03-24 10:30 status solved",), "resolution", "03-24 10:00", "03-24 10:30", "met"),
    (("03-24 10:30 status solved",), "first_response", "03-24 10:00", "03-24 10:30", "cancelled"),
    (("03-24 10:30 status solved", "03-24 12:00 status open"), "resolution", "03-24 10:00", None, ""),
    (("03-24 10:30 status solved", "03-24 10:40 status closed"), "resolution", "03-24 10:00", "03-24 10:30", "met"),
    (("03-24 10:30 status solved", "03-24 10:31 answer"), "first_response", "03-24 10:00", "03-24 10:31", "met"),  # sent and solved
    (("03-24 10:30 status solved", "03-24 10:31 status open"), "first_response", "03-24 10:00", None, ""),  # taken back
    (("03-24 10:30 status solved", "03-24 12:00 woken open", "03-24 12:00 message"), "next_response", "03-24 12:00", None, ""),
    (("03-24 10:30 status solved", "03-24 12:00 woken open", "03-24 12:00 message"), "first_response", "03-24 10:00", "03-24 10:30",
     "cancelled"),
    (("03-24 10:10 begun review", "03-24 10:30 status solved", "03-24 10:31 status open"), "stage:review", "03-24 10:10", None, ""),
]


def test_who_waits_for_what() -> None:
    for more, name, started, ended, how in WHO_WAITS:
        found = clocks(POLICY, said("03-24 10:00 opened", "03-24 10:00 message", *more))
        [clock] = [clock for clock in found if clock.name == name]
        assert (clock.started_at, clock.ended_at, clock.end) == (at(started), at(ended) if ended else None, how), more
    assert not clocks(POLICY, said("03-24 10:00 status open")), "older mail opens nothing"


def test_opened_again_the_time_between_counts_nothing() -> None:
    [clock] = clocks({"targets": {"resolution": {"default": {}}}}, said(
        "03-24 10:00 opened", "03-24 12:00 status solved", "03-24 15:00 status open", "03-24 16:00 place trash"))
    assert clock.pauses == [(at("03-24 12:00"), at("03-24 15:00"), "solved"), (at("03-24 16:00"), None, "trash")]


EVENTS = [  # (kind, data, written by the desk itself, what it means)
    ("reply_released", {}, False, ["answer"]),
    ("reply_released", {}, True, []),
    ("message_received", {}, None, ["message"]),
    ("message_received", {"robot": "auto-replied"}, None, []),
    ("ticket_opened", {}, None, ["opened"]),
    ("sla_set", {"targets": [{"target": "stage:review", "started_at": "2026-03-24T07:00:00+00:00"}]}, None, ["begun"]),
    ("sla_met", {"targets": [{"target": "resolution", "ended_at": "2026-03-24T07:00:00+00:00"}]}, None, []),
    ("sla_moved", {"targets": []}, None, []),
    ("status_changed", {"to": "pending"}, None, ["status"]),
    ("status_changed", {"to": "open", "why": "customer_wrote"}, None, ["woken"]),
    ("ticket_moved", {"to": "spam"}, None, ["place"]),
]


def test_what_events_mean() -> None:
    for kind, data, automatic, meaning in EVENTS:
        assert [one.kind for one in read(kind, at("03-24 10:00"), data, None, automatic)] == meaning, (kind, automatic)


STEPS = [  # (history, now, taken at, what is planned)
    (("03-24 09:00 opened",), "03-24 09:10", {}, {
        "percent:75": "03-24 10:30", "before:30:minutes": "03-24 10:30", "breach": "03-24 11:00", "breach:do": "03-24 11:00",
        "after:1:business_hours": "03-24 12:00", "after:1:hours": "03-24 12:00"}),
    (("03-24 16:00 opened",), "03-24 16:10", {}, {  # an hour of Tuesday and one of Wednesday
        "percent:75": "03-25 09:30", "before:30:minutes": "03-25 09:30", "breach": "03-25 10:00", "breach:do": "03-25 10:00",
        "after:1:business_hours": "03-25 11:00", "after:1:hours": "03-25 11:00"}),
    (("03-24 15:00 opened",), "03-24 16:55", {"percent:75": "03-24 16:30"}, {  # closing time is not after hours; an hour later is
        "breach": "03-24 17:00", "breach:do": "03-24 17:00", "before:30:minutes": "03-24 16:30",
        "after:1:business_hours": "03-25 10:00", "after:1:hours": "03-24 18:00"}),
    (("03-24 09:00 opened",), "03-24 11:30", {}, {  # everything was missed: that it is late counts, and what comes
        "breach": "03-24 11:00", "breach:do": "03-24 11:00", "after:1:business_hours": "03-24 12:00", "after:1:hours": "03-24 12:00"}),
    (("03-24 09:00 opened",), "03-24 10:40", {"percent:75": "03-24 10:30", "before:30:minutes": "03-24 10:30"}, {
        "breach": "03-24 11:00", "breach:do": "03-24 11:00",
        "after:1:business_hours": "03-24 12:00", "after:1:hours": "03-24 12:00"}),
]  # fmt: skip


def test_steps() -> None:
    hours, span = eid(20, "confirmed"), span_of(POLICY, "first_response", "normal")
    assert span is not None
    for history, now, taken, planned in STEPS:
        found = figure(clocks(POLICY, said(*history))[0], span, hours, at(now))
        all_moments = moments(found, POLICY, hours, hours)
        ahead = still_to_come(all_moments, {step: at(when) for step, when in taken.items()}, at(now))
        assert dict(ahead) == {step: at(when) for step, when in planned.items()}, (history, now)


def test_a_date_by_hand() -> None:
    manual = Manual(at("03-24 13:00"), "promised by phone", 7)
    found = clocks(POLICY, [*said("03-24 09:00 opened"), Happened(at("03-24 09:05"), "manual", "first_response", manual)])[0]
    span = span_of(POLICY, "first_response", "urgent")
    assert span is not None
    worked = figure(found, span, eid(20, "confirmed"), at("03-24 09:10"))
    steps = dict(moments(worked, POLICY, eid(20, "confirmed"), eid(20, "confirmed")))
    assert (worked.due_at, steps["percent:75"], steps["breach"]) == (at("03-24 13:00"), at("03-24 12:00"), at("03-24 13:00"))


def test_steps_have_names() -> None:
    assert [step_key(step["at"]) for step in POLICY["steps"]][:3] == ["percent:75", "before:30:minutes", "breach:do"]
