"""`helpdesk inbox add`, as whoever sits at the machine uses it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk import vault
from helpdesk.cli_inbox import inbox
from helpdesk.models import Inbox, Mailbox
from tests.conftest import HELPDESK
from tests.people.conftest import World

WORD = "canary-5Tz"
SERVER = {"host": "mail.example.com", "port": 993, "tls": True, "user": "help", "password": WORD}
GIVEN = {"name": "Help", "address": "Help@Example.com", "language": "en", "start": "2026-11-01"}
GIVEN |= {"imap": SERVER, "smtp": SERVER | {"port": 587}}
TLS = [(True, 1993, "tls"), (False, 143, "none"), ("starttls", 143, "starttls"), (True, 143, "starttls")]
"""What the file says, the port, what it means."""


def add(world: World, told: Any) -> Any:
    text = told if isinstance(told, str) else json.dumps(told)
    return CliRunner().invoke(inbox, ["add", "--file", "-"], input=text, obj=lambda: world.app)


def test_adds_and_prints_the_id_alone(world: World) -> None:
    more = {"name_ar": "المساعدة", "team": "الصيانة", "authserv_id": "mx.example.com", "plus_addressing": True, "acknowledge": True,
            "backfill_from": "2026-10-01", "promise_hours": 8}  # fmt: skip
    done = add(world, GIVEN | more)
    made, mailbox = world.rows(select(Inbox).order_by(Inbox.id.desc()))[0], world.rows(select(Mailbox))[0]
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{made.id}\n", "")
    assert (made.address, made.language, made.team_id, made.authserv_id) == ("help@example.com", "en", world.ids["team"], "mx.example.com")
    assert (made.plus_addressing, made.acknowledge, made.quote_history, made.promise_hours) == (True, True, False, 8)
    assert made.smtp == {"host": "mail.example.com", "port": 587, "security": "starttls", "login": "own", "username": "help"}
    assert (mailbox.host, mailbox.port, mailbox.security, mailbox.username) == ("mail.example.com", 993, "tls", "help")
    assert [str(when) for when in (mailbox.start_at, mailbox.backfill_from)] == ["2026-10-31 21:00:00+00:00", "2026-09-30 21:00:00+00:00"]
    with world.app.app_context():
        assert (vault.unseal(mailbox.secret, "imap"), vault.unseal(made.smtp_secret, "smtp")) == (WORD, WORD)


def test_parts_may_be_missing_and_tls_has_three_answers(world: World) -> None:
    for number, (tls, port, security) in enumerate(TLS):
        done = add(world, {"name": "x", "address": f"a{number}@example.com", "imap": SERVER | {"tls": tls, "port": port}})
        assert (done.exit_code, world.rows(select(Mailbox.security).order_by(Mailbox.id.desc()))[0]) == (0, security)
    assert add(world, {"name": "x", "address": "b@example.com", "smtp": {"host": "mail.example.com"}}).exit_code == 0
    made = world.rows(select(Inbox).order_by(Inbox.id.desc()))[0]
    assert (made.smtp, made.smtp_secret) == (
        {"host": "mail.example.com", "port": 465, "security": "tls", "login": "none", "username": ""}, "")  # fmt: skip
    done = add(world, {"name_ar": "س", "address": "c@example.com", "colour": "red"})
    assert (done.exit_code, done.stderr) == (0, "“colour” is not known and was left out.\n")


WRONG: list[tuple[Any, str]] = [
    ("{", "The file is not JSON."),
    ("[" * 99999, "The file is not JSON."),
    ("[]", "The file must hold one JSON object."),
    ({}, "name: A name is needed"),
    (GIVEN | {"name": 5}, "name must be a string."),
    (GIVEN | {"address": "x"}, "address: This is no complete e-mail address"),
    (GIVEN | {"address": "support@example.com"}, "address: Another inbox has this address."),
    (GIVEN | {"imap": []}, "imap must be an object"),
    (GIVEN | {"imap": {}}, "imap.host: This field is needed."),
    (GIVEN | {"smtp": SERVER | {"port": "25"}}, "smtp.port must be a whole number."),
    (GIVEN | {"imap": SERVER | {"port": 0}}, "imap.port: A port is a number"),
    (GIVEN | {"imap": SERVER | {"tls": "yes"}}, "imap.tls must be"),
    (GIVEN | {"imap": SERVER | {"password": ""}}, "imap.password: A password is needed"),
    (GIVEN | {"start": "soon"}, "start: A day such as"),
    (GIVEN | {"imap": SERVER | {"host": "a b"}}, "imap.host: This is no host name"),
    (GIVEN | {"team": "Nobody"}, "There is no team “Nobody”."),
    (GIVEN | {"acknowledge": "yes"}, "acknowledge must be true or false."),
    (GIVEN | {"language": "fr"}, "language: Choose one of the list."),
]


def test_wrong_input_is_one_sentence(world: World) -> None:
    before = len(world.rows(select(Inbox)))
    for told, words in WRONG:
        done = add(world, told)
        assert (done.exit_code, done.stdout) == (2, ""), words
        assert done.stderr.startswith(f"Error: {words}"), done.stderr
        assert done.stderr.count("\n") == 1
        assert WORD not in done.output
    assert len(world.rows(select(Inbox))) == before


@pytest.mark.usefixtures("world")
def test_by_its_own_command_beside_a_desk(place: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(GIVEN))
    for path, code, words in ((tmp_path / "one.json", 0, ""), (tmp_path / "none.json", 2, "cannot be read")):
        done = subprocess.run(
            [HELPDESK, "inbox", "add", "--file", str(path)], capture_output=True, text=True, env=os.environ | place, timeout=60)
        assert (done.returncode, done.stdout.strip().isdigit(), words in done.stderr) == (code, not code, True), done.stderr
        assert "Traceback" not in done.stderr
