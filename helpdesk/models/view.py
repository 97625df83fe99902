"""Saved views: lists that agents make for themselves, and supervisors for a team or for everybody."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

ORDERS = ("newest", "waiting", "priority", "due")


class SavedView(db.Model):
    """A name in both languages, the `queues` in which it looks, and the `conditions` that a ticket in them meets: a group as
    conditions are written everywhere. It belongs to an agent, to a team, or to everybody. `sort` is one of ORDERS. `revision` tells its
    versions apart, `changed_by` who made this one; `deleted_at`: thrown away, and kept a while so that it can come back."""

    __tablename__ = "saved_view"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    queues: Mapped[list[str]] = mapped_column(Json)
    conditions: Mapped[dict[str, Any]] = mapped_column(Json)
    sort: Mapped[str] = mapped_column(String(10), default="newest")
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name


Index("ix_saved_view_agent", SavedView.agent_id)
