"""Whose a canned reply or a macro is, as forms and lists say it: "me", "all" or "team:3"."""

from flask_babel import gettext as _

from helpdesk.errors import Invalid
from helpdesk.fields import id_in
from helpdesk.queries import roster
from helpdesk.queries.owned import may_edit
from helpdesk.visit.access import viewer
from helpdesk.visit.choices import Choices
from helpdesk.visit.reader import reader

TEAM = "team:"


def owners() -> Choices:
    """For whom the viewer may write."""
    asked = viewer()
    teams = [(f"{TEAM}{number}", in_words(None, number)) for number in roster.names().teams if may_edit(asked, None, number)]
    return [("me", _("Only me")), *([("all", _("Everybody"))] if asked.sees_all else []), *teams]


def key_of(agent_id: int | None, team_id: int | None) -> str:
    """What the form chooses."""
    return "me" if agent_id else f"{TEAM}{team_id}" if team_id else "all"


def owner_in(key: str) -> tuple[int | None, int | None]:
    """(agent, team) that a form names, (None, None) for everybody; Invalid for anything else."""
    team_id = id_in(key.removeprefix(TEAM))
    if key.startswith(TEAM) and team_id is not None:
        return None, team_id
    if key not in ("me", "all"):
        raise Invalid(_("Choose one of the list."), "owner")
    return viewer().agent_id if key == "me" else None, None


def in_words(agent_id: int | None, team_id: int | None) -> str:
    """For a list; whoever sees something personal is its owner."""
    if agent_id:
        return str(_("Only me"))
    return str(_("Team %(name)s", name=roster.names().team(team_id, reader().language)) if team_id else _("Everybody"))
