"""The words on tickets."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.extensions import db
from helpdesk.models import Tag, ticket_tag
from helpdesk.queries import together

STATEMENT = select(ticket_tag.c.ticket_id, Tag.name).join(Tag, Tag.id == ticket_tag.c.tag_id).where(
    ticket_tag.c.ticket_id.in_(bindparam("numbers", expanding=True))).order_by(Tag.name)


def tags_of(numbers: list[int]) -> dict[int, list[str]]:
    """Ticket -> names of its tags; the tickets were found through what the asker may see."""
    found: dict[int, list[str]] = {}
    for row in db.session.execute(STATEMENT, {"numbers": numbers}) if numbers else []:
        found.setdefault(row.ticket_id, []).append(row.name)
    return found


def tags_on(session: Session, number: int) -> dict[int, str]:
    """The tags of one ticket, folded, by their ids. Whoever tags a ticket that he holds writes it here, too."""
    return together.of_ticket(session, number, "tags", read_tags)


def read_tags(session: Session, numbers: set[int]) -> dict[int, dict[int, str]]:
    """The same of several."""
    found: dict[int, dict[int, str]] = {number: {} for number in numbers}
    on = select(ticket_tag.c.ticket_id, Tag.id, Tag.folded).join(Tag, Tag.id == ticket_tag.c.tag_id)
    for ticket_id, tag_id, folded in session.execute(on.where(ticket_tag.c.ticket_id.in_(numbers)).order_by(Tag.folded)):
        found[ticket_id][tag_id] = folded
    return found


def all_tags(most: int = 200) -> list[str]:
    """For suggestions while a tag is typed."""
    return list(db.session.scalars(select(Tag.name).order_by(Tag.name).limit(most)))
