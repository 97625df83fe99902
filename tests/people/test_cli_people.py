"""`helpdesk user`, as whoever sits at the machine uses it."""

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk.cli_people import user
from helpdesk.models import Agent, AgentSession
from tests.people.conftest import PASSWORD, World


def run(world: World, *arguments: str, typed: str = "") -> Any:
    return CliRunner().invoke(user, list(arguments), input=typed, obj=lambda: world.app)


def test_create_list_password_deactivate(world: World) -> None:
    done = run(world, "create", "New@Example.com", "--name", "New", "--role", "admin", typed="a quiet harbour\n")
    assert (done.exit_code, done.output) == (0, "created new@example.com\n")
    assert world.login(world.client(), "new@example.com", "a quiet harbour").status_code == 302
    assert "new@example.com\tadmin\tactive\tNew\n" in run(world, "list").output
    assert run(world, "password", "new@example.com", typed="another harbour\n").exit_code == 0
    assert not world.rows(select(AgentSession))
    assert world.login(world.client(), "new@example.com", "another harbour").status_code == 302
    assert run(world, "deactivate", "NEW@example.com").exit_code == 0
    assert world.login(world.client(), "new@example.com", "another harbour").status_code == 422
    assert "new@example.com\tadmin\toff\tNew\n" in run(world, "list").output


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (("create", "agent@example.com", "--name", "A"), PASSWORD, "email: Somebody has this address already."),
        (("create", "x", "--name", "A"), PASSWORD, "email: This is no complete e-mail address"),
        (("create", "a@example.com", "--name", "A"), "short", "password: At least 12 characters."),
        (("password", "nobody@example.com"), PASSWORD, "There is no such agent."),
        (("deactivate", "nobody@example.com"), "", "There is no such agent."),
        (("deactivate", "admin@example.com"), "", "The desk needs at least one admin who can sign in."),
    ],
)
def test_refusals_are_sentences(world: World, arguments: tuple[str, ...], typed: str, words: str) -> None:
    before = len(world.rows(select(Agent)))
    done = run(world, *arguments, typed=typed + "\n")
    assert done.exit_code == 1
    assert words in done.output
    assert "Traceback" not in done.output
    assert len(world.rows(select(Agent))) == before


def test_works_on_an_empty_desk(bare: World) -> None:
    assert run(bare, "create", "first@example.com", "--name", "First", "--role", "admin", typed=PASSWORD + "\n").exit_code == 0
    assert bare.rows(select(Agent.email)) == ["first@example.com"]
