"""`helpdesk sla`: what whoever sits at the machine asks of promises, whether the desk runs or not. Nothing is written."""

import json
from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask

from automations.sla.explain import Explained, as_told, explain_all, reason_of
from helpdesk.cli_ledger import reading
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Ticket

Application = Callable[[], Flask]
MOST = 2**31 - 1


@click.group()
def sla() -> None:
    """Promises: when what is due, and why then."""


@sla.command("explain")
@click.argument("number", type=click.IntRange(1, MOST), metavar="NUMBER")
@click.option("--json", "as_json", is_flag=True, help="A JSON list: target, policy, due_at, state, counted, skipped.")
@click.pass_obj
def explain_command(application: Application, number: int, as_json: bool) -> None:
    """Unfolds every due time of the ticket NUMBER into what was counted and what was skipped."""
    with reading(application):
        ticket = db.session.get(Ticket, number)
        if ticket is None:
            raise NotFound(f"There is no ticket {number}.")
        found = explain_all(db.session(), ticket)
        lines = [readable(each) for each in found] or ["Nothing is promised."]
        told = [as_told(each) for each in found]
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else "\n\n".join(lines))


def readable(found: Explained) -> str:
    """The same for people: a line an interval."""
    zone = found.hours.zone
    due = at(found.target.due_at) if found.target.due_at else "not known while it rests"
    head = f"{found.target.name}: {found.target.state}, due {due} ({found.policy.name}, version {found.version.number}, {zone})"
    lines = [
        f"  {at(piece.from_at)} to {at(piece.to_at)}  {kind:<8} {round(piece.minutes, 1) if counts else '':>6}  {reason_of(piece)}"
        for kind, piece in found.lines for counts in [kind in ("counted", "will")]
    ]
    return "\n".join([head, *lines])


def at(moment: datetime) -> str:
    """In UTC, as the machine's log writes."""
    return moment.strftime("%Y-%m-%d %H:%MZ")
