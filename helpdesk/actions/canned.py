"""Canned replies are written, changed, switched off, thrown away and counted."""

from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import Problems
from helpdesk.folding import fold
from helpdesk.models import CannedReply, CannedText, Team
from helpdesk.policy import Viewer
from helpdesk.queries.canned import LANGUAGES, problem_of
from helpdesk.queries.owned import may_edit


@dataclass(frozen=True)
class CannedChange:
    """All that is said of a reply. `texts`: language -> text, "" for none. `personal`: the writer's own; else `team_id`, None for all."""

    name: str
    name_ar: str
    folder: str
    texts: dict[str, str] = field(default_factory=dict)
    personal: bool = True
    team_id: int | None = None
    folder_ar: str = ""


Texts = dict[str, tuple[str, str]]
"""Language -> the text, and what it is found by."""


def create(viewer: Viewer, asked: CannedChange) -> CannedReply:
    """A new reply."""
    check(asked)
    texts, reply = prepared(asked), CannedReply(active=True, uses=0, created_at=clock.now(), texts=[])
    with transaction() as session:
        write(session, viewer, reply, asked, texts)
        session.add(reply)
    return reply


def edit(viewer: Viewer, reply_id: int, asked: CannedChange) -> None:
    """Everything of a reply, its owner too."""
    check(asked)
    texts = prepared(asked)
    with transaction() as session:
        write(session, viewer, held_reply(session, viewer, reply_id), asked, texts)


def switch(viewer: Viewer, reply_id: int, active: bool) -> None:
    """Off: nobody is offered it, and no rule sends it; on again."""
    with transaction() as session:
        held_reply(session, viewer, reply_id).active = active


def delete(viewer: Viewer, reply_id: int) -> None:
    """Throws a reply away; what was written with it stays as it was sent."""
    with transaction() as session:
        session.delete(held_reply(session, viewer, reply_id))


def use(reply_id: int) -> None:
    """Somebody took it."""
    with transaction() as session:
        count(session, reply_id)


def count(session: Session, reply_id: int) -> None:
    """One use more; part of the caller's transaction."""
    session.execute(update(CannedReply).where(CannedReply.id == reply_id).values(uses=CannedReply.uses + 1))


def check(asked: CannedChange) -> None:
    """Problems with what was written, each at its field."""
    found = {f"text_{language}": words for language in LANGUAGES if (words := problem_of(asked.texts.get(language, "")))}
    if not any(asked.texts.get(language) for language in LANGUAGES):
        found["text_ar"] = _("A text is needed, in one language at least.")
    if not asked.name:
        found["name"] = _("A name is needed, in one language at least.")
    if found:
        raise Problems(found)


def prepared(asked: CannedChange) -> Texts:
    """What a search finds a text by: the names of reply and folder and its words, folded. Made before the writer's turn."""
    names = f"{asked.name}\n{asked.name_ar}\n{asked.folder}\n{asked.folder_ar}"
    texts = {language: asked.texts.get(language, "") for language in LANGUAGES}
    return {language: (text, fold(f"{names}\n{text}")) for language, text in texts.items() if text}


def held_reply(session: Session, viewer: Viewer, reply_id: int) -> CannedReply:
    """The reply, locked; NotFound also where the viewer may not change it."""
    reply = session.get(CannedReply, reply_id, with_for_update=True, populate_existing=True)
    if reply is None or not may_edit(viewer, reply.agent_id, reply.team_id):
        raise NotFound
    return reply


def write(session: Session, viewer: Viewer, reply: CannedReply, asked: CannedChange, texts: Texts) -> None:
    """Puts everything into the rows; Invalid for an owner that the viewer may not write for."""
    agent_id, team_id = (viewer.agent_id, None) if asked.personal else (None, asked.team_id)
    if not may_edit(viewer, agent_id, team_id):
        raise Invalid(_("You may write replies of your own and of your teams."), "owner")
    with session.no_autoflush:
        if team_id is not None and session.get(Team, team_id) is None:
            raise Invalid(_("That team is not here any more."), "owner")
    reply.agent_id, reply.team_id = agent_id, team_id
    reply.name, reply.name_ar, reply.folder, reply.folder_ar = asked.name, asked.name_ar, asked.folder, asked.folder_ar
    write_texts(reply, texts)


def write_texts(reply: CannedReply, texts: Texts) -> None:
    """A row a language: changed where there is one, and none without a text."""
    reply.texts[:] = [row for row in reply.texts if row.language in texts]
    here = {row.language: row for row in reply.texts}
    for language, (text, folded) in texts.items():
        if language not in here:
            reply.texts.append(CannedText(language=language, text=text, folded=folded))
        else:
            here[language].text, here[language].folded = text, folded
