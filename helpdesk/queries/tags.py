"""The words on tickets."""

from sqlalchemy import bindparam, select

from helpdesk.extensions import db
from helpdesk.models import Tag, ticket_tag

STATEMENT = select(ticket_tag.c.ticket_id, Tag.name).join(Tag, Tag.id == ticket_tag.c.tag_id).where(
    ticket_tag.c.ticket_id.in_(bindparam("numbers", expanding=True))).order_by(Tag.name)


def tags_of(numbers: list[int]) -> dict[int, list[str]]:
    """Ticket -> names of its tags; the tickets were found through what the asker may see."""
    found: dict[int, list[str]] = {}
    for row in db.session.execute(STATEMENT, {"numbers": numbers}) if numbers else []:
        found.setdefault(row.ticket_id, []).append(row.name)
    return found


def all_tags(most: int = 200) -> list[str]:
    """For suggestions while a tag is typed."""
    return list(db.session.scalars(select(Tag.name).order_by(Tag.name).limit(most)))
