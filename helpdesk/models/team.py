"""Teams and the inboxes they see."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.extensions import Base, db
from helpdesk.models.inbox import Inbox
from helpdesk.models.types import Json

team_agent = Table(
    "team_agent", Base.metadata,
    Column("team_id", ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, index=True),
)
team_inbox = Table(
    "team_inbox", Base.metadata,
    Column("team_id", ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
    Column("inbox_id", ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True, index=True),
)


routing_turn = Table(
    "routing_turn", Base.metadata,
    Column("team_id", ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, nullable=False),
)


class Team(db.Model):
    """Agents who share tickets. `routing` is how they get them: {"method", "weights", "skills", "return_when_away"}; {} by hand."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    routing: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")

    inboxes: Mapped[list[Inbox]] = relationship(secondary=team_inbox, order_by=Inbox.id)

    def shown_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return (self.name_ar if language == "ar" else self.name) or self.name or self.name_ar
