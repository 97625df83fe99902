"""Each rule of each starter pack on a mail that it is for, and on one that only looks like it; and what a refund is promised."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from automations.packs import reader
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import SlaTarget
from tests.automations.trade import Step, Trade, settle
from tests.factories import Clock, SmallDesk

KEYS = reader.PACKS
PHOTO = StoredFile("photo.png", "image/png", 3, "a" * 64)
CASES: dict[str, list[tuple[str, list[Step], Any, Any]]] = {
    # rule, what is so before, a mail that fires it, one that looks alike and does not; of rules of the clock what is so instead
    "repair": [
        ("fault", [], "الغسالة معطلة منذ أمس ولا تدور", "متى تفتحون فرع جدة؟"),
        ("fault", [], "The vacuum RX-200 stopped working.", "I love the vacuum, thank you."),
        ("warranty", [], "كم مدة الضمان على الثلاجة؟", "كم سعر الثلاجة؟"),
        ("danger", [], "خرج دخان من الشاحن", "الشاحن بطيء جدًا"),
        ("danger", [], "I saw sparks behind the plug!", "The plug is black, is that the only colour?"),
        ("details-came", [("tag", "details")], "الرقم التسلسلي S12345", "سأرسل البيانات غدًا إن شاء الله"),
        ("came-back", [("tag", "handed-over")], "عاد العطل مرة أخرى بعد يومين", "شكرًا على سرعة الإصلاح"),
        ("late", [("type", "repair")], 72, [("status", "pending")]),
        ("remind", [("tag", "details"), ("status", "pending")], 96, [("status", "open")]),
        ("follow-up", [("tag", "handed-over"), ("status", "solved")], 192, [("status", "open")]),
    ],
    "returns-services": [
        ("refund", [], "أريد استرداد ما دفعته عن الدورة", "أريد فاتورة الدورة"),
        ("refund", [], "I want my money back for the course.", "I want another course next month."),
        ("technical", [], "لا أستطيع الدخول إلى حسابي", "أريد تغيير اسمي في الحساب"),
        ("billing", [], "تم خصم مرتين من بطاقتي", "تم الخصم في موعده، شكرًا"),
        ("billing", [], "I was charged twice for the same lesson.", "I paid for two lessons."),
        ("papers-came", [("tag", "papers")], PHOTO, "سأرسل المستندات غدًا"),
        ("appeal", [("type", "refund"), ("tag", "refused")], "أعترض على القرار", "حسنًا، شكرًا على التوضيح"),
        ("appeal", [("type", "refund"), ("tag", "in-part")], "Please reconsider your decision.", "When does the money arrive?"),
        ("reopened", [("type", "technical"), ("status", "solved")], "عادت المشكلة", [("status", "pending")]),
        ("late", [("type", "technical")], 72, [("status", "solved")]),
        ("remind", [("tag", "papers"), ("status", "pending")], 144, [("status", "open")]),
    ],
    "returns-shop": [
        ("return", [], "أرغب في إرجاع الحذاء", "متى يصل الحذاء؟"),
        ("return", [], "How can I return these shoes?", "Do these shoes come in black?"),
        ("exchange", [], "هل يمكن التبديل إلى مقاس أكبر؟", "ما جدول المقاسات؟"),
        ("defect", [], "المنتج فيه عيب مصنعي", "المنتج ممتاز بلا عيوب"),
        ("category", [("type", "return")], "أريد أن أعيد العطر", "أريد أن أعيد الحقيبة"),
        ("sent", [("tag", "accepted")], "رقم التتبع 7788123", "سأذهب إلى شركة الشحن غدًا"),
        ("redelivery", [("tag", "refused")], "أرجو محاولة أخرى للتوصيل", "حسنًا، يمكنكم التخلص منه"),
        ("reopened", [("type", "return"), ("status", "solved")], "لم يصل المبلغ", [("status", "pending")]),
        ("late", [("type", "return")], 72, [("tag", "accepted")]),
        ("where-parcel", [("tag", "accepted"), ("status", "pending")], 192, [("tag", "arrived")]),
    ],
    "shop": [
        ("parcel", [], "وين طلبي رقم 4471؟", "أريد أن أطلب سماعة"),
        ("parcel", [], "Where is my order 4471?", "Can I order by phone?"),
        ("payment", [], "فشلت عملية الدفع بالبطاقة", "ما طرق الدفع لديكم؟"),
        ("cod", [], "هل الدفع عند الاستلام متاح في أبها؟", "هل لديكم فرع في أبها؟"),
        ("unlike", [], "المنتج غير مطابق لما في الموقع", "المنتج مطابق، شكرًا"),
        ("cancel", [], "Please cancel my order 4471.", "Please do not forget my order."),
        ("twice", [], "خصم مرتين لنفس الطلب", "طلبت مرتين هذا الشهر"),
        ("reopened", [("type", "parcel"), ("status", "solved")], "لم تصل بعد", [("status", "on_hold")]),
        ("late", [], 72, [("status", "pending")]),
    ],
}  # fmt: skip


def otherwise(case: tuple[str, list[Step], Any, Any]) -> tuple[list[Step], Any]:
    """What looks like the case and is none: another mail, or the same in another state."""
    _rule, before, fires, other = case
    return (before + other, fires) if isinstance(other, list) else (before, other)


@pytest.mark.parametrize("key", KEYS)
def test_each_rule_hears_its_mail_and_not_the_one_that_looks_alike(desk: SmallDesk, clock: Clock, key: str, ground: dict[str, str]) -> None:
    if "HELPDESK_DATABASE_URL" in ground and key != "shop":
        return  # words and conditions are the same wherever rows are kept
    trade, cases = Trade(desk, clock, key), CASES[key]
    assert {case[0] for case in cases} == {piece.key for piece in trade.pack.of("trigger", "timed")}, "a case for every rule"
    trade.live_through([*((before, fires) for _rule, before, fires, _other in cases), *map(otherwise, cases)])
    for (rule, _before, fires, other), number, alike in zip(cases, trade.numbers, trade.numbers[len(cases) :], strict=False):
        did = trade.fired(rule, number)
        assert did, f"{rule}: nothing happened on {fires!r}"
        wrong = [line for line in did if line["result"] not in ("done", "nothing", "nobody")]
        assert not wrong, f"{rule}: {wrong}"
        assert not trade.fired(rule, alike), f"{rule}: fired on {other!r}"


def due(number: int) -> dict[str, tuple[str, str]]:
    """Target -> its state, and when it is due in Riyadh."""
    db.session.rollback()
    rows = db.session.query(SlaTarget).filter_by(ticket_id=number).order_by(SlaTarget.id)
    return {row.name: (row.state, row.due_at.astimezone(ZoneInfo("Asia/Riyadh")).strftime("%a %d %b %H:%M") if row.due_at else "")
            for row in rows}  # fmt: skip


def test_a_refund_is_promised_what_the_policy_says(desk: SmallDesk, clock: Clock) -> None:
    """Asked for on a Sunday at noon: two and five business days until closing time, ten for a card, ten for an appeal."""
    trade = Trade(desk, clock, "returns-services")
    number = desk.ticket("I want my money back for the course.", authentication="pass")
    settle()
    assert due(number) == {"first_response": ("running", "Mon 23 Nov 12:00"), "stage:Review": ("running", "Tue 24 Nov 17:00"),
                           "stage:Decision": ("running", "Sun 29 Nov 17:00")}  # fmt: skip
    clock.move(hours=3)
    trade.make(number, [("status", "pending")])
    settle()
    assert due(number)["stage:Review"] == ("paused", ""), "waits for papers"
    clock.move(hours=24)
    trade.make(number, [("status", "open"), ("tag", "approved"), ("tag", "card")])
    settle()
    assert [due(number)[f"stage:{name}"][0] for name in ("Review", "Decision")] == ["met", "met"]
    assert due(number)["stage:Money back to the card"] == ("running", "Mon 07 Dec 17:00")
    trade.make(number, [("tag", "paid"), ("tag", "refused")])
    settle()
    assert due(number)["stage:Money back to the card"][0] == "met"
    trade.write(number, "I appeal: I was never told.")
    settle()
    assert due(number)["stage:Appeal"] == ("running", "Mon 07 Dec 17:00")
