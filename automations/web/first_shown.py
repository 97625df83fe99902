"""Hours and policies are changed only after it was seen which open due times move by that: what a page shows before it does something."""

from typing import Any
from zlib import crc32

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from automations.sla import moving
from automations.sla.moving import Preview
from automations.sla.which_hours import Instead
from automations.web import sla_words

SEEN = "moved_seen"
"""The field that says what was seen: the mark of the form that it was worked out from. Whoever goes on typing sees it again."""
BESIDE = ("csrf_token", SEEN, "look", "step", "switch")


def mark() -> str:
    """A short print of what the form says."""
    said = sorted((name, value) for name, value in request.form.items(multi=True) if name not in BESIDE)
    return f"{crc32(repr(said).encode()):08x}"


def to_be_shown(instead: Instead) -> Preview | None:
    """What would move, where anything would and nobody has seen it yet; None: go on."""
    if request.form.get(SEEN) == mark():
        return None
    found = moving.preview(instead)
    return found if found.is_news else None


def before(instead: Instead, title: str, button: str, back: str, note: str = "") -> Response | None:
    """For a button that does something at once: the page that shows it first and has that button again; None: go on."""
    found = to_be_shown(instead)
    if found is None:
        return None
    kept: list[tuple[str, Any]] = [(name, value) for name, value in request.form.items(multi=True) if name not in BESIDE]
    values = {"moved": found, "words": sla_words, "kept": kept, "mark": mark()}
    return make_response(render_template("calendars/before.html", title=title, note=note, button=button, back=back, **values))
