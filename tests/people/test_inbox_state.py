"""Beside the form of an inbox: what is known last of its servers, by a test or by whoever watches the mailbox, and of older mail."""

from datetime import datetime, timedelta

import pytest

from helpdesk.actions.transaction import transaction
from helpdesk.models import ConnectionCheck, Inbox, Mailbox
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
