"""Canned replies as a table: out, and in after a look at what it would do."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from helpdesk import canned_csv
from helpdesk.actions import canned_sheet
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Problems
from helpdesk.queries.canned_sheet import Plan, plan, rows_of_all
from helpdesk.visit.access import allow, viewer

blueprint = Blueprint("canned_sheet", __name__)


@blueprint.get("/canned/export")
@allow("supervisor")
def out() -> Response:
    """Every reply of a team or of everybody, for a spreadsheet."""
    response = make_response(canned_csv.write(rows_of_all(db.session())))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="canned-replies.csv"'
    return response


@blueprint.get("/canned/import")
@allow("supervisor")
def form() -> Response:
    """Where a file is chosen."""
    return page()


@blueprint.post("/canned/import")
@allow("supervisor")
def take() -> Response:
    """A `file` is looked at; its `table`, once seen, is taken in: whole, or not at all."""
    try:
        given = request.files.get("file")
        chosen = given is not None and bool(given.filename)
        table = canned_csv.decoded(given.stream.read(canned_csv.MOST_BYTES + 1)) if given and chosen else request.form.get("table", "")
        if not table.strip():
            raise Invalid(_("No file arrived. Choose it again."), "file")
        rows = canned_csv.read(table)
        if chosen or not request.form.get("agreed"):
            found = plan(db.session(), rows)
            return page(table, found, status=422 if found.problems else 200)
        done = canned_sheet.take_in(viewer(), rows)
    except Problems:
        return page(table, plan(db.session(), rows), status=422)
    except Invalid as refusal:
        return page(problem=refusal.sentence, status=422)
    written = sum(step.kind != "same" for step in done.steps)
    flash(ngettext("%(num)s reply was written.", "%(num)s replies were written.", written))
    return redirect(url_for("canned.index"))


def page(table: str = "", found: Plan | None = None, problem: str = "", status: int = 200) -> Response:
    """The form, what is wrong with the file, or what it would do."""
    kinds = {"new": _("New"), "changed": _("Changed"), "same": _("As it is")}
    return make_response(render_template(
        "canned/import.html", table=table, plan=found, problem=problem, kinds=kinds, columns=canned_csv.COLUMNS), status)
