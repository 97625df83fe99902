"""Canned replies: who may do what, which text a customer gets, what is found, and a table that comes in whole or not at all."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions import canned
from helpdesk.actions.canned import CannedChange
from helpdesk.actions.canned_sheet import take_in
from helpdesk.actions.reply import note, reply
from helpdesk.actions.transaction import transaction
from helpdesk.canned_csv import Row
from helpdesk.errors import HelpdeskError, Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.fields import Problems
from helpdesk.models import Agent, CannedReply, Contact, Inbox, Message, Ticket
from helpdesk.placeholders import fill
from helpdesk.queries.canned import Chosen, Missing, find, picked, shelf, text_for
from helpdesk.queries.canned_sheet import plan, rows_of_all
from helpdesk.queries.canned_values import values_for
from tests.factories import NOW, Clock, SmallDesk, ticket, writing


def change(name: str = "Hello", **more: Any) -> CannedChange:
    return CannedChange(**({"name": name, "name_ar": "", "folder": "", "texts": {"en": "Hello"}, "personal": False} | more))


def made(desk: SmallDesk, who: str = "admin", **more: Any) -> int:
    return canned.create(desk.viewer(who), change(**more)).id


def test_who_sees_and_who_changes(desk: SmallDesk) -> None:
    """Personal, of a team, of everybody: seen by, changed by."""
    replies = {"mine": made(desk, "rana", personal=True), "repairs": made(desk, "rana", team_id=desk.ids["repairs"]), "all": made(desk)}
    everybody = ("admin", "supervisor", "rana", "omar", "huda", "lina")
    shelves = {who: {one.id for one in shelf(desk.viewer(who))} for who in everybody}
    seen = {name: {who for who in everybody if number in shelves[who]} for name, number in replies.items()}
    assert seen == {"mine": {"rana"}, "repairs": {"admin", "supervisor", "rana", "huda"}, "all": set(everybody)}
    asked = {"mine": change(personal=True), "repairs": change(team_id=desk.ids["repairs"]), "all": change()}
    changing = {"mine": {"rana"}, "repairs": seen["repairs"], "all": {"admin", "supervisor"}}
    for name, who in itertools.product(replies, everybody):
        number, viewer = replies[name], desk.viewer(who)
        refusal = None if who in changing[name] else NotFound
        assert refused(canned.edit, viewer, number, asked[name]) == refused(canned.switch, viewer, number, True) == refusal, (name, who)
        assert refused(find, viewer, number) == (None if who in seen[name] else NotFound), (name, who)
    assert refused(canned.delete, desk.viewer("huda"), replies["mine"]) is NotFound
    canned.delete(desk.viewer("huda"), replies["repairs"])
    assert {one.id for one in shelf(desk.viewer("admin"))} == {replies["all"]}


def refused(verb: Callable[..., Any], *given: Any) -> type[HelpdeskError] | None:
    try:
        verb(*given)
    except HelpdeskError as error:
        return type(error)
    return None


def test_nobody_writes_for_others(desk: SmallDesk) -> None:
    for who, team_id in (("rana", None), ("rana", desk.ids["returns"]), ("lina", desk.ids["repairs"]), ("admin", 999)):
        with pytest.raises(Invalid):
            made(desk, who, team_id=team_id)
    mine = made(desk, "rana", personal=True)
    with pytest.raises(Invalid):
        canned.edit(desk.viewer("rana"), mine, change())
    assert db.session.scalars(select(CannedReply.agent_id)).all() == [desk.ids["rana"]]


def test_what_cannot_be_saved(desk: SmallDesk) -> None:
    bad = {"text_en": {"texts": {"en": "Hi {{ customer }}"}}, "text_ar": {"texts": {"ar": "", "en": ""}}, "name": {"name": ""}}
    for field, more in bad.items():
        with pytest.raises(Problems) as found:
            made(desk, **more)
        assert list(found.value.sentences) == [field]
    with pytest.raises(Problems, match=r"\{\{customer\}\}"):
        made(desk, texts={"ar": "x", "en": "{{customer}}"})
    with pytest.raises(Problems):
        made(desk, texts={"en": "x" * 20_001})
    assert made(desk, texts={"en": "{{7*7}} {% %} ${} #{} {{customer_name}}"})


def test_texts_come_change_and_go(desk: SmallDesk) -> None:
    number = made(desk, texts={"en": "Hello", "ar": "أهلا"})
    canned.switch(desk.viewer("admin"), number, False)
    canned.edit(desk.viewer("admin"), number, change("Bye", texts={"ar": "مع السلامة", "en": ""}))
    found = find(desk.viewer("admin"), number)
    assert ({text.language: text.text for text in found.texts}, found.name, found.active) == ({"ar": "مع السلامة"}, "Bye", False)


def test_search_folds_and_names_come_before_texts(desk: SmallDesk) -> None:
    texts = {"ar": "نعتذر عن التأخير", "en": "Sorry for the delay"}
    first = made(desk, name="Late parcel", name_ar="الشحنة متأخّرة", folder="الشحن", texts=texts)
    second = made(desk, name="Arrived", texts={"en": "Your PARCEL is here: 100%"})
    canned.use(second)
    off = made(desk, name="Parcel, old")
    canned.switch(desk.viewer("admin"), off, False)
    asked = {"": [second, first], "الشحنه متاخره": [first], "PARC": [first, second], "late parcel": [first], "e": [second, first],
             "اعتذر": [], "نعتذر الشحن": [first], "delay نعتذر": [],
             "100%": [second], "%": [second], "_": [], "parcel nothing": []}  # fmt: skip
    assert {query: [one.id for one in picked(desk.viewer("rana"), query)] for query in asked} == asked
    assert off in {one.id for one in shelf(desk.viewer("admin"), "parcel")}


# contact, messages (oldest first), inbox, desk -> whose text
LANGUAGES = (
    ("ar", ["en"], "en", "en", "ar"), ("", ["ar", "en"], "ar", "ar", "en"), ("und", ["en", "ar", "und"], "", "en", "ar"),
    ("", ["", "und"], "en", "ar", "en"), ("", [], "", "ar", "ar"), ("ur", ["en"], "en", "en", "ur"), ("", ["fa"], "en", "en", "fa"),
)  # fmt: skip


def test_in_whose_language(desk: SmallDesk) -> None:
    """And never in another one, nor in a mixture."""
    both, only = made(desk, texts={"ar": "أهلا", "en": "Hello"}), made(desk, texts={"en": "Hello"})
    number = desk.ticket()
    for contact, messages, inbox, of_desk, wanted in LANGUAGES:
        with transaction() as session:
            row = session.get_one(Ticket, number)
            session.query(Message).delete()
            session.add_all(said(row, language) for language in messages)
            session.get_one(Contact, row.contact_id).language, session.get_one(Inbox, row.inbox_id).language = contact, inbox
            session.execute(db.text("UPDATE desk SET language = :language"), {"language": of_desk})
        texts = {"ar": Chosen("ar", "أهلا"), "en": Chosen("en", "Hello")}
        case = (contact, messages, inbox, of_desk)
        assert text_of(number, both) == texts.get(wanted, Missing(wanted, ("ar", "en"))), case
        assert text_of(number, only) == (texts["en"] if wanted == "en" else Missing(wanted, ("en",))), case
        assert text_of(number, only, "en") == texts["en"]


def said(row: Ticket, language: str) -> Message:
    return Message(ticket_id=row.id, inbox_id=row.inbox_id, kind="incoming", language=language, created_at=NOW)


def text_of(number: int, reply_id: int, language: str = "") -> Chosen | Missing:
    db.session.rollback()
    return text_for(db.session(), ticket(number), db.session.get_one(CannedReply, reply_id), language)


def test_what_the_placeholders_stand_for(desk: SmallDesk, clock: Clock) -> None:
    number = desk.ticket(subject="Re: {{agent_name}}\n\u202ex")
    with transaction() as session:
        row = session.get_one(Ticket, number)
        row.due_at = NOW + timedelta(days=2, hours=13)
        agent = session.get_one(Agent, desk.ids["rana"])
        agent.name_ar, agent.digits = "رنا", "arab"
    found = {language: values_for(db.session(), ticket(number), language, agent) for language in ("en", "ar")}
    assert found["en"] == {
        "customer_name": "Noura Saleh", "ticket_number": str(number), "subject": "Re: {{agent_name}} x", "ticket_type": "",
        "agent_name": "Rana", "team_name": "Repairs", "desk_name": "Example Store", "inbox_name": "Support",
        "inbox_address": "support@example.com", "today": "22 November 2026", "due_date": "Wednesday 25 November 2026", "due_time": "1:00",
    }  # fmt: skip
    arabic = {"agent_name": "رنا", "team_name": "فريق repairs", "desk_name": "متجر المثال", "ticket_number": str(number),
              "today": "٢٢ نوفمبر ٢٠٢٦", "due_date": "الأربعاء ٢٥ نوفمبر ٢٠٢٦", "due_time": "١:٠٠"}  # fmt: skip
    assert {name: found["ar"][name] for name in arabic} == arabic
    assert values_for(db.session(), ticket(number), "ar")["today"] == "22 نوفمبر 2026"
    assert fill("{{subject}}", found["en"]).text == "Re: {{agent_name}} x"


def test_an_answer_with_a_gap_does_not_leave(desk: SmallDesk) -> None:
    number = desk.ticket()
    for body in ("Until {{due_date}}.", "{{ customer_name }}"):
        with pytest.raises(Invalid) as found:
            reply(desk.viewer("rana"), number, writing(number, body))
        assert found.value.field == "body"
    assert reply(desk.viewer("rana"), number, writing(number, "{{7*7}} {{name}} ${x} {% x %}")).text == "{{7*7}} {{name}} ${x} {% x %}"
    assert note(desk.viewer("rana"), number, writing(number, "Look at {{due_date}}")).id


def test_every_use_counts(desk: SmallDesk) -> None:
    number = made(desk)
    for _time in range(3):
        canned.use(number)
    assert db.session.get_one(CannedReply, number, populate_existing=True).uses == 3


def test_a_table_comes_in(desk: SmallDesk) -> None:
    old = made(desk, name="Hello", folder="A", texts={"en": "Hello", "ar": "أهلا"})
    made(desk, "rana", name="Hello", folder="A", personal=True, texts={"en": "Mine"})
    canned.switch(desk.viewer("admin"), old, False)
    rows = [
        Row("A", "Hello", "مرحبا", "", "en", "Hello, you", 2), Row("B", "New", "", "repairs", "ar", "جديد", 3, "ب"),
        Row("B", "New", "جديد", "فريق REPAIRS", "en", "=New", 4),
    ]  # fmt: skip
    asked = plan(db.session(), rows)
    assert [(step.kind, step.name, step.name_ar, sorted(step.texts), step.numbers) for step in asked.steps] == [
        ("changed", "Hello", "مرحبا", ["ar", "en"], [2]), ("new", "New", "جديد", ["ar", "en"], [3, 4])]
    take_in(desk.viewer("supervisor"), rows)
    db.session.rollback()
    assert [one[:6] for one in map(astuple, rows_of_all(db.session()))] == [
        ("A", "Hello", "مرحبا", "", "ar", "أهلا"), ("A", "Hello", "مرحبا", "", "en", "Hello, you"),
        ("B", "New", "جديد", "Repairs", "ar", "جديد"), ("B", "New", "جديد", "Repairs", "en", "=New")]  # fmt: skip
    assert [reply.folder_ar for reply in db.session.query(CannedReply).order_by(CannedReply.id)] == ["", "", "ب"]
    assert not db.session.get_one(CannedReply, old).active
    assert {step.kind for step in take_in(desk.viewer("admin"), rows).steps} == {"same"}
    assert [one.name for one in picked(desk.viewer("admin"), "جديد")] == ["New"]


def astuple(row: Row) -> tuple[str, ...]:
    return (row.folder, row.name, row.name_ar, row.team, row.language, row.text)


def test_one_bad_row_and_nothing_comes_in(desk: SmallDesk) -> None:
    good = Row("", "Good", "", "", "en", "Hello", 2)
    bad = {
        3: Row("", "", "", "", "en", "x", 3), 4: Row("", "a", "", "", "de", "x", 4), 5: Row("", "a", "", "", "en", "", 5),
        6: Row("", "a", "", "nobody", "en", "x", 6), 7: Row("", "a", "", "", "en", "{{nothing}}", 7),
        8: Row("", "Good", "", "", "en", "y", 8), 9: Row("", "a" * 121, "", "", "en", "x", 9),
        10: Row("", "a", "", "", "en", "x" * 20_001, 10),
    }  # fmt: skip
    assert set(plan(db.session(), [good, *bad.values()]).problems) == set(bad)
    for number, row in bad.items():
        with pytest.raises(Problems) as found:
            take_in(desk.viewer("admin"), [good, row])
        assert list(found.value.sentences) == [f"row-{number}"]
    assert db.session.scalars(select(CannedReply)).all() == []
