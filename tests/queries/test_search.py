"""Search: the same answers on both databases, Arabic as people type it, and nothing that one may not see."""

from typing import Any

import pytest
from sqlalchemy import select, text

from helpdesk import demo, search_index
from helpdesk.actions import change
from helpdesk.actions.receive import receive
from helpdesk.actions.reply import note, reply
from helpdesk.extensions import db
from helpdesk.incoming import Person, StoredFile
from helpdesk.models import Agent
from helpdesk.queries.people import viewer_of
from helpdesk.queries.search import search
from tests.factories import SmallDesk, writing

PEERS = [  # what the seven peers miss: stored, typed
    ("أحمد", "احمد"),
    ("المكتبة", "المكتبه"),
    ("إلى الرياض", "الي الرياض"),
    ("ضَمَانُ الجهاز", "ضمان"),
    ("طـــلب جديد", "طلب"),
    ("١٢٣٤٥", "12345"),
    ("12345", "١٢٣٤٥"),
    ("الطلب", "طلب"),
    ("طلب", "الطلب"),
    ("وبالطابعة", "طابعة"),
    ("مسؤول", "مسوول"),
    ("شاطئ", "شاطي"),
    ("گاڑی", "گاڑی"),
]
QUERIES = [
    "طابعة",
    "ضمان",
    "الشحنة",
    "شحنه",
    "refund",
    "refunds",
    "printer",
    "the",
    "order",
    "طلب",
    "noura",
    "example.com",
    "+966 50 000",
    "RX-200",
    "١٢",
    "12",
    "شكرا",
    "رقم الطلب",
    "battery screen",
    "zzzz",
    "",
    "!!!",
    "a",
    "10430",
    "#10430",
    "استرجاع المبلغ",
    "password",
]
ANSWERS: dict[str, list[tuple[Any, ...]]] = {}
"""What the first database answered, for the second to agree with."""


def found(desk: SmallDesk, query: str, who: str = "admin") -> list[int]:
    db.session.rollback()
    return [row.id for row in search(desk.viewer(who), query).rows]


def test_what_the_peers_miss(desk: SmallDesk) -> None:
    wrong = []
    for stored, typed in PEERS:
        number = desk.ticket(f"xq {stored} yq")
        if number not in found(desk, typed):
            wrong.append((stored, typed))
    assert wrong == []


def test_both_databases_answer_alike(app: Any, request: pytest.FixtureRequest) -> None:
    demo.build.ensure()
    viewers = [viewer_of(agent) for agent in db.session.scalars(select(Agent).order_by(Agent.id))][:4]
    answers = [(query, viewer.agent_id, *(row.id for row in search(viewer, query).rows)) for query in QUERIES for viewer in viewers]
    assert sum(len(answer) > 2 for answer in answers) > 20
    ANSWERS[db.engine.dialect.name] = answers
    if len(ANSWERS) == 2:
        assert ANSWERS["sqlite"] == ANSWERS["postgresql"]


def test_everything_that_is_said_is_found(desk: SmallDesk) -> None:
    file = StoredFile("serial-plate.png", "image/png", 1, "a" * 64)
    number = receive([desk.mail("quokka", subject="wombat", sender=Person("Dingo Sample", "numbat@example.sa"), files=[file])])[0].ticket_id
    reply(desk.viewer("rana"), number, writing(number, "kookaburra"))
    note(desk.viewer("rana"), number, writing(number, "platypus"))
    change.change(desk.viewer("rana"), number, change.set_subject("echidna"))
    for word in (
        "quokka",
        "wombat",
        "Dingo",
        "numbat@example.sa",
        "serial-plate",
        "kookaburra",
        "platypus",
        "echidna",
        str(number),
        f"#{number}",
    ):
        assert found(desk, word) == [number], word
    assert found(desk, "quokka kookaburra") == [], "words stand together in one message"
    assert found(desk, "quokka wombat") == [number]


def test_the_right_to_see_is_inside(desk: SmallDesk) -> None:
    mine, other = desk.ticket("wallaby"), desk.ticket("wallaby", inbox_id=desk.ids["parcels"])
    assert found(desk, "wallaby", "rana") == [mine]
    assert found(desk, "wallaby", "omar") == [other]
    assert found(desk, "wallaby", "lina") == found(desk, str(mine), "lina") == []
    assert set(found(desk, "wallaby", "huda")) == {mine, other}
    change.change(desk.viewer("admin"), other, change.assign(desk.ids["lina"]))
    assert found(desk, "wallaby", "lina") == [other]


def test_ones_own_is_found_behind_many_that_are_not(desk: SmallDesk) -> None:
    mine = desk.ticket("potoroo")
    receive([desk.mail("potoroo", inbox_id=desk.ids["parcels"]) for _ in range(55)])
    assert found(desk, "potoroo", "rana") == [mine]


def test_a_number_comes_first_and_once(desk: SmallDesk) -> None:
    number = desk.ticket("one")
    naming = desk.ticket(f"As in ticket {number}")
    assert found(desk, str(number)) == [number, naming]


def test_the_newest_first_and_no_more_than_fit(desk: SmallDesk) -> None:
    receipts = receive([desk.mail("bandicoot") for _ in range(53)])
    page = search(desk.viewer("admin"), "bandicoot")
    assert [row.id for row in page.rows] == [receipt.ticket_id for receipt in receipts][::-1][:50]
    assert page.more


def test_the_row_is_written_with_the_message_or_not_at_all(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise LookupError

    monkeypatch.setattr(search_index, "write_many", fails)
    with pytest.raises(LookupError):
        desk.ticket("numbat")
    db.session.rollback()
    assert [db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("message", "ticket", "search_row")] == [0, 0, 0]
