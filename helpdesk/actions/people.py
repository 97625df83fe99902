"""Agents: invited, edited, switched off; and what each sets for himself."""

from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk import clock, passwords
from helpdesk.actions import attempts
from helpdesk.actions.links import send_invitation, tell_of_change
from helpdesk.actions.sessions import Browser, close_sessions, cut_streams, open_session
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Agent, Desk, Team


@dataclass(frozen=True)
class Invitation:
    """What an admin says of a new colleague."""

    email: str
    name: str
    name_ar: str
    role: str
    language: str
    team_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class AgentChange:
    """What an admin may change of a colleague."""

    name: str
    name_ar: str
    role: str
    team_ids: tuple[int, ...]


@dataclass(frozen=True)
class Profile:
    """What an agent may change of himself."""

    name: str
    name_ar: str
    language: str
    time_zone: str
    theme: str
    digits: str
    signature: str
    signature_ar: str
    sound: bool
    single_keys: bool


def invite(asked: Invitation) -> Agent:
    """A new agent, and the letter that lets him in."""
    with transaction() as session:
        agent = add_agent(session, asked)
        send_invitation(session, agent)
    return agent


def add_agent(session: Session, asked: Invitation, password_hash: str | None = None) -> Agent:
    """The row with its teams; Invalid when the address is taken. Part of the caller's transaction."""
    taken = Invalid(_("Somebody has this address already."), "email")
    if session.scalar(select(Agent.id).where(Agent.email == asked.email)) is not None:
        raise taken
    desk = session.get(Desk, 1)
    agent = Agent(
        email=asked.email, name=asked.name, name_ar=asked.name_ar, role=asked.role, language=asked.language, password_hash=password_hash,
        time_zone=desk.time_zone if desk else "Asia/Riyadh", created_at=clock.now(), teams=teams_of(session, asked.team_ids))
    session.add(agent)
    try:
        session.flush()
    except IntegrityError as error:
        raise taken from error
    return agent


def teams_of(session: Session, team_ids: tuple[int, ...]) -> list[Team]:
    """The teams with those ids; one that is gone is left out."""
    return list(session.scalars(select(Team).where(Team.id.in_(team_ids)).order_by(Team.id)))


def invite_again(agent_id: int) -> None:
    """A new letter; the old link ends. Only for those who have not come in yet."""
    with transaction() as session:
        agent = held_agent(session, agent_id)
        if agent.password_hash is not None or not agent.active:
            raise Invalid(_("This colleague needs no invitation any more."))
        send_invitation(session, agent)


def held_agent(session: Session, agent_id: int) -> Agent:
    """The agent, locked until the transaction ends, read anew; NotFound."""
    agent = session.get(Agent, agent_id, populate_existing=True, with_for_update=True)
    if agent is None:
        raise NotFound
    return agent


def edit_agent(agent_id: int, change: AgentChange) -> None:
    """Name, role and teams. His open pages ask for their streams anew, with the new rights."""
    with transaction() as session:
        if change.role != "admin":
            keep_an_admin(session, agent_id, "role")
        agent = held_agent(session, agent_id)
        agent.name, agent.name_ar, agent.role = change.name, change.name_ar, change.role
        agent.teams = teams_of(session, change.team_ids)
        cut_streams(session, agent.id)


def keep_an_admin(session: Session, agent_id: int, field: str = "") -> None:
    """Invalid when nobody who can sign in would be admin without that one. The rows are locked, so that two admins
    who remove each other in the same second do not both succeed."""
    admins = select(Agent.id).where(Agent.role == "admin", Agent.active, Agent.password_hash.is_not(None)).order_by(Agent.id)
    able = list(session.scalars(admins.with_for_update()))
    if able == [agent_id]:
        raise Invalid(_("The desk needs at least one admin who can sign in."), field)


def deactivate(agent_id: int) -> None:
    """Lets him in no more and ends his sessions; what he wrote stays his."""
    with transaction() as session:
        keep_an_admin(session, agent_id)
        held_agent(session, agent_id).active = False
        close_sessions(session, agent_id)


def activate(agent_id: int) -> None:
    """Lets him in again."""
    with transaction() as session:
        held_agent(session, agent_id).active = True


def edit_profile(agent_id: int, profile: Profile) -> None:
    """The agent's own settings, and nothing else of him."""
    with transaction() as session:
        agent = held_agent(session, agent_id)
        for name, value in asdict(profile).items():
            setattr(agent, name, value)


def set_language(agent_id: int, language: str) -> None:
    """The language of the agent's pages and letters."""
    with transaction() as session:
        held_agent(session, agent_id).language = language


def change_password(agent_id: int, old: str, new: str, browser: Browser) -> str:
    """A new password for one who knows the old; ends all sessions and opens a new one for this browser, whose token comes back."""
    with transaction() as session:
        spent = attempts.spend(session, attempts.PASSWORD_ACCOUNT, str(agent_id))
        stored = held_agent(session, agent_id).password_hash
    spent.refuse_if_full()
    if not passwords.verify_password(stored, old):
        raise Invalid(_("This is not the present password."), "old_password")
    hashed = passwords.hash_password(new)
    with transaction() as session:
        agent = held_agent(session, agent_id)
        if agent.password_hash != stored or not agent.active:
            raise Invalid(_("This is not the present password."), "old_password")
        agent.password_hash = hashed
        attempts.clear(session, attempts.PASSWORD_ACCOUNT, str(agent_id))
        close_sessions(session, agent_id)
        tell_of_change(session, agent)
        return open_session(session, agent, browser)


def create(asked: Invitation, password: str) -> Agent:
    """An agent with a password at once, for whoever sits at the machine."""
    hashed = passwords.hash_password(password)
    with transaction() as session:
        return add_agent(session, asked, hashed)


def set_password(email: str, password: str) -> None:
    """A new password without the old, for whoever sits at the machine; ends all sessions. NotFound."""
    hashed = passwords.hash_password(password)
    with transaction() as session:
        agent = session.scalar(select(Agent).where(Agent.email == email).with_for_update().execution_options(populate_existing=True))
        if agent is None:
            raise NotFound
        agent.password_hash = hashed
        attempts.clear(session, attempts.LOGIN_ACCOUNT, email)
        close_sessions(session, agent.id)
