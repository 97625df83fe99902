"""Absence notes are found and ordinary mails are not taken for one, in both languages; nothing else of a mail counts."""

from channels.email.parse import parse
from channels.email.screen import screen
from channels.email.verdict import Context
from tests.channels.email.absence_notes import NOTES, ORDINARY, Sample
from tests.channels.email.samples import mail, shapes


def found(sample: Sample) -> bool:
    """Whether it is marked as a robot's."""
    subject, text, fields = sample
    raw = mail(text, subject=subject, content_type="text/plain; charset=utf-8", content_transfer_encoding="8bit", **fields)
    return any(verdict.step in ("auto_reply", "absence") for verdict in screen(parse(raw), Context()))


def test_forty_and_forty() -> None:
    assert (len(NOTES), len(ORDINARY)) == (40, 40)
    assert [sample[:2] for sample in NOTES if not found(sample)] == []
    assert len([sample[:2] for sample in ORDINARY if found(sample)]) <= 1


def test_one_more_header_changes_nothing() -> None:
    assert [found((subject, text, fields | {"x_sample": "away"})) for subject, text, fields in NOTES] == [True] * 40
    assert sum(found((subject, text, fields | {"x_sample": "out of office"})) for subject, text, fields in ORDINARY) <= 1

def test_subjects_of_the_world() -> None:
    """How programs of 40 languages name an absence, and what customers write that begins alike."""
    away = "I am out of the office until Monday."
    assert [subject for subject in shapes("away-subjects") if not found((subject, away, {}))] == []
    assert [subject for subject in shapes("other-subjects") if found((subject, "Hello.", {}))] == []


def test_marks_that_programs_leave_in_the_header() -> None:
    marked = ["auto-submitted: auto-replied; owner=x", "x-auto-reply-from: a@example.com", "x-autosubmitted: auto-replied",
              "x-vacation: yes",
              "x-post-messageclass: 9; Autoresponder", "delivered-to: Autoresponder", "x-apple-action: vacation",
              "x-fc-machinegenerated: true"]  # fmt: skip
    plain = ["auto-submitted: no", "x-autoreply: no", "delivered-to: support@example.com", "x-apple-action: move"]
    assert [line for line in marked if not found(("Re: Order", "Hello.", dict([line.split(": ")])))] == []
    assert [line for line in plain if found(("Re: Order", "Hello.", dict([line.split(": ")])))] == []
