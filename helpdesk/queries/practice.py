"""The mails of the practice post office."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Desk, Inbox, PracticeMail


def desk_is_demo() -> bool:
    """Whether this is a practice desk."""
    return bool(db.session.scalar(select(Desk.demo)))


def practice_mails(before: int = 0, most: int = 50) -> Sequence[PracticeMail]:
    """What left, newest first; with `before`, those with a smaller id."""
    found = select(PracticeMail).order_by(PracticeMail.id.desc()).limit(most)
    return db.session.scalars(found.where(PracticeMail.id < before) if 0 < before < 2**31 else found).all()


def practice_mail(mail_id: int) -> PracticeMail:
    """One of them; NotFound."""
    mail = db.session.get(PracticeMail, mail_id)
    if mail is None:
        raise NotFound
    return mail


def inbox_addresses() -> Sequence[Inbox]:
    """Where customers can write to."""
    return db.session.scalars(select(Inbox).where(Inbox.active).order_by(Inbox.id)).all()
