"""A mail that names a ticket and did not join it: each shows the other, to whoever sees both."""

import re
from typing import Any

import pytest
from sqlalchemy import text, update

from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Ticket
from tests.web.site import Site


@pytest.fixture
def pair(site: Site) -> tuple[int, int]:
    """A ticket of repairs, and one of returns whose first mail names it."""
    with site.app.app_context():
        newer = site.desk.ticket("about my other one", sender="sami@example.com", subject="<b>Again</b>", inbox_id=site.desk.ids["parcels"])
        with transaction() as session:
            session.execute(update(Ticket).where(Ticket.id == newer).values(related_ticket_id=site.ids["number"]))
    return site.ids["number"], newer


def links(site: Site, who: str, number: int) -> list[tuple[str, str, str]]:
    """(address, subject, words) of the tickets that are named beside a ticket."""
    page = site.client(who).get(f"/tickets/{number}").text
    found = re.findall(r'<a class="mini" href="(/tickets/\d+)" data-open><b[^>]*>(.*?)</b>(.*?)</a>', page, re.S)
    plain = [(href, subject, re.sub(r"<[^>]+>", " ", words)) for href, subject, words in found]
    return [(href, subject, " ".join(words.split())) for href, subject, words in plain if "Name" in words]


@pytest.mark.parametrize(("who", "older_shows", "newer_shows"), [
    ("huda", True, True), ("admin", True, True), ("rana", False, None), ("omar", None, False),
])  # fmt: skip
def test_each_shows_the_other(site: Site, pair: tuple[int, int], who: str, older_shows: bool | None, newer_shows: bool | None) -> None:
    """None: the ticket itself is not seen."""
    older, newer = pair
    expected: dict[int, tuple[Any, tuple[str, str, str]]] = {
        older: (older_shows, (f"/tickets/{newer}", "&lt;b&gt;Again&lt;/b&gt;", f"Open Named by #{newer}")),
        newer: (newer_shows, (f"/tickets/{older}", "Printer", f"Open Names #{older}")),
    }
    for number, (shows, link) in expected.items():
        assert links(site, who, number) == ([link] if shows else []), number
        assert (site.client(who).get(f"/tickets/{number}").status_code == 404) is (shows is None)


def test_a_ticket_that_is_gone_is_named_nowhere(site: Site, pair: tuple[int, int]) -> None:
    with site.app.app_context(), transaction() as session:
        session.execute(update(Ticket).where(Ticket.id == pair[1]).values(related_ticket_id=99999))
    assert [links(site, "admin", number) for number in pair] == [[], []]


def test_those_that_name_one_are_found_by_their_index(site: Site) -> None:
    asked = "SELECT id FROM ticket WHERE related_ticket_id = 1 ORDER BY id DESC LIMIT 5"
    with site.app.app_context():
        if db.engine.dialect.name == "sqlite":
            plan = str(db.session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
        else:
            for way in ("seqscan", "bitmapscan", "sort"):
                db.session.execute(text(f"SET LOCAL enable_{way} = off"))
            plan = str(db.session.execute(text(f"EXPLAIN {asked}")).all())
        db.session.rollback()
    assert "ix_ticket_related" in plan
