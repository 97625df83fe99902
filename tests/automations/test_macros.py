"""Macros on both databases: all of it or nothing, once a key, as it was rehearsed; and which are suggested."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import g
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import select

from automations import macros
from helpdesk.actions import canned, change, webhooks
from helpdesk.actions import macros as actions
from helpdesk.actions.rule_runs import Look, note_run
from helpdesk.actions.rules import RuleChange
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Event
from helpdesk.queries import macros as queries
from helpdesk.queries import roster
from helpdesk.web.event_words import in_words
from tests.automations.conftest import runs
from tests.factories import SmallDesk, kinds, ticket

Write = Callable[..., int]
SOLVE = [{"do": "set_status", "value": "solved"}, {"do": "tag", "value": ["تم", "parts"]}, {"do": "set_priority", "value": "low"}]


@pytest.fixture
def macro(desk: SmallDesk) -> Write:
    """A macro of everybody, or of `owner`; its id."""

    def write(then: list[Any] | None = None, name: str = "A macro", who: str = "admin", **owner: int) -> int:
        definition = {"on": [], "if": {}, "then": then or SOLVE, "stop": False}
        return actions.create(desk.viewer(who), RuleChange("macro", name, "ماكرو الإغلاق", definition, **owner)).id

    return write


@pytest.fixture(autouse=True)
def english(app: Any) -> Iterator[None]:
    """Who reads."""
    with force_locale("en"):
        g.pop("reader", None)
        yield


def ticket_event(number: int) -> Event:
    db.session.rollback()
    return db.session.scalars(select(Event).where(Event.ticket_id == number, Event.kind == "status_changed")).one()


def facts(number: int) -> Any:
    held = ticket(number)
    return held.status, held.priority, held.team_id, held.assignee_id, [tag.name for tag in held.tags], kinds(number)


def test_once_and_as_the_agent(desk: SmallDesk, macro: Write) -> None:
    rule, number, rana = macro(), desk.ticket(), desk.viewer("rana")
    first, _texts = macros.apply(rana, number, rule, "key-1")
    after = facts(number)
    again, _texts = macros.apply(rana, number, rule, "key-1")
    assert (first.id, facts(number)) == (again.id, after)
    assert after[:5] == ("solved", 0, desk.ids["repairs"], None, ["parts", "تم"])
    made = db.session.query(Event).filter(Event.ticket_id == number, Event.rule_id == rule).all()
    assert {(event.actor, event.agent_id) for event in made} == {("agent", rana.agent_id)}
    [run] = runs()
    assert (run.cause, run.agent_id, [one["result"] for one in run.did]) == ("macro:key-1", rana.agent_id, ["done"] * 3)
    macros.apply(rana, number, rule, "key-2")
    assert [one["result"] for one in runs()[1].did] == ["nothing"] * 3
    for key in ("", "x" * 61):
        with pytest.raises(Invalid):
            macros.apply(rana, number, rule, key)


def test_the_history_names_it(desk: SmallDesk, macro: Write) -> None:
    """Who pressed it and which it was; also when it is gone."""
    rule, number = macro(), desk.ticket()
    macros.apply(desk.viewer("rana"), number, rule, "key")
    roster.forget()
    said = [Markup(in_words(ticket_event(number), roster.names(), "", language)).striptags() for language in ("en", "ar")]
    assert [words.partition("by ")[2] for words in said] == ["Rana, by the macro “A macro”", "Rana, by the macro “ماكرو الإغلاق”"]
    actions.delete(desk.viewer("admin"), rule)
    roster.forget()
    assert Markup(in_words(ticket_event(number), roster.names(), "", "en")).striptags().endswith("Rana, by a macro that is gone")


def test_a_webhook_is_told(desk: SmallDesk, macro: Write) -> None:
    """Once it is told, also as the webhook of a rule; one that an admin switched off stops the macro."""
    hook, _secret = webhooks.create(webhooks.WebhookChange("Shop", "https://shop.example.com/hook"))
    rule, number, rana = macro([SOLVE[0], {"do": "webhook", "value": str(hook)}]), desk.ticket(), desk.viewer("rana")
    run, _texts = macros.apply(rana, number, rule, "key")
    assert [one["result"] for one in run.did] == ["done", "queued"]
    webhooks.switch(hook, active=False)
    with pytest.raises(Invalid, match="switched off"):
        macros.apply(rana, number, rule, "key-2")


def test_all_or_nothing(desk: SmallDesk, macro: Write) -> None:
    """Whatever is refused last, what came before it is undone, and it is said which and why."""
    number, before = desk.ticket(), []
    for refused, words in (
        ({"do": "assign", "value": "9999"}, "agent_unknown"), ({"do": "set_team", "value": "9999"}, "team_unknown"),
        ({"do": "assign_by", "value": "round_robin"}, "Nobody of the team is there."), ({"do": "fly"}, "cannot do any more"),
        ({"do": "reply", "value": "9999"}, "not there any more"),
    ):  # fmt: skip
        rule, before = macro([*SOLVE, refused]), facts(number)
        for attempt, key in ((macros.apply, ["key"]), (macros.rehearsal, [])):
            with pytest.raises(Invalid) as caught:
                attempt(desk.viewer("rana"), number, rule, *key)  # type: ignore[operator]
            assert words in caught.value.sentence
        assert facts(number) == before
    assert runs() == []


def test_a_rehearsal_changes_nothing_and_tells_the_truth(desk: SmallDesk, macro: Write) -> None:
    rule, number = macro([*SOLVE, {"do": "set_team", "value": str(desk.ids["repairs"])}]), desk.ticket()
    before = facts(number)
    lines = macros.rehearsal(desk.viewer("rana"), number, rule)
    assert facts(number) == before
    assert [(line.value, line.changes) for line in lines] == [
        ("Solved", True), ("“<bdi>تم</bdi>” and “<bdi>parts</bdi>”", True), ("Low", True), ("Repairs", False)]
    run, _texts = macros.apply(desk.viewer("rana"), number, rule, "key")
    assert [one["result"] != "nothing" for one in run.did] == [line.changes for line in lines]


def test_an_answer_comes_into_the_composer(desk: SmallDesk, macro: Write) -> None:
    texts = {"ar": "مرحبا {{customer_name}}", "en": "Hello {{customer_name}}, {{agent_name}} here."}
    reply = canned.create(desk.viewer("admin"), canned.CannedChange("Hello", "", "", texts, personal=False))
    rule, number = macro([{"do": "reply", "value": str(reply.id)}, SOLVE[0]]), desk.ticket()
    expected = "Hello Noura Saleh, Rana here."
    assert macros.rehearsal(desk.viewer("rana"), number, rule)[0].text == expected
    assert macros.apply(desk.viewer("rana"), number, rule, "key")[1] == [expected]
    assert macros.apply(desk.viewer("rana"), number, rule, "key")[1] == [expected], "also where the first answer was lost"
    assert "reply_written" not in kinds(number)
    urdu = desk.ticket(sender="urdu@example.com", language="ur")
    with pytest.raises(Invalid, match="language"):
        macros.apply(desk.viewer("rana"), urdu, rule, "key")
    assert ticket(urdu).status == "open"


def test_whose_they_are(desk: SmallDesk, macro: Write) -> None:
    ids = desk.ids
    own = macro(who="rana", agent_id=ids["rana"])
    team = macro(who="rana", team_id=ids["repairs"])
    everybodys = macro()
    seen = {who: {rule.id for rule in queries.macros(desk.viewer(who))} for who in ("rana", "huda", "omar", "admin")}
    assert seen == {"rana": {own, team, everybodys}, "huda": {team, everybodys}, "omar": {everybodys}, "admin": {team, everybodys}}
    number = desk.ticket()
    for who, rule in (("huda", own), ("admin", own), ("omar", everybodys)):
        with pytest.raises(NotFound):
            macros.apply(desk.viewer(who), number, rule, "key")
    for who, owner in (("rana", {}), ("rana", {"team_id": ids["returns"]}), ("rana", {"agent_id": ids["huda"]})):
        with pytest.raises(Invalid):
            macro(who=who, **owner)
    for who, rule in (("rana", everybodys), ("omar", team), ("huda", own)):
        with pytest.raises(NotFound):
            actions.delete(desk.viewer(who), rule)
    actions.switch(desk.viewer("rana"), own, on=False)
    with pytest.raises(NotFound):
        macros.apply(desk.viewer("rana"), number, own, "key")


def test_a_ticket_that_one_sees_no_more(desk: SmallDesk, macro: Write) -> None:
    """The macro that moves it away is done whole, and the same key again says that there is nothing here."""
    rule, number = macro([{"do": "set_team", "value": str(desk.ids["returns"])}, SOLVE[0]]), desk.ticket(inbox_id=desk.ids["support"])
    macros.apply(desk.viewer("rana"), number, rule, "key")
    assert (ticket(number).team_id, ticket(number).status) == (desk.ids["returns"], "solved")


def test_what_is_suggested(desk: SmallDesk, macro: Write) -> None:
    """By uses on tickets of the same inbox, type or tags; a rule's own runs are nobody's use."""
    here, there, tagged, never = (macro(name=name) for name in ("here", "there", "tagged", "never"))
    admin, parcels = desk.viewer("admin"), desk.ids["parcels"]
    tag = [{"do": "tag", "value": ["حبر"]}]
    actions.edit(admin, tagged, RuleChange("macro", "tagged", "", {"on": [], "if": {}, "then": tag, "stop": False}))
    for place in range(3):
        macros.apply(admin, desk.ticket(), here, f"a{place}")
        macros.apply(admin, desk.ticket(inbox_id=parcels), there, f"b{place}")
    other = desk.ticket(inbox_id=parcels)
    change.change(admin, other, change.tag("حِبر"))
    macros.apply(admin, other, tagged, "c")
    with transaction() as session:
        note_run(session, Look(never, 1, other, "event:1", None, 1), matched=True, seen=[], did=[], cost_us=0)
    number = desk.ticket()
    rules = queries.offered(admin)
    assert queries.used_on_tickets_like(ticket(number), rules) == {here: 3}
    change.change(admin, number, change.tag("حبر"))
    assert list(queries.used_on_tickets_like(ticket(number), rules).items()) == [(here, 3), (tagged, 1)]
    assert queries.used_on_tickets_like(ticket(number), []) == {}


def test_found_in_any_spelling(desk: SmallDesk, macro: Write) -> None:
    rule = macro(name="Close it")
    found = [[one.id for one in queries.offered(desk.viewer("rana"), query)] for query in ("", "إغلاق", "الاغلاق ماك", "clo", "none")]
    assert found == [[rule], [rule], [rule], [rule], []]
