"""What is due soon: in the order of due times, from any queue, by its own index on both databases."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import text, update

from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.queries.ticket_list import PAGE, ticket_page
from tests.factories import NOW, SmallDesk

MANY = PAGE + 5


def test_what_is_due_soon_comes_in_the_order_of_due_times(desk: SmallDesk) -> None:
    numbers = [receipt.ticket_id for receipt in receive([desk.mail(str(number)) for number in range(MANY + 2)])]
    with transaction() as session:
        for place, number in enumerate(numbers[:-1]):
            due = NOW + timedelta(hours=(place * 7) % 20 - 4) if place < MANY else NOW + timedelta(days=3)
            values = {"due_at": due, "due_state": "running", "queue": "waiting" if place % 3 else "open"}
            session.execute(update(Ticket).where(Ticket.id == number).values(**values))
    for who in ("rana", "supervisor"):
        first = ticket_page(desk.viewer(who), "due")
        rows = [*first.rows, *ticket_page(desk.viewer(who), "due", "newest", first.after).rows]
        assert [row.id for row in rows] == [row.id for row in sorted(rows, key=lambda row: (row.due_at, row.id))], who
        assert sorted(row.id for row in rows) == numbers[:MANY], who


def test_its_pages_walk_along_their_index(desk: SmallDesk) -> None:
    for who, index in (("supervisor", "ix_ticket_all_due"), ("rana", "ix_ticket_inbox_due")):
        assert index in plan(desk, who), who


def plan(desk: SmallDesk, who: str) -> str:
    """How the database would find the first branch of the view. PostgreSQL thinks either index as good while there are next to no rows, so
    whoever sees little is asked without the other one."""
    seen = "" if who == "supervisor" else f"inbox_id = {desk.ids['support']} AND "
    asked = f"SELECT id FROM ticket WHERE {seen}due_at <= '2026-11-23 09:00:00' ORDER BY due_at, id LIMIT 26"
    if db.engine.dialect.name == "sqlite":
        return str(db.session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
    with suppress(Undone), transaction() as session:
        for way in ("seqscan", "bitmapscan", "sort"):  # all good enough for an empty table
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        if seen:
            session.execute(text("DROP INDEX ix_ticket_all_due"))
        found = str(session.execute(text(f"EXPLAIN {asked}")).all())
        raise Undone
    return found


class Undone(Exception):
    """Nothing of it is kept."""
