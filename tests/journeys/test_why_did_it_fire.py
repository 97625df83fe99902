"""A rule built in the browser in Arabic, simulated, switched on, fired by a mail, explained, changed, restored, undone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, LEAVES, Seat, open_ticket, row
from tests.journeys.product import Product

NAME, SUBJECT = "المكانس التي تتوقف", "مكنسة لا تعمل 8841"
ASKS = "النص فيه أيّ من «مكنستي»"
SENTENCE = (
    "عندما تصل رسالة من العميل، إذا تحقق كل ما يلي: النص فيه أيّ من «مكنستي»، وأيضًا (تحقق أيٌّ مما يلي: القناة هي البريد الإلكتروني)، "
    "فعندئذٍ تغيير الأولوية إلى عالية، ثم إضافة الوسوم «مكانس»."
)


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start()


def blank(page: Page, place: str) -> Locator:
    """A control of the sentence by its place in the rule."""
    return page.locator(f'#builder [name="{place}"]')


def press(page: Page, step: str) -> None:
    """A button that adds or removes a part of the sentence."""
    page.locator(f'#builder [name=step][value="{step}"]').click()


def build(page: Page) -> str:
    """Writes the rule, sees what is wrong while it is written, and saves it; its address."""
    page.goto("/rules")
    page.locator("a[href='/rules/new?kind=trigger']").first.click()
    page.fill("[name=name_ar]", NAME)
    blank(page, "if.0.value").fill("،")
    expect(page.locator("[id='if.0-problem']")).to_contain_text("تلزم كتابة كلمة أو عبارة.")
    blank(page, "if.0.value").fill("مكنستي")
    expect(page.locator("[id='if.0-problem']")).to_have_count(0)
    press(page, "group if")
    blank(page, "if.1.0.word").select_option("channel")
    page.locator("[id='if.1.0.value'] summary").click()
    page.locator("[id='if.1.0.value'] [value=email]").check()
    page.keyboard.press("Escape")
    blank(page, "then.0.do").select_option("set_priority")
    blank(page, "then.0.value").select_option("high")
    press(page, "add then")
    blank(page, "then.1.do").select_option("tag")
    page.locator("#builder input[name='then.1.value']").fill("مكانس")
    expect(page.locator("#builder .problem")).to_have_count(0)
    expect(page.locator(".matches")).to_contain_text("تطابق الآن")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_have_text(NAME, timeout=ARRIVES)
    return page.url.partition("?")[0]


def test_a_rule_in_arabic_from_its_first_word_to_its_undoing(product: Product, sit: Callable[..., Seat]) -> None:
    seat = sit(product, "supervisor", "ar")
    page = seat.page
    address = build(page)
    simulate(page)
    page.locator("[name=switch][value=on]").click()
    expect(page.locator(".page-head .chip")).to_have_text("مفعّلة", timeout=ARRIVES)
    page.goto("/rules")
    expect(page.locator(".rule-says").filter(has_text="مكنستي")).to_have_text(SENTENCE)

    page.goto("/tickets")
    product.mail(SUBJECT, "السلام عليكم، مكنستي توقفت.", "noura@example.com", name="نورة")
    expect(row(page, SUBJECT)).to_be_visible(timeout=ARRIVES)
    number = open_ticket(page, SUBJECT)
    fired = page.locator("#thread .event", has_text=f"بواسطة القاعدة «{NAME}»")
    expect(fired).to_have_count(2, timeout=ARRIVES)  # the priority and the tag
    fired.first.locator("a").click()
    expect(page.locator(".seen").first).to_contain_text(ASKS)
    expect(page.locator(".runs")).to_contain_text("تغيير الأولوية إلى عالية: تم")

    explain(page, address, number)
    change_and_restore(page, address)
    undo(page, address)
    page.goto(f"/tickets/{number}")
    expect(page.locator("#thread")).to_contain_text("تراجعًا عما فعلته قاعدة")
    expect(page.locator("#ticket-head summary", has_text="عادية")).to_be_visible()


def simulate(page: Page) -> None:
    """What it would have done to the last days; nothing is changed by that."""
    page.locator("[name=days][value='30']").click()
    expect(page.locator(".sim-fig")).to_contain_text("كانت ستتغير", timeout=LEAVES)
    expect(page.locator(".sim-fig")).to_contain_text("30 يومًا")
    expect(page.locator(".runs")).to_have_count(0)


def explain(page: Page, address: str, number: int) -> None:
    """Why it fired on this ticket, and why it did not on another."""
    page.goto(address)
    expect(page.locator(f".runs a[href='/tickets/{number}']")).to_be_visible()
    expect(page.locator(".runs .seen .i-check")).to_have_count(3)
    page.locator("body").press("t")
    expect(page.locator("#ticket")).to_be_focused()
    page.keyboard.type(str(number - 1))
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_contain_text("شروطها غير متحققة في هذه التذكرة الآن.", timeout=ARRIVES)
    expect(page.locator("#why .seen li", has_text=ASKS)).to_contain_text("لم يتحقق:")


def change_and_restore(page: Page, address: str) -> None:
    """Another version, what differs in it, and the first one once more."""
    page.goto(address)
    blank(page, "then.0.value").select_option("urgent")
    page.locator("[data-action=save-rule]").click()
    expect(page.locator("#toasts")).to_contain_text("تم الحفظ.", timeout=ARRIVES)
    page.goto(f"{address}/versions")
    expect(page.locator(".diff-list")).to_have_text(re.compile("قبلًا: تغيير الأولوية إلى عالية. الآن: تغيير الأولوية إلى عاجلة"))
    page.locator("form[action$='/versions/1/restoration'] button").click()
    expect(blank(page, "then.0.value")).to_have_value("high", timeout=ARRIVES)


def undo(page: Page, address: str) -> None:
    """Takes back what it did since this morning."""
    page.goto(f"{address}/undo?since=2026-01-01T00:00")
    expect(page.locator("[role=status]", has_text="تشغيل واحد")).to_contain_text("على تذكرة واحدة")
    page.locator("form[method=post] .btn-solid").click()
    expect(page.locator(".runs")).to_contain_text("أُرجع", timeout=ARRIVES)
