"""`helpdesk rules simulate`: one object for programs, lines for people, nothing changed."""

import json
from pathlib import Path

from click.testing import CliRunner

from automations.commands import sla
from automations.rule_commands import rules
from helpdesk.app import create_app
from helpdesk.errors import HelpdeskError, NotFound
from helpdesk.settings import Settings
from tests.automations.conftest import Write, runs
from tests.factories import SmallDesk, kinds, ticket


def test_simulate(desk: SmallDesk, rule: Write) -> None:
    number, other = desk.ticket("أريد استرجاع المبلغ"), desk.ticket("It works now.")
    wanted = [{"word": "text", "test": "has_any", "value": ["استرجاع"]}]
    rule_id = rule(conditions=wanted, then=[{"do": "set_priority", "value": "high"}])
    asked = CliRunner().invoke(rules, ["simulate", str(rule_id), "--days", "7", "--json"], obj=lambda: desk.app)
    said = json.loads(asked.stdout)
    assert {name: said[name] for name in ("rule", "days", "tickets", "changed", "unknown")} == {
        "rule": rule_id, "days": 7, "tickets": 2, "changed": 1, "unknown": []}
    [run] = said["runs"]
    assert (run["ticket"], [line["result"] for line in run["did"]], run["seen"][0]["holds"]) == (number, ["done"], True)
    lines = CliRunner().invoke(rules, ["simulate", str(rule_id)], obj=lambda: desk.app).stdout.splitlines()
    assert lines[0] == "A rule: 1 of 2 tickets of 30 days would have been changed"
    assert f"#{number}  set_priority done" in lines[1]
    assert (ticket(number).priority, runs()) == (1, [])
    assert kinds(other) == ["ticket_opened", "message_received"]


def test_what_it_refuses(desk: SmallDesk, rule: Write) -> None:
    assert isinstance(CliRunner().invoke(rules, ["simulate", "999"], obj=lambda: desk.app).exception, NotFound)
    for days in ("0", "91", "-3", "many"):
        assert CliRunner().invoke(rules, ["simulate", "1", "--days", days], obj=lambda: desk.app).exit_code == 2
    now = rule(conditions=[{"word": "online", "test": "over", "value": 0}])
    said = CliRunner().invoke(rules, ["simulate", str(now)], obj=lambda: desk.app).stdout
    assert "nobody knows of the past what this rule asks for: online" in said


def test_a_desk_without_tables_is_told_in_a_sentence(tmp_path: Path) -> None:
    empty = create_app(Settings.from_environ({"HELPDESK_DATA": str(tmp_path), "HELPDESK_REDIS_URL": "redis://127.0.0.1:1/0"}))
    for command, words in ((rules, ["simulate", "1"]), (sla, ["explain", "1"])):
        refused = CliRunner().invoke(command, words, obj=lambda: empty).exception
        assert isinstance(refused, HelpdeskError)
        assert "migrate" in refused.sentence
