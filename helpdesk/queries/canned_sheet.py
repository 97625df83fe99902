"""A table of canned replies against the desk: what is written out, and what taking one in would do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpdesk.canned_csv import Row
from helpdesk.models import CannedReply, Team
from helpdesk.queries.canned import LANGUAGES, problem_of

MOST_NAME = 120


@dataclass
class Step:
    """One reply of the table. `kind`: "new", "changed" or "same"; `texts` are those of the table, `numbers` their rows."""

    folder: str
    name: str
    name_ar: str
    team_id: int | None
    team: str
    reply_id: int | None = None
    kind: str = "new"
    texts: dict[str, str] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    folder_ar: str = ""


@dataclass(frozen=True)
class Plan:
    """What would happen, and why it cannot: {row: sentence}. With one problem nothing happens."""

    steps: list[Step]
    problems: dict[int, str]


def rows_of_all(session: Session) -> list[Row]:
    """Every reply of a team or of everybody; what is personal stays with its owner."""
    teams = {team.id: team.name for team in session.scalars(select(Team))}
    return [
        Row(reply.folder, reply.name, reply.name_ar, teams.get(reply.team_id or 0, ""), text.language, text.text,
            folder_ar=reply.folder_ar)
        for reply in shared(session) for text in reply.texts
    ]  # fmt: skip


def shared(session: Session) -> Iterable[CannedReply]:
    """By folder and name."""
    wanted = select(CannedReply).where(CannedReply.agent_id.is_(None)).options(selectinload(CannedReply.texts))
    return session.scalars(wanted.order_by(CannedReply.folder, CannedReply.name, CannedReply.id))


def plan(session: Session, rows: list[Row]) -> Plan:
    """Rows of one folder, name and team are one reply; the reply of that folder, name and team takes them in."""
    teams = {name.casefold(): team for team in session.scalars(select(Team)) for name in (team.name_ar, team.name) if name}
    here = {(reply.folder, reply.name, reply.team_id): reply for reply in reversed([*shared(session)])}
    steps: dict[tuple[str, str, int | None], Step] = {}
    problems: dict[int, str] = {}
    for row in rows:
        team = teams.get(row.team.casefold()) if row.team else None
        if words := problem_of_row(row) or (_("There is no team of this name.") if row.team and team is None else ""):
            problems[row.number] = words
            continue
        key = (row.folder, row.name, team.id if team else None)
        step = steps.setdefault(key, Step(row.folder, row.name, "", key[2], row.team))
        if row.language in step.texts:
            problems[row.number] = _("Row %(row)s has the same reply in the same language.", row=step.numbers[0])
            continue
        step.texts[row.language] = row.text
        step.name_ar, step.folder_ar = step.name_ar or row.name_ar, step.folder_ar or row.folder_ar
        step.numbers.append(row.number)
    for key, step in steps.items():
        compare(step, here.get(key))
    return Plan([*steps.values()], problems)


def problem_of_row(row: Row) -> str:
    """What is wrong with a row by itself, or ""."""
    if not row.name:
        return str(_("A name is needed."))
    if max(map(len, (row.name, row.name_ar, row.folder, row.folder_ar))) > MOST_NAME:
        return str(ngettext("At most %(num)s character.", "At most %(num)s characters.", MOST_NAME))
    if row.language not in LANGUAGES:
        return str(_("The language is ar or en."))
    return problem_of(row.text) if row.text else str(_("There is no text."))


def compare(step: Step, reply: CannedReply | None) -> None:
    """Whether the reply is there already, and says the same. Texts that the table does not name stay."""
    if reply is None:
        return
    texts = {text.language: text.text for text in reply.texts}
    step.reply_id, step.name_ar, step.folder_ar = reply.id, step.name_ar or reply.name_ar, step.folder_ar or reply.folder_ar
    names_same = (step.name_ar, step.folder_ar) == (reply.name_ar, reply.folder_ar)
    same = names_same and all(texts.get(language) == text for language, text in step.texts.items())
    step.kind = "same" if same else "changed"
    step.texts = texts | step.texts
