"""`helpdesk outbox`: what was not told on after five failures, and how it goes on once the reason is mended."""

from collections.abc import Callable

import click
from flask import Flask
from sqlalchemy import select

from helpdesk.actions.drain_outbox import go_on
from helpdesk.cli_ledger import reading
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import PendingEvent

Application = Callable[[], Flask]
MOST = 2**31 - 1


@click.group()
def outbox() -> None:
    """Events that are told on, such as an answer to whoever delivers it: what was put aside, and try it again."""


@outbox.command(name="list")
@click.pass_obj
def put_aside(application: Application) -> None:
    """Lists what was put aside after five failures: its id, its ticket, who was to be told, since when, and the error."""
    with reading(application):
        for row in db.session.scalars(select(PendingEvent).where(PendingEvent.parked_at.is_not(None)).order_by(PendingEvent.id)):
            click.echo(f"{row.id}  ticket {row.ticket_id}  {row.subscriber}  {row.parked_at:%Y-%m-%d %H:%M} UTC  {row.error}")


@outbox.command()
@click.argument("row_id", required=False, type=click.IntRange(1), metavar="[ID]")
@click.pass_obj
def retry(application: Application, row_id: int | None) -> None:
    """Lets go on what was put aside: all of it, or the one with that id."""
    with reading(application):
        click.echo(tried_again(row_id))


def tried_again(row_id: int | None) -> str:
    """What happened, as a sentence. NotFound when there is no such row."""
    row = db.session.get(PendingEvent, row_id) if row_id is not None and row_id <= MOST else None
    if row_id is not None and row is None:
        raise NotFound(f"Nothing with the id {row_id} waits to be told.")
    if row is not None and row.parked_at is None:
        return f"{row_id} is in the line already; nothing was changed."
    number = go_on(row_id)
    return f"{number} put aside and back in the line; a running desk tells it in a moment." if number else "Nothing was put aside."
