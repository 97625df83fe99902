"""`helpdesk ledger` and `helpdesk raw`: what whoever sits at the machine asks a desk, whether it runs or not. Nothing is written."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from helpdesk.errors import Busy, HelpdeskError, NotFound
from helpdesk.extensions import db
from helpdesk.models import RawMessage
from helpdesk.queries import ledger as sums

Application = Callable[[], Flask]
MOST = 2**31 - 1


@contextmanager
def reading(application: Application) -> Iterator[None]:
    """The desk of the environment; a database that is away, empty or busy is a sentence."""
    with application().app_context():
        try:
            yield
        except Busy as error:
            raise HelpdeskError("The sums take too long at the moment; ask again when the desk has less to do.") from error
        except (OperationalError, ProgrammingError) as error:
            raise HelpdeskError("The database does not answer, or `helpdesk migrate` has not been run.") from error


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: in, out and difference.")
@click.pass_obj
def ledger(application: Application, as_json: bool) -> None:
    """Shows what became of every mail and every answer. Exits with 1 when something is not accounted for."""
    with reading(application):
        told = sums.as_told()
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else readable(told))
    sys.exit(1 if told["difference"] else 0)


def readable(told: dict[str, Any]) -> str:
    """The same for people: a line a figure."""
    lines = []
    for side in ("in", "out"):
        figures = {name: number for name, number in told[side].items() if isinstance(number, int)}
        lines += [side, *(f"  {name:<12}{number:>10}" for name, number in figures.items())]
    for box in told["in"]["mailboxes"]:
        counted = "not counted yet" if box["on_server"] is None else f"{box['on_server']} on the server, {box['raw']} fetched"
        lines.append(f"  {box['address']}: {counted}")
    return "\n".join([*lines, f"difference {told['difference']}"])


@click.command()
@click.argument("raw_id", type=click.IntRange(1), metavar="ID")
@click.pass_obj
def raw(application: Application, raw_id: int) -> None:
    """Writes a raw message to the standard output, byte for byte as it came."""
    with reading(application):
        found = db.session.get(RawMessage, raw_id) if raw_id <= MOST else None
        if found is None:
            raise NotFound(f"There is no raw message {raw_id}.")
        content = found.content
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
