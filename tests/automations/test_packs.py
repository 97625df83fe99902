"""Starter packs: their texts, and what installing, taking up a newer version and taking away leave behind."""

import re
from dataclasses import replace
from typing import Any

import pytest

from automations import actions
from automations.conditions import check
from automations.packs import reader
from automations.sla import check as sla_check
from helpdesk.actions import calendars, canned, change, packs, rules
from helpdesk.extensions import db
from helpdesk.models import (
    Calendar,
    CannedReply,
    Holiday,
    Pack,
    Rule,
    RuleVersion,
    SlaPolicy,
    SlaPolicyVersion,
    SlaTarget,
    TicketType,
)  # fmt: skip
from helpdesk.placeholders import names_in, unknown_in
from helpdesk.queries import packs as standing
from helpdesk.starter import Piece, Starter
from helpdesk.starter import names_in as named
from tests.automations.trade import installed, settle
from tests.factories import SmallDesk

KEYS = reader.PACKS
ARABIC, LATIN = re.compile(r"[\u0600-\u06ff]"), re.compile(r"[A-Za-z]")
ALWAYS_KNOWN = {"ticket_number", "desk_name", "inbox_name", "inbox_address", "today"}
"""Placeholders that have a value on every ticket, whoever wrote: all that a rule may send."""


def texts(pack: Starter) -> list[tuple[str, str]]:
    """(English, Arabic) of everything in it that people read."""
    pairs = [(one.name, one.name_ar) for one in (pack, *pack.teams, *pack.tags, *pack.texts, *pack.pieces)]
    stages = [stage for piece in pack.of("policy") for stage in piece.body["targets"].get("stages", [])]
    pairs += [(pack.about, pack.about_ar), *((stage["name"], stage["name_ar"]) for stage in stages)]
    return pairs + [(piece.body["en"], piece.body["ar"]) for piece in pack.of("reply")]


def without_names(text: str) -> str:
    return re.sub(r"\{\{\w+\}\}", "", text)


@pytest.mark.parametrize("key", KEYS)
def test_every_text_is_there_in_two_languages_and_in_no_mixture(key: str) -> None:
    pack = reader.pack(key)
    for english, arabic in texts(pack):
        assert LATIN.search(without_names(english)), english
        assert ARABIC.search(arabic), arabic
        assert not ARABIC.search(english), english
        assert not LATIN.search(without_names(arabic)), arabic
        assert not unknown_in(english + arabic), english
        assert set(names_in(english)) == set(names_in(arabic)), english
        assert "\n " not in english + arabic, "a line that was wrapped wrongly"


@pytest.mark.parametrize("key", KEYS)
def test_a_rule_sends_only_what_has_a_value_on_every_ticket(key: str) -> None:
    pack = reader.pack(key)
    sent = set().union(*(named(dict(piece.body)) for piece in pack.of("trigger", "timed")))
    for piece in pack.of("reply"):
        if piece.place in sent:
            assert set(names_in(piece.body["en"])) <= ALWAYS_KNOWN, piece.place


def test_what_is_wrong_with_a_file_is_said_with_its_place() -> None:
    good = (reader.FOLDER / "repair.toml").read_text(encoding="utf-8")
    wrong = [
        ("= \"type:repair\" }", "= \"type:nothing\" }", "repair.toml, trigger:fault: there is no type:nothing"),
        ('since = "opened"', 'since = "summer"', "nothing is counted from summer"),
        ('on = ["message_received"]', 'on = ["message_sung"]', "there is no event message_sung"),
        ('do = "set_type"', 'do = "explode"', "there is no act explode"),
        ('word = "type", test = "is"', 'word = "type", test = "rhymes"', "nobody can ask whether type rhymes"),
        ('preset = "office"', 'preset = "never"', "calendar: there is no preset never"),
        ('name_ar = "صيانة"', 'name_ar = ""', "repair.toml, type repair: name_ar is missing"),
        ('kind = "timed"', 'kind = "sometimes"', "there is no kind sometimes"),
        ('key = "warranty"\nname =', 'key = "repair"\nname =', "type:repair is there twice"),
        ("version = 2", "version = 2\nmood = 2", "repair.toml: mood is not known here"),
        ("version = 2", "version =", "repair.toml: "),
    ]  # fmt: skip
    for there, instead, sentence in wrong:
        assert there in good, there
        with pytest.raises(reader.PackError, match=re.escape(sentence)):
            reader.read("repair", good.replace(there, instead, 1))


def definitions(kind: Any, version: Any) -> list[tuple[Any, dict[str, Any]]]:
    rows = db.session.query(kind, version).join(version, version.id == kind.version_id)
    return [(row, said.definition) for row, said in rows]


def test_everything_that_is_installed_could_have_been_typed(desk: SmallDesk) -> None:
    for key in KEYS:
        installed(desk, key)
    for rule, said in definitions(Rule, RuleVersion):
        assert not check.problems(said["if"]) | actions.problems(said["then"]), rule.name
        assert (rule.active, bool(named(said))) == (rule.kind == "macro", False), rule.name
    for policy, said in definitions(SlaPolicy, SlaPolicyVersion):
        assert not sla_check.problems(db.session(), said), policy.name
        assert not policy.active
        assert not named(said)
    assert db.session.query(Calendar).count() == 1, "only a desk without hours gets some"
    assert db.session.query(Holiday).filter_by(pack="repair").count() > 5


def everything() -> list[int]:
    tables = (Rule, RuleVersion, CannedReply, TicketType, SlaPolicy, SlaPolicyVersion, Calendar, Holiday, Pack)
    return [db.session.query(table).count() for table in tables]


def test_it_comes_and_goes_without_a_trace(desk: SmallDesk) -> None:
    before = everything()
    for key in KEYS:
        assert set(installed(desk, key).places) == {"new"}
        there = everything()
        assert installed(desk, key).places == {}
        assert everything() == there, "a second time changes nothing"
        pack = db.session.get_one(Pack, key)
        assert set(standing.difference(db.session(), pack, reader.pack(key), "ar").values()) == {"same"}
        assert set(packs.remove(key).places) == {"removed"}
        assert everything() == before, key


def test_what_people_changed_or_need_stays(desk: SmallDesk) -> None:
    installed(desk, "repair")
    packs.switch_on(desk.viewer("admin"), "repair")
    admin, rows = desk.viewer("admin"), {one.place: one.row for one in standing.standings(db.session(), db.session.get_one(Pack, "repair"))}
    ids = {place: row.id for place, row in rows.items()}
    fault = rules.in_force(db.session(), rows["trigger:fault"]).definition
    calmer = fault | {"then": fault["then"][2:]}  # answers with the pack's reply, and sets no type
    rules.save(admin, ids["trigger:fault"], rules.RuleChange("trigger", "Mine", "قاعدتي", calmer))
    canned.switch(admin, ids["reply:not-covered"], False)
    change.change(admin, desk.ticket(), change.set_type(ids["type:warranty"]))
    places = packs.remove("repair").places
    assert sorted(places["kept"]) == ["reply:received", "trigger:fault", "type:warranty"]
    assert (db.session.get_one(Rule, ids["trigger:fault"]).active, db.session.get(Pack, "repair")) == (True, None)
    assert not db.session.get_one(TicketType, ids["type:warranty"]).active, "tickets keep it, no other gets it"
    assert db.session.query(CannedReply).count() == 1
    again = installed(desk, "repair").places
    assert again["found"] == ["type:warranty"], "what is here is used, not doubled"
    assert db.session.get_one(TicketType, ids["type:warranty"]).active


def test_a_policy_that_promised_something_stays_switched_off(desk: SmallDesk) -> None:
    installed(desk, "shop")
    packs.switch_on(desk.viewer("admin"), "shop")
    number = desk.ticket("Where is my order 4471?")
    settle()
    assert db.session.query(SlaTarget).filter_by(ticket_id=number).count()
    places = packs.remove("shop").places
    assert {"policy:shop", "type:parcel", "calendar:hours"} <= set(places["kept"])
    policy = db.session.query(SlaPolicy).one()
    assert (policy.name, policy.active, policy.pack) == ("Shop questions", False, "")


def test_hours_of_somebody_else_are_left_alone(desk: SmallDesk) -> None:
    """They say the same as those of the pack, which somebody threw away."""
    installed(desk, "repair")
    old = db.session.query(Calendar).one()
    same = calendars.CalendarChange(old.name, old.name_ar, old.time_zone, old.week)
    calendars.delete(old.id)
    calendars.create(same)
    assert all(place.startswith("holiday:") for place in packs.remove("repair").places["kept"]), "the new hours count by the holidays"
    assert db.session.query(Calendar).count() == 1


def test_a_newer_version_changes_only_what_nobody_changed(desk: SmallDesk) -> None:
    installed(desk, "returns-shop")
    admin, old = desk.viewer("admin"), db.session.get_one(Pack, "returns-shop").made["pieces"]
    said = rules.in_force(db.session(), db.session.get_one(Rule, old["trigger:defect"][0])).definition
    rules.save(admin, old["trigger:defect"][0], rules.RuleChange("trigger", "It came broken", "", said | {"stop": True}))
    rules.delete(old["macro:pay"][0])
    pack = reader.pack("returns-shop")
    dropped, renamed = ("trigger:category", "policy:returns"), ("trigger:sent", "reply:approved", "trigger:defect", "macro:pay")
    newer = tuple(replace(one, name=f"{one.name} anew") if one.place in renamed else one for one in pack.pieces if one.place not in dropped)
    news = Piece("thanks", "Thanks", "شكر", "reply", {"en": "Thank you.", "ar": "شكرًا."})
    version = {"version": pack.version + 1, "pieces": (*newer, news)}
    fates = standing.difference(db.session(), db.session.get_one(Pack, "returns-shop"), replace(pack, **version), "ar")
    places = installed(desk, "returns-shop", **version).places
    assert {place for place, fate in fates.items() if fate == "changed"} == set(places["changed"]) == {"trigger:sent", "reply:approved"}
    assert (places["new"], places["kept"], places["gone"]) == (["reply:thanks"], ["trigger:defect"], ["macro:pay"])
    assert sorted(places["removed"]) == sorted(dropped)
    assert db.session.get_one(Rule, old["trigger:defect"][0]).name == "It came broken"
    assert db.session.query(Rule).filter_by(name="The customer has sent the parcel anew").count() == 1
    assert installed(desk, "returns-shop", **version).places == {}


def test_nothing_is_written_when_anything_is_refused(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()
    monkeypatch.setattr(rules, "MOST_RULES", 5)
    with pytest.raises(packs.Invalid):
        installed(desk, "shop")
    assert everything() == before
    monkeypatch.undo()
    with pytest.raises(packs.Problems) as refused:
        packs.install(desk.viewer("admin"), reader.pack("shop"), {"orders": 999})
    assert list(refused.value.sentences) == ["team-orders"]
    assert everything() == before


def test_without_a_team_its_actions_are_left_out(desk: SmallDesk) -> None:
    packs.install(desk.viewer("admin"), reader.pack("shop"), {})
    said = [definition for _rule, definition in definitions(Rule, RuleVersion)]
    assert not [action for one in said for action in one["then"] if action["do"] == "set_team"]
    assert all(one["then"] for one in said)
