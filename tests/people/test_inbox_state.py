"""Beside the form of an inbox: what is known last of its servers, by a test or by whoever watches the mailbox, and of older mail."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from helpdesk.actions.transaction import transaction
from helpdesk.models import Agent, ConnectionCheck, Inbox, Mailbox, MailboxMark
from tests.people.conftest import NOW, World
from tests.people.test_inbox_pages import made, one


def minutes(count: float | None) -> datetime | None:
    """So many before now."""
    return None if count is None else NOW - timedelta(minutes=count)


def beside(world: World, page: str) -> str:
    return str(world.client("admin").get(f"{page}/check").text)


@pytest.mark.parametrize(
    ("tested", "found", "failing", "problem", "swept", "shown"),
    [  # minutes ago; what the test found; minutes; what the watcher met; minutes -> what stands there of receiving
        (30, "", None, "", 60, "Receiving works"),
        (30, "", 10, "login", 15, "The server refused the login."),
        (30, "", 10, "quota", None, "The account has reached a limit."),
        (30, "", 40, "login", 50, "The server refused the login."),
        (2, "", 40, "login", 50, "Receiving works"),
        (30, "", None, "folder", 5, "There is no such folder."),
        (30, "login", None, "", 5, "Receiving works"),
        (30, "login", None, "", 60, "The server refused the login."),
        (30, "login", None, "", None, "The server refused the login."),
        (30, "login", 20, "timeout", 40, "The server does not answer."),
        (None, "", 20, "timeout", 40, "Trying to receive"),
    ],
)
def test_what_was_seen_last_is_shown(
    world: World, tested: int | None, found: str, failing: int | None, problem: str, swept: int | None, shown: str
) -> None:
    page = made(world)
    inbox_id = one(world, Inbox).id
    with world.app.app_context(), transaction() as session:
        asked = {"asked_at": minutes(tested or 1), "done_at": minutes(tested), "token": "x"}
        session.add(ConnectionCheck(inbox_id=inbox_id, imap_problem=found, **asked))
        mailbox = session.query(Mailbox).filter_by(inbox_id=inbox_id).one()
        mailbox.problem, mailbox.failing_since, mailbox.swept_at = problem, minutes(failing), minutes(swept)
    text = beside(world, page)
    titles = ("Receiving works: ", "refused the login", "reached a limit", "no such folder", "does not answer", "Trying to receive")
    assert shown in text
    assert sum(title in text for title in titles) == 1, "one word about one server"
    assert ("Sending works" in text) == (tested is not None)


@pytest.mark.parametrize(
    ("asked", "planned", "state", "said", "bar", "asks"),
    [  # older mail is wanted; (done, total) of the mark; what is said of the mailbox -> words, progress, whether it asks again
        (False, (3, 9), {}, "", None, False),
        (True, None, {}, "is being looked through for older mail", (None, None), True),
        (True, (3, 9), {}, "Older mail is being fetched", (3, 9), True),
        (True, (3, 9), {"failing_since": NOW, "problem": "login"}, "until the mailbox can be reached again", (3, 9), False),
        (True, (3, 9), {"lease_until": NOW - timedelta(seconds=1)}, "until somebody watches", (3, 9), False),
        (True, (3, 9), {"active": False}, "the inbox is switched off", (3, 9), False),
        (True, (9, 9), {"failing_since": NOW}, "All older mail is here.", (9, 9), False),
        (True, (0, 0), {"swept_at": NOW}, "There is no older mail", None, False),
    ],
)
def test_how_far_older_mail_is_fetched(
    world: World, asked: bool, planned: tuple[int, int] | None, state: dict[str, Any], said: str, bar: Any, asks: bool
) -> None:
    page = made(world)
    with world.app.app_context(), transaction() as session:
        mailbox = session.query(Mailbox).one()
        mailbox.backfill_from, mailbox.uidvalidity, mailbox.lease_until = NOW if asked else None, 7, NOW + timedelta(minutes=1)
        for name, value in state.items():
            setattr(mailbox, name, value)
        if planned:
            counts = {"backfill_done": planned[0], "backfill_total": planned[1], "start_at": NOW, "created_at": NOW}
            session.add(MailboxMark(mailbox_id=mailbox.id, uidvalidity=7, **counts))
    text = str(world.client("admin").get(f"{page}/backfill").text)
    assert said in text
    assert ("<progress" in text) == (bar is not None)
    assert bar in (None, (None, None)) or f'max="{bar[1]}" value="{bar[0]}"' in text
    assert ("every 2s" in text) == asks
    assert "".join(text.split()) in "".join(world.client("admin").get(page).text.split()), "it stands on the page of the inbox"


def test_the_numbers_are_in_the_digits_of_the_reader(world: World) -> None:
    page = made(world)
    with world.app.app_context(), transaction() as session:
        mailbox, admin = session.query(Mailbox).one(), session.get_one(Agent, world.ids["admin"])
        mailbox.uidvalidity, admin.language, admin.digits = 7, "ar", "arab"
        counts = {"backfill_done": 12, "backfill_total": 345, "start_at": NOW, "created_at": NOW}
        session.add(MailboxMark(mailbox_id=mailbox.id, uidvalidity=7, **counts))
    text = world.client("admin").get(f"{page}/backfill").text
    assert "١٢" in text
    assert "٣٤٥" in text
    assert 'max="345" value="12"' in text
