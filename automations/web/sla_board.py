"""The board: what falls due in the next hours, by team, what is late, and what the breaker holds back. For supervisors."""

from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from automations.web import sla_words
from helpdesk import clock
from helpdesk.actions import late_moments
from helpdesk.extensions import db
from helpdesk.queries import roster, sla_board
from helpdesk.queries.late_moments import how_many_held
from helpdesk.queries.sla_board import DueRow
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.due import Badge, badge
from helpdesk.visit.reader import digits, reader

blueprint = Blueprint("sla_board", __name__, template_folder="../templates")
SPANS = (4, 8, 24, 72)


@dataclass(frozen=True)
class TeamBoard:
    """What falls due at one team: (row, target's name, due words, assignee); `more` that are not listed; `late` of all."""

    name: str
    rows: list[tuple[DueRow, str, Badge | None, str]]
    late: int
    soon: int


@blueprint.get("/sla/board")
@allow("supervisor")
def show() -> Response:
    """The next hours."""
    hours = next((each for each in SPANS if str(each) == request.args.get("hours")), SPANS[1])
    return make_response(render_template(
        "sla/board.html", hours=hours, spans=SPANS, teams=boards(hours), held=how_many_held(db.session()), most=sla_board.MOST))


def boards(hours: int) -> list[TeamBoard]:
    """A board a team; tickets of no team come last."""
    names, language, now = roster.names(), reader().language, clock.now()
    found, named = [], sla_words.arabic_stages()
    for team_id, late, soon in sla_board.teams(viewer(), now, hours):
        rows = [
            (row, named.get(row.due_name) or sla_words.target_name(row.due_name),
             badge(row.due_state, row.due_at, None, row.status, row.due_counted), names.agent(row.assignee_id, language))
            for row in sla_board.rows(viewer(), team_id, now, hours)
        ]  # fmt: skip
        found.append(TeamBoard(names.team(team_id, language) or _("No team"), rows, late, soon))
    return found


@blueprint.post("/sla/board/release")
@allow("admin")
def release() -> Response:
    """Lets go what the breaker holds back."""
    count = late_moments.release_held()
    flash(digits(ngettext("%(num)s step goes on.", "%(num)s steps go on.", count)))
    return redirect(url_for("sla_board.show"))
