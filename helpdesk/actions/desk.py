"""The desk itself: opened once, then edited."""

from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from helpdesk import clock, passwords
from helpdesk.actions.inboxes import InboxChange, add_inbox
from helpdesk.actions.people import Invitation, add_agent
from helpdesk.actions.sessions import Browser, open_session
from helpdesk.actions.transaction import transaction
from helpdesk.errors import NotFound
from helpdesk.models import Desk, Team


@dataclass(frozen=True)
class DeskChange:
    """What may be said of the desk."""

    name: str
    name_ar: str
    language: str
    time_zone: str


@dataclass(frozen=True)
class Opening:
    """The four cards of the first-run page."""

    desk: DeskChange
    name: str
    name_ar: str
    email: str
    password: str
    inbox_address: str


def open_desk(asked: Opening, browser: Browser) -> str:
    """Desk, first admin, first team and first inbox, or nothing; the token of the admin's session. NotFound when a desk is there."""
    hashed = passwords.hash_password(asked.password)
    with transaction() as session:
        try:
            session.execute(insert(Desk).values(
                id=1, name=asked.desk.name, name_ar=asked.desk.name_ar, language=asked.desk.language, time_zone=asked.desk.time_zone,
                demo=False, created_at=clock.now()))
        except IntegrityError as error:
            raise NotFound from error
        team = Team(name=in_language("en"), name_ar=in_language("ar"))
        session.add(team)
        session.flush()
        admin = Invitation(asked.email, asked.name, asked.name_ar, "admin", asked.desk.language, (team.id,))
        add_inbox(session, InboxChange(asked.inbox_address, team.name, team.name_ar, team.id))
        return open_session(session, add_agent(session, admin, hashed), browser)


def in_language(language: str) -> str:
    """What the first team and the first inbox are called."""
    with force_locale(language):
        return str(_("Support"))


def edit(change: DeskChange) -> None:
    """Names, language and time zone; agents keep their own."""
    with transaction() as session:
        desk = session.get(Desk, 1, populate_existing=True, with_for_update=True)
        if desk is None:
            raise NotFound
        desk.name, desk.name_ar, desk.language, desk.time_zone = change.name, change.name_ar, change.language, change.time_zone
