"""Teams and the inboxes they see."""

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.extensions import Base, db
from helpdesk.models.inbox import Inbox

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


class Team(db.Model):
    """Agents who share tickets."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_ar: Mapped[str] = mapped_column(String(120), default="")

    inboxes: Mapped[list[Inbox]] = relationship(secondary=team_inbox, order_by=Inbox.id)

    def shown_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return (self.name_ar if language == "ar" else self.name) or self.name or self.name_ar
