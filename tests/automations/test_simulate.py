"""A simulation says what the rule would have done: the same things are lived through once more with the rule in force, and compared."""

import itertools
import random
from typing import Any

import pytest

from automations import simulate as simulation
from automations.actions import ACTS
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS
from automations.simulate import simulate
from helpdesk.actions import calendars, rules, sla_policies
from helpdesk.actions.canned import CannedChange
from helpdesk.actions.canned import create as create_canned
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import RuleRun, TicketType
from tests.automations.hooks import made
from tests.automations.lives import Author, Definition, Input, inputs, live
from tests.factories import Clock, SmallDesk
from tests.webhook import Hook

SCENARIOS, RULES_EACH, OTHERS = 25, 8, 3
USUAL = [[[540, 1020]], [[540, 1020]], [[540, 1020]], [[540, 1020]], [], [], [[540, 1020]]]
weeks = itertools.count(1)


def furnish(desk: SmallDesk, hook: Hook) -> int:
    """What rules name: a type, a canned reply, a macro, a webhook, opening hours, a promise that is switched off; the type."""
    admin = desk.viewer("admin")
    calendars.create(calendars.CalendarChange("Usual", "", "Asia/Riyadh", USUAL, standard=True))
    calendars.create(calendars.CalendarChange("Late", "", "Asia/Riyadh", [[[960, 1320]]] * 7, team_ids=(desk.ids["returns"],)))
    create_canned(admin, CannedChange("Thanks", "", "", {"en": "Thank you for {{ticket_number}}.", "ar": "شكرا"}, personal=False))
    macro = [{"do": "set_priority", "value": "high"}, {"do": "tag", "value": ["macro"]}]
    rules.create(admin, rules.RuleChange("macro", "A macro", "", {"then": macro}))
    made(hook, kinds=("delivery_failed",))
    sla_policies.create(admin, sla_policies.PolicyChange("Answers", "", {
        "if": {"none": []}, "pause": ["pending", "on_hold"], "calendar": "team",
        "steps": [{"at": {"kind": "before", "amount": 30, "unit": "minutes"}, "then": [{"do": "tag", "value": ["soon"]}]}],
        "targets": {"first_response": {"default": {"amount": 2, "unit": "hours"}}, "stages": [],
                    "next_response": {"default": {"amount": 4, "unit": "hours"}},
                    "resolution": {"default": {"amount": 2, "unit": "calendar_days"}}},
    }))  # fmt: skip
    with transaction() as session:
        row = TicketType(name="Refund", position=1)
        session.add(row)
        session.flush()
        return row.id


def outcome(tickets: list[int], runs: list[Any]) -> list[Any]:
    """What stands in the log, without the numbers of this time; to whom work would have been given nobody knows."""
    unsure = {"nobody_there", "closed", "all_full", "perhaps"}
    return sorted((tickets.index(ticket), [(line["do"], "perhaps" if line["result"] in unsure else line["result"]) for line in did])
                  for ticket, did in runs if ticket in tickets)  # fmt: skip


def simulated(rule_id: int, kind: str, definition: Definition, tickets: list[int]) -> list[Any]:
    """What the simulation says of these tickets."""
    *_, (_done, _total, found) = simulate(db.session(), kind, rule_id, definition, 6)
    return outcome(tickets, [(run["ticket"], run["did"]) for run in found.runs])


def lived(desk: SmallDesk, clock: Clock, story: list[Input], rule_id: int) -> list[Any]:
    """What the rule does when it is in force."""
    rules.switch(rule_id, on=True)
    again = live(desk, clock, story, next(weeks))
    rules.switch(rule_id, on=False)
    return outcome(again, [(run.ticket_id, run.did) for run in db.session.query(RuleRun).filter_by(rule_id=rule_id, matched=True)])


def write(desk: SmallDesk, kind: str, definition: Definition, *, first: bool = False) -> int:
    """A rule that is switched off, the last or the first of its kind."""
    number = rules.create(desk.viewer("admin"), rules.RuleChange(kind, f"A {kind}", "", definition)).id
    if first:
        rules.put_in_order(kind, [number])
    return number


def compare(desk: SmallDesk, clock: Clock, author: Author, type_id: int, others: int, tries: int) -> tuple[list[Any], int]:
    """One story with some rules in force, and rules that are tried on it: (those that did something else than was said, how many acted)."""
    with desk.app.test_request_context():
        story = inputs(author.random, type_id)
        standing = [write(desk, *author.rule()) for _ in range(others)]
        wanted = [author.rule() for _ in range(tries)]
    for number in standing:
        rules.switch(number, on=True)
    base = live(desk, clock, story, next(weeks), prune=True)
    tried = [(write(desk, kind, definition, first=place % 2 == 0), kind, definition) for place, (kind, definition) in enumerate(wanted)]
    said = [simulated(number, kind, definition, base) for number, kind, definition in tried]
    did = [lived(desk, clock, story, number) for number, _kind, _definition in tried]
    for number in standing:
        rules.switch(number, on=False)
    differences = [(one[1:], a, b) for one, a, b in zip(tried, said, did, strict=True) if a != b]
    return differences, sum(map(bool, did))


@pytest.mark.parametrize("part", range(5))
def test_a_simulation_is_what_would_have_happened(
    desk: SmallDesk, clock: Clock, hook: Hook, part: int, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In every fifth scenario promises run; in most some other rules are in force, before or after the one that is tried."""
    whole = db.engine.dialect.name == "sqlite"
    if not whole and part:
        return  # a few rules on PostgreSQL are enough
    monkeypatch.setattr(simulation, "MOST_KEPT", 10_000)
    type_id, found, acted, tried, used = furnish(desk, hook), [], 0, 0, set[str]()
    for scenario in range(SCENARIOS // 5 if whole else 1):
        promises = scenario % 5 == 4
        author = Author(random.Random(1000 * part + scenario), promises=promises)
        sla_policies.switch(1, on=promises)
        differences, did = compare(desk, clock, author, type_id, 0 if promises else scenario % (OTHERS + 1), RULES_EACH)
        found, acted, tried, used = found + differences, acted + did, tried + RULES_EACH, used | author.used
    assert not found, f"{len(found)} of {tried} rules, the first: {found[0]}"
    assert acted > tried / 4, "rules that never act prove nothing"


def test_random_rules_are_of_every_word_and_every_act(desk: SmallDesk, hook: Hook) -> None:
    furnish(desk, hook)
    used = set[str]()
    with desk.app.test_request_context():
        for seed in range(SCENARIOS):
            author = Author(random.Random(seed), promises=seed % 2 == 0)
            for _ in range(RULES_EACH * 4):
                author.rule()
            used |= author.used
    assert used >= {word.name for word in WORDS.values() if not word.now}
    assert used >= {f"act {name}" for name in ACTS}
    assert used >= {f"{kind} {test}" for kind, tests in KINDS.items() for test in tests}
