"""A real mail server with two accounts, and a desk that watches them; the real parser, one child for the tests of a module."""

from collections.abc import Iterator
from typing import Any

import pytest

from channels.email.parser_child import Parser
from tests.channels.email.mailbox_desk import PARCELS, SUPPORT, Boxes
from tests.dovecot import Dovecot
from tests.factories import SmallDesk


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One a test process."""
    with Dovecot({SUPPORT: "a secret word", PARCELS: "another one"}) as server:
        yield server


@pytest.fixture
def post(dovecot: Dovecot) -> Dovecot:
    """Nobody has mail yet."""
    dovecot.empty()
    return dovecot


@pytest.fixture
def boxes(app: Any, post: Dovecot) -> Iterator[Boxes]:
    """No mailbox yet; time goes on, because the server's does."""
    boxes = Boxes(SmallDesk(app), post)
    yield boxes
    boxes.watchers.end()


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    """The limited child."""
    with Parser() as child:
        yield child


@pytest.fixture
def inbox(app: Any, desk: SmallDesk, parser: Parser) -> int:
    """The inbox that mails are taken in for."""
    app.extensions["mail_parser"] = parser
    return desk.ids["support"]
