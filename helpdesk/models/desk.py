"""The desk itself: one row."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Moment


class Desk(db.Model):
    """Whose desk this is; its language and time zone are what new agents and mails start with. Missing until the first-run page is done."""

    __tablename__ = "desk"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(5), default="ar")
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Riyadh")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)

    def shown_name(self, language: str) -> str:
        """The name in the reader's language, else the one there is."""
        return (self.name_ar if language == "ar" else self.name) or self.name or self.name_ar
