"""Canned replies: a text a language, in folders, of one agent, a team or everybody."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.extensions import db
from helpdesk.models.types import Moment


class CannedReply(db.Model):
    """A reply that is written once. It belongs to an agent, to a team, or to everybody; `uses` counts how often it was taken."""

    __tablename__ = "canned_reply"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    folder: Mapped[str] = mapped_column(String(120), default="")
    folder_ar: Mapped[str] = mapped_column(String(120), default="")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    active: Mapped[bool] = mapped_column(default=True)
    uses: Mapped[int] = mapped_column(default=0)
    pack: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)

    texts: Mapped[list["CannedText"]] = relationship(order_by="CannedText.language", cascade="all, delete-orphan")

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name

    def shown_folder(self, language: str) -> str:
        """In the reader's language, where there is one; "" for none."""
        return (self.folder_ar if language == "ar" else "") or self.folder


class CannedText(db.Model):
    """What it says in one language; `folded` is what a search while typing finds it by."""

    __tablename__ = "canned_text"
    __table_args__ = (UniqueConstraint("reply_id", "language"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("canned_reply.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, default="")
