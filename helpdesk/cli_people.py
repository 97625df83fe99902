"""`helpdesk user`: agents made and mended by whoever sits at the machine."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from helpdesk import migrate
from helpdesk.actions import people
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.fields import Fields
from helpdesk.folding import fold_email
from helpdesk.models import Agent
from helpdesk.models.agent import LANGUAGES, ROLES
from helpdesk.settings import current

Application = Callable[[], Flask]


@click.group()
def user() -> None:
    """Agents: create, password, list, deactivate."""


@contextmanager
def desk(application: Application) -> Iterator[None]:
    """The desk of the environment, its database brought up to date; refusals become sentences."""
    with application().app_context(), force_locale("en"):
        migrate.upgrade(current())
        try:
            yield
        except NotFound as error:
            raise click.ClickException("There is no such agent.") from error
        except Invalid as error:
            raise click.ClickException(f"{error.field}: {error.sentence}" if error.field else error.sentence) from error


def ask_password() -> str:
    """Typed twice, hidden; or the first line of the standard input where that is no terminal. Never an argument: others can see those."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The name in English, or the only one.")
@click.option("--name-ar", default="", help="The name in Arabic.")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="ar", show_default=True)
@click.pass_obj
def create(application: Application, email: str, name: str, name_ar: str, role: str, language: str) -> None:
    """Makes an agent; the password is asked for, or read from the standard input."""
    given: dict[str, Any] = {"email": email, "name": name, "name_ar": name_ar, "password": ask_password()}
    with desk(application):
        fields = Fields(given)
        names, address = fields.names(), fields.email()
        password = fields.new_password("password", address)
        fields.check()
        people.create(people.Invitation(address, *names, role, language), password)
    click.echo(f"created {address}")


@user.command()
@click.argument("email")
@click.pass_obj
def password(application: Application, email: str) -> None:
    """Sets an agent's password and signs him out everywhere."""
    text, address = ask_password(), fold_email(email)
    with desk(application):
        fields = Fields({"password": text})
        fields.new_password("password", address)
        fields.check()
        people.set_password(address, text)
    click.echo(f"changed {address}")


@user.command("list")
@click.pass_obj
def list_all(application: Application) -> None:
    """Prints every agent: address, role, state, name; a line each, with tabs between."""
    with desk(application):
        for agent in db.session.scalars(select(Agent).order_by(Agent.email)):
            state = "off" if not agent.active else "invited" if agent.password_hash is None else "active"
            click.echo(f"{agent.email}\t{agent.role}\t{state}\t{agent.name}")


@user.command()
@click.argument("email")
@click.pass_obj
def deactivate(application: Application, email: str) -> None:
    """Lets an agent in no more and ends his sessions; what he wrote is kept."""
    with desk(application):
        agent_id = db.session.scalar(select(Agent.id).where(Agent.email == fold_email(email)))
        if agent_id is None:
            raise NotFound
        people.deactivate(agent_id)
    click.echo(f"switched off {fold_email(email)}")
