"""Business hours: a week of periods in a time zone, ranges of dates with other hours, and holidays."""

from datetime import date

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json

Week = list[list[list[int]]]
"""Monday first: a list of [from, to] a day, in minutes after midnight; `to` may pass 1440, into the next day."""


class Calendar(db.Model):
    """Hours of a team, of a channel, or of everybody else. The first that names the team counts, else the first that names the channel,
    else the one that is `standard`."""

    __tablename__ = "calendar"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Riyadh")
    week: Mapped[Week] = mapped_column(Json)
    team_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    channels: Mapped[list[str]] = mapped_column(Json, default=list)
    standard: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    pack: Mapped[str] = mapped_column(String(60), default="")

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name


class CalendarRange(db.Model):
    """Dates, the last one included, with a week of their own, such as Ramadan; of one calendar, or of all (None)."""

    __tablename__ = "calendar_range"
    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date] = mapped_column(Date)
    week: Mapped[Week] = mapped_column(Json)


class Holiday(db.Model):
    """Dates, the last one included, on which nobody works, or only in `periods` ([from, to] in minutes). `state` is "estimated" until
    somebody confirmed the dates, "removed" for one of the package that the desk does not keep; `source` "package" or "hand"; `key` names
    the same holiday of the same year for the package."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date] = mapped_column(Date)
    periods: Mapped[list[list[int]]] = mapped_column(Json, default=list)
    state: Mapped[str] = mapped_column(String(10), default="confirmed")
    source: Mapped[str] = mapped_column(String(10), default="hand")
    key: Mapped[str | None] = mapped_column(String(80))
    pack: Mapped[str] = mapped_column(String(60), default="")
