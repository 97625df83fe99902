"""Rules on their pages: written without a script, refused in place, put in order, explained, restored, taken back."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from automations import conflicts, matching
from helpdesk.actions import drain_outbox, rules
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Rule, RuleVersion
from tests.factories import Clock, ticket
from tests.web.site import Site

REFUND = {
    "name": "Refunds", "kind": "trigger", "on.0": "message_received", "if.how": "all", "if.0.word": "text", "if.0.test": "has_any",
    "if.0.value": "refund، استرجاع", "if.1.how": "none", "if.1.0.word": "since_created", "if.1.0.test": "over", "if.1.0.value": "٣",
    "if.1.0.unit": "calendar_days", "then.0.do": "set_priority", "then.0.value": "high", "then.1.do": "tag", "then.1.value": "money",
}  # fmt: skip
SAYS = {
    "on": ["message_received"], "stop": False,
    "if": {"all": [{"word": "text", "test": "has_any", "value": ["refund", "استرجاع"]},
                   {"none": [{"word": "since_created", "test": "over", "value": 4320}]}]},
    "then": [{"do": "set_priority", "value": "high"}, {"do": "tag", "value": ["money"]}],
}  # fmt: skip


def text(answer: Any) -> str:
    """What there is to read on a page."""
    lines = re.sub(r"</?(?:li|p|br|td|tr|ul|h\d|section)\b[^>]*>", " ", answer.get_data(as_text=True))
    return " ".join(unescape(re.sub(r"<script.*?</script>|<[^>]+>", "", lines, flags=re.S)).split())


def written(site: Site, boss: FlaskClient, **changes: str) -> int:
    """The number of a new rule."""
    answer = site.post(boss, "/rules", REFUND | {"switch": "on"} | changes)
    assert answer.status_code == 302, text(answer)
    return int(answer.location.rpartition("/")[2])


def said(site: Site, number: int) -> Any:
    """What the rule says today."""
    with site.app.app_context():
        rule = db.session.get_one(Rule, number)
        return db.session.get_one(RuleVersion, rule.version_id).definition


def refund(site: Site) -> int:
    """A mail that asks for money, and everybody has heard of it; the ticket."""
    with site.app.app_context():
        number = receive([site.desk.mail("I want a refund")])[0].ticket_id
        drain_outbox.drain()
        return number


def test_a_form_becomes_a_rule_and_comes_back_as_the_same_form(site: Site) -> None:
    boss = site.client("supervisor")
    number = written(site, boss)
    assert said(site, number) == SAYS
    page = boss.get(f"/rules/{number}").get_data(as_text=True)
    fields = dict(re.findall(r'<(?:input|textarea)[^>]* name="((?:if|then)[^"]*\.(?:value|was))"[^>]* value="([^"]*)"', page))
    assert (fields["if.0.value"], fields["if.1.0.value"], fields["then.1.value"]) == ("refund, استرجاع", "3", "money")
    chosen = dict(re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', page, re.S))
    site.post(boss, f"/rules/{number}", {"name": "Refunds", "on.0": "message_received"} | fields | chosen)
    assert said(site, number) == SAYS


def test_buttons_change_the_sentence_without_a_script(site: Site) -> None:
    boss = site.client("supervisor")
    for step, there, gone in (
        ("add if.1", "if.1.1.word", "if.2.word"), ("group if", "if.2.0.word", "if.3.word"), ("remove if.1.0", "if.1.how", "if.1.0.word"),
        ("remove if.0", "if.0.how", "if.0.word"), ("add on", "on.1", "on.2"), ("add then", "then.2.do", "then.3.do"),
        ("remove then.0", "then.0.do", "then.1.do"), ("remove if.7.3", "if.0.word", "if.2.word"),
    ):  # fmt: skip
        page = site.post(boss, "/rules", REFUND | {"step": step}).get_data(as_text=True)
        assert (f'name="{there}"' in page, f'name="{gone}"' in page) == (True, False), step
    anew = REFUND | {"if.0.was": "subject", "then.0.was": "move", "step": "look"}
    assert "استرجاع" not in site.post(boss, "/rules", anew).get_data(as_text=True), "what was compared with another word"
    moved = site.post(boss, "/rules", REFUND | {"step": "down then.0"}).get_data(as_text=True)
    assert re.findall(r'name="then.\d.was" value="(\w+)"', moved) == ["tag", "set_priority"]
    with site.app.app_context():
        assert db.session.query(Rule).filter(Rule.name == "Refunds").count() == 0


def test_what_is_wrong_is_said_in_its_place(site: Site) -> None:
    boss = site.client("supervisor")
    for changes, place, words in (
        ({"if.0.value": ""}, "if.0", "Write a word or a phrase."),
        ({"if.0.test": "matches", "if.0.value": "(["}, "if.0", "This pattern cannot be read"),
        ({"if.0.word": "moon"}, "if.0", "There is nothing called “moon” to ask for."),
        ({"if.0.word": "team", "if.0.test": "is", "if.0.value": "999"}, "if.0", "is not there any more"),
        ({"if.1.0.value": "soon"}, "if.1.0", "Write how long."),
        ({"then.0.do": "set_team", "then.0.value": "999"}, "then.0", "What was chosen is not there any more."),
        ({"then.1.value": " ، "}, "then.1", "Write a tag."),
        ({"on.0": "moon_rose"}, "on.0", ""),
        ({f"{'if' + '.0' * 5}.word": "text", f"{'if' + '.0' * 5}.value": "x", "if.0.word": ""}, "if.0.0.0.0", "deep"),
    ):  # fmt: skip
        form = {name: value for name, value in (REFUND | changes).items() if value or name != "if.0.word"}
        answer = site.post(boss, "/rules", form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, changes
        shown = re.findall(rf'id="{re.escape(place)}-problem">.*?<span>(.*?)</span>', page, re.S)
        assert not words or (shown and words in unescape(shown[0])), (changes, shown)
    assert site.post(boss, "/rules", REFUND | {"name": " "}).status_code == 422


def test_order_switch_and_who_may(site: Site) -> None:
    boss = site.client("supervisor")
    numbers = [site.ids["rule_id"], written(site, boss), written(site, boss, name="Second")]

    def order() -> list[int]:
        return [int(number) for number in re.findall(r'id="rule-(\d+)"', boss.get("/rules").get_data(as_text=True))]

    assert order() == numbers
    site.post(boss, "/rules/order", {"kind": "trigger", "up": str(numbers[2])})
    assert order() == [numbers[0], numbers[2], numbers[1]]
    site.post(boss, "/rules/order", {"kind": "trigger", "ids": ",".join(map(str, reversed(numbers))) + ",77,x"})
    assert order() == numbers[::-1]
    site.post(boss, f"/rules/{numbers[1]}/switch", {"on": "0"})
    with site.app.app_context():
        assert not db.session.get_one(Rule, numbers[1]).active
    assert "changed last by Supervisor" in text(boss.get("/rules"))
    assert site.post(boss, f"/rules/{numbers[1]}/removal").status_code == 404, "an address alone deletes nothing"
    site.post(boss, f"/rules/{numbers[1]}/removal", {"sure": "1"})
    assert order() == [numbers[2], numbers[0]]
    assert site.client("rana").get("/rules").status_code == 404


def test_it_fires_is_explained_changed_restored_and_taken_back(site: Site, clock: Clock) -> None:
    boss = site.client("supervisor")
    rule = written(site, boss)
    number = refund(site)
    log = text(boss.get(f"/rules/{rule}"))
    assert ("held: the text has any of “refund” or “استرجاع” (the text: “Printer I want a refund”) held: none of this is true: "
            "did not hold: the time since it was opened is at least 3 days (the time since it was opened: 0 minutes)") in log
    assert "set the priority to High: done" in log
    assert "by the rule “Refunds”" in text(boss.get(f"/tickets/{number}"))
    assert "set the priority to High: done" in text(site.client("rana").get(f"/tickets/{number}/rules"))
    assert "Its conditions do not hold on this ticket now." in text(boss.get(f"/rules/{rule}?ticket={site.ids['number']}"))
    assert "There is no ticket of this number." in text(boss.get(f"/rules/{rule}?ticket=99999"))
    site.post(boss, f"/rules/{rule}", REFUND | {"then.0.value": "urgent", "then.2.do": "set_status", "then.2.value": "on_hold"})
    changes = text(boss.get(f"/rules/{rule}/versions"))
    assert "Before: set the priority to High. Now: set the priority to Urgent Action added: set the status to On hold" in changes
    site.post(boss, f"/rules/{rule}/versions/1/restoration")
    assert said(site, rule) == SAYS
    assert "1 run on 1 ticket" in text(boss.get(f"/rules/{rule}/undo?since=2026-11-22T00:00"))
    site.post(boss, f"/rules/{rule}/undo", {"since": "2026-11-22T00:00"})
    with site.app.app_context():
        drain_outbox.drain()
        assert ticket(number).priority == 1
    assert "undone" in text(boss.get(f"/rules/{rule}"))
    assert "acted 1 time in 7 days" in text(boss.get("/rules"))
    clock.move(days=8)
    assert "acted 1 time" not in text(boss.get("/rules"))


def test_a_version_that_names_what_is_gone_is_not_restored(site: Site) -> None:
    boss = site.client("supervisor")
    with site.app.app_context():
        gone = SAYS | {"then": [{"do": "set_team", "value": "999"}]}
        rule = rules.create(site.desk.viewer("admin"), rules.RuleChange("trigger", "Refunds", "", gone)).id
    site.post(boss, f"/rules/{rule}", REFUND)
    answer = site.post(boss, f"/rules/{rule}/versions/1/restoration", follow_redirects=True)
    assert "Version 1 cannot be restored as it is: What was chosen is not there any more." in text(answer)
    assert said(site, rule) == SAYS


def test_matching_takes_no_longer_than_a_page_may(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = site.client("supervisor")
    refund(site)
    assert "Matches 1 of 2 open tickets now." in text(site.post(boss, "/rules/draft", REFUND))
    monkeypatch.setattr(matching, "MOST_TICKETS", 1)
    assert "Matches 1 of the newest 1 open tickets now." in text(site.post(boss, "/rules/draft", REFUND))
    monkeypatch.setattr(matching, "MOST_SECONDS", -1)
    assert "Matches 0 of the newest 0 open tickets now." in text(site.post(boss, "/rules/draft", REFUND))


def test_the_sentence_says_which_tickets_were_looked_at(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    boss, open_ones = site.client("supervisor"), {"if.2.word": "status", "if.2.test": "is", "if.2.value": "open"}
    refund(site)
    assert "Matches 1 of 2 tickets of the status and place it asks for." in text(site.post(boss, "/rules/draft", REFUND | open_ones))
    monkeypatch.setattr(matching, "MOST_TICKETS", 1)
    said = text(site.post(boss, "/rules/draft", REFUND | open_ones))
    assert "Matches 1 of the newest 1 tickets of the status and place it asks for." in said


def test_two_that_may_undo_each_other_are_listed(site: Site) -> None:
    boss = site.client("supervisor")
    written(site, boss)
    other = written(site, boss, name="Calm", **{"then.0.value": "low"})
    assert "This rule: set the priority to Low The other: set the priority to High" in text(boss.get(f"/rules/{other}"))


def test_what_has_gone_since_is_said_in_its_place(site: Site) -> None:
    boss = site.client("supervisor")
    number = written(site, boss, **{"if.0.word": "type", "if.0.test": "is", "if.0.value": ""})
    with site.app.app_context(), transaction() as session:
        version = session.get_one(RuleVersion, session.get_one(Rule, number).version_id)
        gone = {"all": [{"word": "team", "test": "is", "value": ["999"]}, {"word": "moon", "test": "is", "value": ["full"]}]}
        version.definition = version.definition | {"if": gone, "then": [{"do": "set_team", "value": "999"}]}
    page = unescape(boss.get(f"/rules/{number}").get_data(as_text=True))
    for place, words in (("if.0", "not there any more"), ("if.1", "There is nothing called “moon”"), ("then.0", "not there any more")):
        assert re.search(rf'id="{re.escape(place)}-problem">.*?{words}', page, re.S), place
    whole, moonless = written(site, boss), written(site, boss)
    with site.app.app_context(), transaction() as session:
        version = session.get_one(RuleVersion, session.get_one(Rule, moonless).version_id)
        version.definition = version.definition | {"if": {"all": gone["all"][1:]}}
    rows = re.split(r'<li class="rule-row', boss.get("/rules").get_data(as_text=True))
    marked = {int(re.findall(r'data-id="(\d+)"', row)[0]) for row in rows[1:] if "What it names is not there any more." in row}
    assert (number in marked, moonless in marked, whole in marked) == (True, True, False)


def test_rules_that_may_undo_each_other(site: Site) -> None:
    """One field with two values, a tag that comes and goes; not where the one demands what the other forbids."""
    with site.app.app_context():
        acts = [{"do": "set_status", "value": "open"}, {"do": "tag", "value": ["VIP"]}]
        back = [{"do": "set_status", "value": "solved"}, {"do": "untag", "value": ["vip"]}]
        for mine, theirs, fields in (
            ([], [], ["status", "tag vip"]),
            ([("priority", "is", ["high"])], [("priority", "is", ["low"])], []),
            ([("priority", "is", ["high"])], [("priority", "is_not", ["high", "low"])], []),
            ([("priority", "is", ["high", "low"])], [("priority", "is_not", ["high"])], ["status", "tag vip"]),
            ([("automatic", "is_true", None)], [("automatic", "is_false", None)], []),
            ([("tags", "has_all", ["a", "b"])], [("tags", "has_none", ["b"])], []),
            ([("tags", "has_any", ["a", "b"])], [("tags", "has_none", ["b"])], ["status", "tag vip"]),
        ):  # fmt: skip
            one, other = ({"on": ["note_written"], "then": then, "if": {"all": [{"word": w, "test": t, "value": v} for w, t, v in parts]}}
                          for parts, then in ((mine, acts), (theirs, back)))  # fmt: skip
            assert sorted(conflicts.between(one, other)) == fields, (mine, theirs)
