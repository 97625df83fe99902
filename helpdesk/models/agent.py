"""People of the desk: agents, their sessions, and the single-use links that let them in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.extensions import db
from helpdesk.models.team import Team, team_agent
from helpdesk.models.types import Json, Moment

ROLES = ("agent", "supervisor", "admin")
LANGUAGES = ("ar", "en")
THEMES = ("system", "light", "dark")
DIGITS = ("latn", "arab")


class Agent(db.Model):
    """Somebody who answers. `password_hash` None: invited and not yet in. `capacity`: so much open work he gets by itself (None: no limit);
    `skills` are words that routing asks for; `away_since`: nothing is given to him until he is back; `view_order`: ids of saved views as
    he has put them."""

    __tablename__ = "agent"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="agent")
    language: Mapped[str] = mapped_column(String(5), default="ar")
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Riyadh")
    theme: Mapped[str] = mapped_column(String(10), default="system")
    digits: Mapped[str] = mapped_column(String(10), default="latn")
    signature: Mapped[str] = mapped_column(String(2000), default="")
    signature_ar: Mapped[str] = mapped_column(String(2000), default="")
    sound: Mapped[bool] = mapped_column(default=False)
    single_keys: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    capacity: Mapped[int | None] = mapped_column()
    skills: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    away_since: Mapped[datetime | None] = mapped_column(Moment)
    view_order: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    created_at: Mapped[datetime] = mapped_column(Moment)

    teams: Mapped[list[Team]] = relationship(secondary=team_agent, order_by=Team.id)

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Flask-Login's question."""
        return self.active

    def get_id(self) -> str:
        """Flask-Login's name for us; the session table decides who is in."""
        return str(self.id)

    @property
    def sees_all(self) -> bool:
        """Supervisors and admins see every ticket."""
        return self.role in ("supervisor", "admin")

    @property
    def is_admin(self) -> bool:
        """Admins change the desk itself."""
        return self.role == "admin"

    def shown_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return (self.name_ar if language == "ar" else self.name) or self.name or self.name_ar

    def signature_in(self, language: str) -> str:
        """What stands under a reply in that language."""
        return self.signature_ar if language == "ar" else self.signature


class AgentSession(db.Model):
    """One browser that is signed in. The cookie holds the token, the row its SHA-256."""

    __tablename__ = "agent_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(60), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")


class OneTimeLink(db.Model):
    """An invitation or a reset: works once, until it expires, for its purpose alone."""

    __tablename__ = "one_time_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AttemptCounter(db.Model):
    """How often something that must not be tried often was tried, in a window of time."""

    __tablename__ = "attempt_counter"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window_started_at: Mapped[datetime] = mapped_column(Moment)
    count: Mapped[int] = mapped_column(default=0)
