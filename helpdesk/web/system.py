"""Is the desk well? For machines in a word, for admins in words and sums."""

import json
from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from flask_babel import ngettext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from helpdesk import clock, disk
from helpdesk.actions import drain_outbox, due_moments
from helpdesk.errors import Busy, NotFound
from helpdesk.extensions import db
from helpdesk.queries import alarms, health, ledger
from helpdesk.settings import current
from helpdesk.visit.access import allow

blueprint = Blueprint("system", __name__)


@blueprint.get("/healthz")
@allow("anyone")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain")


@blueprint.get("/readyz")
@allow("anyone")
def readyz() -> tuple[Response, int]:
    """Whether work can be done: 503 names what is missing."""
    checks = {"database": database_answers(), "redis": alarms.redis_answers(), "disk": disk.has_room()}
    return jsonify(ready=all(checks.values()), **checks), 200 if all(checks.values()) else 503


@blueprint.get("/health")
@allow("supervisor")
def show() -> str:
    """Stages, ledgers and parts of the program. It writes nothing, so that it can be read when nothing can be
    written."""
    ways = {"deliveries": health.deliveries(), "fetches": health.fetches(), "boxes": ledger.mailboxes()}
    return render_template(
        "system/health.html", stages=health.stages(), **ways, **sums(), children=children(), now=clock.now(),
        redis=alarms.redis_answers(), disk=disk.has_room(), free=disk.free_bytes(), go_on=GO_ON)


@blueprint.post("/health/<stage>")
@allow("admin")
def go_on(stage: str) -> AnyResponse:
    """What was put aside after five failures is tried again."""
    if stage not in GO_ON:
        raise NotFound
    number = GO_ON[stage]()
    flash(ngettext("%(num)s is tried again in a moment.", "%(num)s are tried again in a moment.", number))
    return redirect(url_for("system.show"), 303)


GO_ON: dict[str, Callable[[], int]] = {"outbox": drain_outbox.go_on, "due": due_moments.try_parked_again}
"""Stages whose rows are put aside when they failed too often -> what lets them go on."""


def sums() -> dict[str, ledger.Ledger | None]:
    """Both sides of the ledger; None for one that takes too long."""
    found: dict[str, ledger.Ledger | None] = {"incoming": None, "outgoing": None}
    for name, count in (("incoming", ledger.ledger_in), ("outgoing", ledger.ledger_out)):
        with suppress(Busy):
            found[name] = count()
    return found


def database_answers() -> bool:
    """One small question."""
    try:
        return db.session.scalar(text("SELECT 1")) == 1
    except SQLAlchemyError:
        db.session.rollback()
        return False


def children() -> list[dict[str, object]]:
    """The parts of the program as the supervisor last wrote them down; none when it does not run here."""
    try:
        found = json.loads((current().run_folder / "children.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return list(found.get("children", found) if isinstance(found, dict) else found)
