"""Inboxes: one address of ours on one channel."""

from typing import Any

from sqlalchemy import String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json


class Inbox(db.Model):
    """An address that customers write to. `smtp` says how answers leave: {"host", "port", "security", "username"}, or {} for the practice
    post office; `smtp_secret` is the encrypted password. `acknowledge`: a new ticket is confirmed at once, with the promised hours.
    `quote_history`: an answer carries what it answers. `agents_forward`: a mail that an agent forwards is a ticket of who wrote it first.
    `plus_addressing`: mail to name+token@domain reaches us too, so replies may carry a token in their address."""

    __tablename__ = "inbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), default="email")
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(254), unique=True)
    team_id: Mapped[int | None] = mapped_column()
    smtp: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    plus_addressing: Mapped[bool] = mapped_column(default=False)
    authserv_id: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="", server_default="")
    smtp_secret: Mapped[str] = mapped_column(Text, default="", server_default="")
    acknowledge: Mapped[bool] = mapped_column(default=False, server_default=false())
    promise_hours: Mapped[int | None] = mapped_column()
    quote_history: Mapped[bool] = mapped_column(default=False, server_default=false())
    agents_forward: Mapped[bool] = mapped_column(default=False, server_default=false())

    def shown_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return (self.name_ar if language == "ar" else self.name) or self.name or self.name_ar
