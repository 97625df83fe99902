"""Coming in and going out: a session a browser, in the database, so that it can be ended from elsewhere."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from helpdesk import clock, passwords, vault
from helpdesk.actions import attempts
from helpdesk.actions.transaction import hint, transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.folding import fold_email
from helpdesk.models import Agent, AgentSession

LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Browser:
    """Who knocks: address and name as the connection gives them, and the token it already holds."""

    address: str = ""
    user_agent: str = ""
    token: str | None = None


def sign_in(email: str, password: str, browser: Browser) -> str:
    """The token of a new session. Invalid with the tries left, TooManyTries; the same answers, in the same time, whether or not
    somebody has that address. The try is counted before the password is looked at."""
    account = account_of(email)
    left = count_try(account, browser.address)
    agent = db.session.scalar(select(Agent).where(Agent.email == account).execution_options(populate_existing=True))
    db.session.commit()  # hashing takes long: no transaction waits for it
    stored = agent.password_hash if agent is not None and agent.active else None
    if not passwords.verify_password(stored, password) or agent is None or stored is None:
        raise Invalid(no_match(left))
    better = passwords.hash_password(password) if passwords.needs_rehash(stored) else stored
    with transaction() as session:
        agent = session.get(Agent, agent.id, populate_existing=True, with_for_update=True)
        if agent is None or not agent.active or agent.password_hash != stored:
            raise Invalid(no_match(left))
        agent.password_hash = better
        forgive(session, account, browser.address)
        return open_session(session, agent, browser)


def account_of(email: str) -> str:
    """What was typed as an agent's address is kept; of nonsense only as much as fits (PostgreSQL takes no NUL)."""
    return fold_email(email.replace("\0", "")[:1000])[:254]


def count_try(account: str, address: str) -> int:
    """How many tries are left after this one; TooManyTries when it is one too many for everybody, the place or the account."""
    with transaction() as session:
        tries = (attempts.LOGIN_ALL, "all"), (attempts.LOGIN_ADDRESS, attempts.network(address)), (attempts.LOGIN_ACCOUNT, account)
        for limit, subject in tries:
            spent = attempts.spend(session, limit, subject)
            if spent.full:
                break
    spent.refuse_if_full()
    return spent.left


def forgive(session: Session, account: str, address: str) -> None:
    """A try that succeeded: the account is clear, and this try counts for nobody else."""
    attempts.give_back(session, attempts.LOGIN_ALL, "all")
    attempts.give_back(session, attempts.LOGIN_ADDRESS, attempts.network(address))
    attempts.clear(session, attempts.LOGIN_ACCOUNT, account)


def no_match(left: int) -> str:
    """What did not match, and how many tries are left."""
    if left == 0:
        minutes = attempts.LOGIN_ACCOUNT.seconds // 60
        return str(ngettext("The e-mail and password do not match. The next try is possible in %(num)s minute.",
                            "The e-mail and password do not match. The next try is possible in %(num)s minutes.", minutes))
    return str(ngettext("The e-mail and password do not match. %(num)s try left before a short pause.",
                        "The e-mail and password do not match. %(num)s tries left before a short pause.", left))


def open_session(session: Session, agent: Agent, browser: Browser) -> str:
    """A new token, whatever the browser held before; part of the caller's transaction."""
    now, token = clock.now(), secrets.token_urlsafe(32)
    if browser.token:
        session.execute(delete(AgentSession).where(AgentSession.token_hash == vault.hash_token(browser.token)))
    session.add(AgentSession(
        agent_id=agent.id, token_hash=vault.hash_token(token), created_at=now, last_seen_at=now, expires_at=now + LIFE,
        address=browser.address[:60], user_agent=browser.user_agent[:300]))
    return token


def close_sessions(session: Session, agent_id: int, *which: ColumnElement[bool]) -> int:
    """Ends sessions of an agent and the streams of his pages; those that may, come back. How many; part of the caller's transaction."""
    ended = session.execute(delete(AgentSession).where(AgentSession.agent_id == agent_id, *which).returning(AgentSession.id)).all()
    cut_streams(session, agent_id)
    return len(ended)


def cut_streams(session: Session, *agent_ids: int) -> None:
    """Streams opened with rights that may be gone end after the commit; the pages ask for new ones."""
    for agent_id in agent_ids:
        hint(session, [f"end:agent:{agent_id}"], {})


def sign_out(agent_id: int, session_id: int) -> None:
    """Ends one of the agent's own sessions; NotFound for another's."""
    with transaction() as session:
        if not close_sessions(session, agent_id, AgentSession.id == session_id):
            raise NotFound(_("This session has ended already."))


def sign_out_everywhere(agent_id: int) -> None:
    """Ends all of the agent's sessions, this one too."""
    with transaction() as session:
        close_sessions(session, agent_id)


def keep_alive(session_id: int) -> None:
    """Somebody is still there: thirty more days. Written at most every five minutes."""
    now = clock.now()
    with transaction() as session:
        session.execute(
            update(AgentSession).where(AgentSession.id == session_id, AgentSession.last_seen_at <= now - SEEN_EVERY)
            .values(last_seen_at=now, expires_at=now + LIFE).execution_options(synchronize_session=False))
