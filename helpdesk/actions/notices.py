"""Notices: an agent is told something, on his pages at once and by mail where asked; he has read it when he says so."""

from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.letter import write_letter
from helpdesk.actions.transaction import hint, transaction
from helpdesk.models import Agent, Notice
from helpdesk.policy import Viewer
from helpdesk.queries.notices import address_of, admins, sentence, who_may_sign_in
from helpdesk.settings import current

MOST_WORDS = 500


def notify(session: Session, agent_ids: list[int], ticket_id: int | None, words: dict[str, Any], *, by_mail: bool = False) -> int:
    """Part of the caller's transaction; how many were told. `words` is {"kind", ...values} of queries.notices; whoever may not sign in any
    more is left out."""
    agents = who_may_sign_in(session, agent_ids)
    for agent in agents:
        notice = Notice(agent_id=agent.id, ticket_id=ticket_id, words=words, at=clock.now())
        session.add(notice)
        tell_pages(session, agent.id)
        if by_mail:
            write_mail(session, agent, notice)
    return len(agents)


def notify_admins(session: Session, words: dict[str, Any], pause: timedelta) -> None:
    """All admins but those who heard the same within that time; part of the caller's transaction."""
    told = admins(session)
    lately = select(Notice.agent_id, Notice.words).where(Notice.agent_id.in_(told), Notice.at > clock.now() - pause)
    heard = {agent_id for agent_id, said in session.execute(lately) if said == words}
    notify(session, [agent_id for agent_id in told if agent_id not in heard], None, words)


def tell_pages(session: Session, agent_id: int) -> None:
    """His open pages ask anew."""
    hint(session, [f"agent:{agent_id}"], {"ticket": 0, "kind": "notice", "inbox": 0, "event": 0, "agent": None})


def write_mail(session: Session, agent: Agent, notice: Notice) -> None:
    """The same sentence as a letter, in his language."""
    with force_locale(agent.language):
        told = sentence(notice.words, notice.ticket_id)
        where = _("It is shown here: %(address)s", address=f"{current().base_url}{address_of(notice.words, notice.ticket_id)}")
        write_letter(session, agent, told[:MOST_WORDS], f"{told}\n\n{where}\n")


def read(viewer: Viewer, notice_id: int | None = None) -> None:
    """One notice of the viewer's own is read, or without a number all of them; another's stays as it is."""
    with transaction() as session:
        own = update(Notice).where(Notice.agent_id == viewer.agent_id, Notice.read_at.is_(None))
        session.execute(own.where(Notice.id == notice_id).values(read_at=clock.now()) if notice_id else own.values(read_at=clock.now()))
        tell_pages(session, viewer.agent_id)
