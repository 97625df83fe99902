"""The health page and the banner: who sees them, what turns them red, and that they can be read when nothing can be written."""

from typing import Any

import pytest
from sqlalchemy import select, text

from helpdesk import clock, disk
from helpdesk.actions import alarms
from helpdesk.actions.raw import put_aside, store_raw
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import DueMoment, Ticket
from helpdesk.queries import alarms as shown
from helpdesk.queries import ledger
from tests.servers import free_port
from tests.web.site import Site
from tests.web.test_failures import full

RED = 'class="diff bad"'


def look(site: Site) -> None:
    """What the timetable does, and what pages kept for seconds is forgotten."""
    with site.app.app_context():
        alarms.look_at_stages()
        alarms.look_at_ledger()
    site.app.extensions.pop("alarms_shown", None)


def by_hand(site: Site, statement: str) -> None:
    with site.app.app_context(), transaction() as session:
        session.execute(text(statement))


def test_a_message_that_is_taken_away_turns_the_page_red(site: Site) -> None:
    page = site.client("supervisor").get("/health")
    assert page.status_code == 200
    assert RED not in page.text
    assert "/again" not in page.text, "what an admin does"
    by_hand(site, "DELETE FROM message WHERE kind = 'incoming'")
    for who in ("supervisor", "admin"):
        page = site.client(who).get("/health").text
        assert page.count(RED) == 1
        assert "Mails that arrived and became nothing:" in page
    assert site.client("rana").get("/health").status_code == 404


def test_every_page_of_those_who_look_after_the_desk_has_the_banner(site: Site) -> None:
    sentence = "The ledger does not add up: the difference is 1."
    pages = ("/tickets", site.path("/tickets/<int:number>"), "/search?q=printer", "/profile")
    look(site)
    assert not [page for page in pages if "add up" in site.client("admin").get(page).text]
    by_hand(site, "DELETE FROM message WHERE kind = 'incoming'")
    look(site)
    pages = ("/tickets", "/search?q=printer", "/profile", "/health")
    for who, seen in (("admin", True), ("supervisor", True), ("rana", False)):
        client = site.client(who)
        assert [page for page in pages[:3] if (sentence in client.get(page).text) != seen] == []


def test_what_is_missing_stands_on_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with site.app.app_context():
        put_aside(store_raw(site.desk.ids["support"], b"x", "pipe"), "quarantined", "too many parts")
    monkeypatch.setattr(disk, "free_bytes", lambda: 1000)
    site.app.extensions.pop("redis_client", None)
    site.app.config["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    page = site.client("admin").get("/health").text
    assert "The disk is almost full" in page
    assert "The message line (Redis) does not answer" in page
    assert "Stands still" in page
    assert "1 needs a person" in page
    assert RED not in page


def test_it_can_be_read_when_nothing_can_be_written(site: Site) -> None:
    client = site.client("admin")
    with full(site) as free:
        assert client.get("/health").status_code == 200
        free()


def test_a_sum_that_takes_too_long_does_not_hide_the_rest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any) -> None:
        raise ledger.Busy

    monkeypatch.setattr(ledger, "counted", late)
    page = site.client("admin").get("/health")
    assert page.status_code == 200
    assert "takes too long at the moment" in page.text


def test_the_banner_asks_the_database_once_in_seconds(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(shown, "read", lambda: asked.append(1) or [])
    client = site.client("admin")
    for _ in range(5):
        client.get("/tickets")
    assert len(asked) == 1
    with site.app.app_context():
        db.session.remove()


def test_moments_that_failed_too_often_are_let_go_by_an_admin(site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        number = session.scalar(select(Ticket.id).limit(1)) or 0
        session.add(DueMoment(kind="rule", ref=1, ticket_id=number, due_at=clock.FAR, attempts=5))
    assert 'action="/health/due"' not in site.client("supervisor").get("/health").text
    assert site.post(site.client("supervisor"), "/health/due").status_code == 404
    page = site.client("admin").get("/health").text
    assert "1 needs a person" in page
    assert 'action="/health/due"' in page
    assert site.post(site.client("admin"), "/health/due").status_code == 303
    with site.app.app_context():
        moment = db.session.query(DueMoment).filter_by(kind="rule", ref=1).one()
        assert (moment.due_at < clock.FAR, moment.attempts) == (True, 0)


def test_what_was_put_aside_is_told_again_by_an_admin(site: Site) -> None:
    by_hand(site, """
        INSERT INTO pending_event (event_id, ticket_id, subscriber, attempts, next_at, error, parked_at)
        SELECT max(id), max(ticket_id), 'gone', 5, '2026-11-22 09:00:00', 'LookupError', '2026-11-22 09:00:00' FROM event""")
    pages = {who: site.client(who).get("/health").text for who in ("supervisor", "admin")}
    assert "1 needs a person" in pages["supervisor"]
    assert ("/health/outbox" in pages["supervisor"], "/health/outbox" in pages["admin"]) == (False, True)
    assert site.post(site.client("supervisor"), "/health/outbox").status_code == 404
    admin = site.client("admin")
    assert site.post(admin, "/health/outbox").status_code == 303
    page = admin.get("/health").text
    assert "1 is tried again in a moment." in page
    assert "needs a person" not in page
