"""What admins hear of their mailboxes without looking for it: a consent that ends, and a server that numbers its mails anew."""

from datetime import timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from helpdesk.actions import mailboxes
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Delivery, Inbox, Letter, Mailbox, Notice, OAuthGrant
from helpdesk.queries import alarms
from helpdesk.queries.notices import address_of, sentence
from tests.actions.test_alarms import STILL, look, look_on
from tests.factories import NOW, Clock, SmallDesk


def mailbox_of(desk: SmallDesk, **values: Any) -> int:
    with transaction() as session:
        made = Mailbox(inbox_id=desk.ids["support"], host="imap.example.com", start_at=NOW, created_at=NOW, swept_at=NOW, **values)
        session.add(made)
        session.flush()
        return made.id


def grant(desk: SmallDesk, **values: Any) -> None:
    with transaction() as session:
        session.add(OAuthGrant(inbox_id=desk.ids["support"], access_token="x", **values))


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ({}, []),
        ({"consent_expires_at": NOW + timedelta(days=8)}, []),
        ({"consent_expires_at": NOW + timedelta(days=6)}, ["consent_ends"]),
        ({"consent_expires_at": NOW - timedelta(days=1)}, ["consent"]),
        ({"problem": "consent"}, ["consent"]),
        ({"problem": "consent", "code": "being exchanged"}, []),
    ],
)
def test_a_consent_that_ends_is_an_alarm(desk: SmallDesk, clock: Clock, values: dict[str, Any], kinds: list[str]) -> None:
    grant(desk, **values)
    assert look_on(clock) == [f"{kind}:{desk.ids['support']}" for kind in kinds]
    letters = [letter for letter in db.session.scalars(select(Letter)) if "consent for support@example.com" in letter.text]
    assert len(letters) == len(kinds), "the admin has a mail, once"
    clock.move(hours=2)
    look()
    assert len(list(db.session.scalars(select(Letter)))) == len(letters)
    with transaction() as session:
        session.query(OAuthGrant).one().problem = ""
        session.query(OAuthGrant).one().consent_expires_at = NOW + timedelta(days=90)
    assert look() == [], "renewed"


def test_a_mailbox_that_waits_for_consent_is_not_said_to_fail(desk: SmallDesk, clock: Clock) -> None:
    """The one alarm names what can be done; for another problem of the same mailbox its own stands beside it."""
    box = mailbox_of(desk, problem="consent", failing_since=NOW, failures=3)
    grant(desk, problem="consent")
    clock.move(seconds=STILL)
    assert look_on(clock) == [f"consent:{desk.ids['support']}"]
    with force_locale("en"):
        (shown,) = alarms.shown()
    assert shown == "The consent for support@example.com has ended: its mail waits at the provider until an admin renews it."
    with transaction() as session:
        session.get_one(Mailbox, box).problem = "timeout"
    assert look_on(clock) == [f"consent:{desk.ids['support']}", f"fetch:{box}"]


def test_an_inbox_that_is_switched_off_needs_no_consent(desk: SmallDesk, clock: Clock) -> None:
    grant(desk, problem="consent")
    with transaction() as session:
        session.get_one(Inbox, desk.ids["support"]).active = False
    assert look_on(clock) == []


def test_new_numbers_are_told_once(desk: SmallDesk, clock: Clock) -> None:
    """Not the first ones, nor a start that was moved; and a server that numbers anew all the time is told of once a day."""
    box = mailbox_of(desk)
    assert mailboxes.lease(box, "t")
    steps = [(7, False, 0, 0), (7, False, 0, 0), (8, False, 0, 1), (9, False, 1, 1), (9, True, 1, 1), (9, True, 30, 2), (7, False, 30, 3)]
    for uidvalidity, again, hours, told in steps:
        clock.move(hours=hours)
        mailboxes.begin_numbering(box, "t", uidvalidity, 1, NOW, again=again)
        assert len(list(db.session.scalars(select(Notice)))) == told, (uidvalidity, again)
    notice = next(iter(db.session.scalars(select(Notice))))
    assert notice.agent_id == desk.ids["admin"]
    assert address_of(notice.words, None) == f"/inboxes/{desk.ids['support']}"
    with force_locale("en"):
        assert "numbered the mailbox of \u2068support@example.com\u2069 anew" in sentence(notice.words, None)


def test_the_letter_leaves_by_another_inbox_when_consent_has_ended(desk: SmallDesk, clock: Clock) -> None:
    """By the inbox itself while its consent still holds."""
    found = {}
    for days in (6, -1):
        with transaction() as session:
            session.query(OAuthGrant).delete()
        grant(desk, consent_expires_at=clock.move(seconds=1) + timedelta(days=days))
        look_on(clock)
        found[days] = [row.inbox_id for row in db.session.scalars(select(Delivery).where(Delivery.letter_id.is_not(None)))]
    assert found[6] == [desk.ids["support"]]
    assert desk.ids["support"] not in found[-1][1:]
    assert len(found[-1]) == 2
