"""Customers and their addresses."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.extensions import db
from helpdesk.models.types import Moment


class Contact(db.Model):
    """Somebody who writes to us."""

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(5), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)

    addresses: Mapped[list["Address"]] = relationship(back_populates="contact", order_by="Address.id")


class Address(db.Model):
    """One e-mail address or number of a contact; `value` is folded, `shown` as it was written. `undeliverable_at`: a server said for good
    that nothing reaches it; `blocked_at`: what comes from it is held."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("kind", "value"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(254))
    shown: Mapped[str] = mapped_column(String(254), default="")
    undeliverable_at: Mapped[datetime | None] = mapped_column(Moment)
    undeliverable_words: Mapped[str] = mapped_column(String(300), default="", server_default="")
    blocked_at: Mapped[datetime | None] = mapped_column(Moment)

    contact: Mapped[Contact] = relationship(back_populates="addresses")
