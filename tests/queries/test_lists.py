"""Lists by key: every ticket once and in order, however many share a moment, whatever comes in meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from helpdesk.actions import change
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.clock import FAR
from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.queries import counts
from helpdesk.queries.ticket_list import PAGE, read_after, ticket_page
from helpdesk.queries.views import SORTS
from tests.factories import NOW, Clock, SmallDesk

MANY = 2 * PAGE + 10


@pytest.fixture
def many(desk: SmallDesk) -> list[int]:
    """Sixty open tickets, of which many share their times and priorities."""
    numbers = [receipt.ticket_id for receipt in receive([desk.mail(str(number)) for number in range(MANY)])]
    with transaction() as session:
        for number in numbers:
            values = {"last_at": NOW - timedelta(minutes=number % 4), "priority": number % 3}
            waits = FAR if number % 5 == 0 else NOW - timedelta(hours=number % 3)
            session.execute(update(Ticket).where(Ticket.id == number).values(waiting_since=waits, **values))
    db.session.expire_all()
    return numbers


def walk(desk: SmallDesk, who: str, view: str, sort: str) -> list[Any]:
    """All pages of a list."""
    rows, after = [], ""
    for _page in range(10):
        page = ticket_page(desk.viewer(who), view, sort, after)
        rows += page.rows
        if not (after := page.after):
            break
    return rows


def test_every_ticket_once_and_in_order(desk: SmallDesk, many: list[int]) -> None:
    keys = {
        "newest": lambda row: (-row.last_at.timestamp(), -row.id),
        "waiting": lambda row: (row.waiting_since, row.id),
        "priority": lambda row: (-row.priority, -row.last_at.timestamp(), -row.id),
    }
    for who in ("rana", "supervisor"):
        for sort in SORTS:
            rows = walk(desk, who, "open", sort)
            assert sorted(row.id for row in rows) == many, (who, sort)
            assert rows == sorted(rows, key=keys[sort]), (who, sort)


def test_who_waits_nowhere_stands_last(desk: SmallDesk, many: list[int]) -> None:
    rows = walk(desk, "rana", "open", "waiting")
    waits = [row.waiting_since < FAR for row in rows]
    assert waits == sorted(waits, reverse=True)


def test_what_comes_in_meanwhile_moves_no_page(desk: SmallDesk, many: list[int], clock: Clock) -> None:
    first = ticket_page(desk.viewer("rana"), "open")
    clock.move(minutes=1)
    desk.ticket("a new one")
    second = ticket_page(desk.viewer("rana"), "open", "newest", first.after)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


@pytest.mark.parametrize(
    "key", ["", "x", "1.2", "1.2.3.4", "-1.2.3", "1e3.2.3", "٣.1.1", f"{'9' * 18}.1.1", f"1.{2**31}.1", "1.1.9999999999"]
)
def test_a_key_that_makes_no_sense_is_the_first_page(key: str) -> None:
    assert read_after(key) is None


def test_counts_stop_at_their_cap_and_are_kept_for_moments(desk: SmallDesk, many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    counts.kept.clear()
    assert counts.counts(desk.viewer("rana"))["open"] == MANY
    change.change(desk.viewer("rana"), many[0], change.set_status("solved"))
    assert counts.counts(desk.viewer("rana"))["open"] == MANY
    monkeypatch.setattr(counts, "KEPT_SECONDS", -1.0)
    assert counts.counts(desk.viewer("rana"))["open"] == MANY - 1
