"""Letters with a link that lets somebody in once: invitation and reset."""

import secrets
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock, passwords, vault
from helpdesk.actions import attempts
from helpdesk.actions.letter import write_letter
from helpdesk.actions.sessions import Browser, account_of, close_sessions, open_session
from helpdesk.actions.transaction import transaction
from helpdesk.errors import NotFound
from helpdesk.models import Agent, Desk, OneTimeLink
from helpdesk.settings import current

LIFE = {"reset": timedelta(hours=1), "invitation": timedelta(days=7)}


def request_reset(email: str, address: str) -> None:
    """A letter with a link, when the address is an active agent's; else the same work, taken back, so that neither answer nor time tells.
    TooManyTries for a place that asks too often; an account gets three letters an hour."""
    account = account_of(email)
    with transaction() as session:
        asked = attempts.spend(session, attempts.RESET_ADDRESS, attempts.network(address))
        if not asked.full:
            spent = attempts.spend(session, attempts.RESET_ACCOUNT, account)
            agent, somebody = session.scalar(select(Agent).where(Agent.email == account)), session.scalar(select(func.min(Agent.id)))
            real = agent is not None and agent.active and not spent.full
            with session.begin_nested() as attempt:
                send_reset(session, agent or Agent(id=somebody, email=account, name="", language="ar"))
                if not real:
                    attempt.rollback()
    asked.refuse_if_full()


def send_reset(session: Session, agent: Agent) -> None:
    """The letter that leads to a new password."""
    address = new_link(session, agent, "reset")
    with force_locale(agent.language):
        write_letter(session, agent, _("A new password for the support desk"), _(
            "Somebody asked for a new password for your account at the support desk. To choose one, open this address within an hour:"
            "\n\n%(address)s\n\nIt works once. If it was not you, nothing needs to be done: the password stays as it is.", address=address))
    session.flush()  # now, so that it is done for nobody too


def send_invitation(session: Session, agent: Agent) -> None:
    """The letter that lets a new colleague in; earlier invitations end."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.agent_id == agent.id, OneTimeLink.purpose == "invitation"))
    address, desk = new_link(session, agent, "invitation"), session.get(Desk, 1)
    with force_locale(agent.language):
        name = desk.shown_name(agent.language) if desk else _("Helpdesk")
        write_letter(session, agent, _("Your invitation to the support desk of %(desk)s", desk=name), _(
            "You are invited to the support desk of %(desk)s. To choose a password and begin, open this address within seven days:"
            "\n\n%(address)s\n\nIt works once.", desk=name, address=address))


def new_link(session: Session, agent: Agent, purpose: str) -> str:
    """The address of a new link. It is made of the configured base address alone, never of what a request claims to be (CVE-2025-43930)."""
    token = secrets.token_urlsafe(32)
    session.add(OneTimeLink(purpose=purpose, agent_id=agent.id, token_hash=vault.hash_token(token), expires_at=clock.now() + LIFE[purpose]))
    return f"{current().base_url}/{purpose}/{token}"


def use_link(purpose: str, token: str, password: str, browser: Browser) -> str:
    """Sets the password, ends the agent's other sessions and links, and signs in; the token of the new session.
    NotFound for a link that is unknown, used, expired or for another purpose; owner_of_link() has looked before, this decides."""
    hashed = passwords.hash_password(password)
    with transaction() as session:
        agent = take_link(session, purpose, token)
        agent.password_hash = hashed
        session.execute(delete(OneTimeLink).where(OneTimeLink.agent_id == agent.id, OneTimeLink.used_at.is_(None)))
        close_sessions(session, agent.id)
        attempts.clear(session, attempts.LOGIN_ACCOUNT, agent.email)
        if purpose == "reset":
            tell_of_change(session, agent)
        return open_session(session, agent, browser)


def take_link(session: Session, purpose: str, token: str) -> Agent:
    """Marks the link as used, in one statement, so that of two only one gets it; its agent."""
    now = clock.now()
    agent_id = session.execute(
        update(OneTimeLink).where(OneTimeLink.token_hash == vault.hash_token(token), OneTimeLink.purpose == purpose,
                                  OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(used_at=now).returning(OneTimeLink.agent_id).execution_options(synchronize_session=False)).scalar()
    agent = session.get(Agent, agent_id, populate_existing=True, with_for_update=True) if agent_id is not None else None
    if agent is None or not agent.active:
        raise NotFound
    return agent


def tell_of_change(session: Session, agent: Agent) -> None:
    """Whoever changed it, the owner hears of it."""
    with force_locale(agent.language):
        write_letter(session, agent, _("Your password was changed"), _(
            "The password of your account at the support desk was changed, and all other devices were signed out. "
            "If it was not you, tell an administrator of the desk at once."))
