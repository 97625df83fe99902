"""`helpdesk rules`: what whoever sits at the machine asks of rules, whether the desk runs or not. Nothing is written."""

import json
from collections.abc import Callable
from typing import Any

import click
from flask import Flask

from automations.simulate import MOST_DAYS, Simulated, simulate
from helpdesk.cli_ledger import reading
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Rule, RuleVersion

Application = Callable[[], Flask]
MOST = 2**31 - 1


@click.group()
def rules() -> None:
    """Rules: what they do, and what they would have done."""


@rules.command("simulate")
@click.argument("rule_id", type=click.IntRange(1, MOST), metavar="ID")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=30, show_default=True, help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object: rule, days, tickets, changed, unknown, runs.")
@click.pass_obj
def simulate_command(application: Application, rule_id: int, days: int, as_json: bool) -> None:
    """What the rule ID, as it stands, would have done in the last days, ticket by ticket."""
    with reading(application):
        rule = db.session.get(Rule, rule_id)
        if rule is None or rule.kind == "macro":
            raise NotFound(f"There is no rule {rule_id}.")
        definition = db.session.get_one(RuleVersion, rule.version_id).definition
        name, kind, found = rule.name, rule.kind, Simulated()
        for done, total, found in simulate(db.session(), kind, rule_id, definition, days):  # noqa: B007  the last one is kept
            click.echo(f"{done} of {total} tickets", err=True)
    click.echo(json.dumps(told(rule_id, days, found), ensure_ascii=False) if as_json else "\n".join(readable(name, days, found)))


def told(rule_id: int, days: int, found: Simulated) -> dict[str, Any]:
    """The same for programs; `runs` as automations.simulate.Simulated has them."""
    return {
        "rule": rule_id, "days": days, "tickets": found.total, "changed": found.changed, "unknown": found.unknown, "runs": found.runs,
    }  # fmt: skip


def readable(name: str, days: int, found: Simulated) -> list[str]:
    """The same for people: a line a run."""
    if found.unknown:
        return [f"{name}: nobody knows of the past what this rule asks for: {', '.join(found.unknown)}"]
    head = f"{name}: {found.changed} of {found.total} tickets of {days} days would have been changed"
    return [head, *(f"  {run['at']}  #{run['ticket']}  {', '.join(map(in_a_word, run['did']))}" for run in found.runs)]


def in_a_word(did: dict[str, Any]) -> str:
    """An action and what would have come of it."""
    return f"{did['do']} {did['result']}"
