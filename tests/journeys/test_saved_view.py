"""A view made in the browser in Arabic: it fills by a mail, is changed, shared, seen by a colleague, thrown away and brought back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, Seat, row, stays
from tests.journeys.product import Product

NAME, FIRST, SECOND = "عالقة منذ الصباح", "طابعة عالقة 5521", "شاشة لا تضيء 5522"


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start()


def choose(page: Page, place: str, *values: str) -> None:
    """These boxes of a blank, and no other."""
    menu = page.locator(f"[id='{place}']")
    menu.locator("summary").click()
    for box in menu.locator("input[type=checkbox]").all():
        box.set_checked(box.get_attribute("value") in values)
    page.keyboard.press("Escape")


def make(page: Page) -> str:
    """Writes the view, sees what is wrong and how many it shows while it is written, and saves it; its number."""
    page.locator("[data-action='go-view-new']").click()
    page.fill("[name=name_ar]", NAME)
    page.locator("[name='if.0.word']").select_option("status")
    expect(page.locator("[id='if.0-problem']")).to_contain_text("يلزم")
    choose(page, "if.0.value", "open")
    page.locator("#builder [name=step][value='add if']").click()
    page.locator("[name='if.1.word']").select_option("from_us")
    page.locator("[name='if.1.test']").select_option("under")
    page.locator("[name='if.1.value']").fill("1")
    page.locator("#builder [name=step][value='add if']").click()
    page.locator("[name='if.2.word']").select_option("since_created")
    page.locator("[name='if.2.test']").select_option("under")
    page.locator("[name='if.2.value']").fill("5")
    page.locator("[name='if.2.unit']").select_option("minutes")
    expect(page.locator("#builder .problem")).to_have_count(0)
    expect(page.locator(".matches")).to_contain_text("لا تظهر لك الآن أي تذكرة.", timeout=ARRIVES)
    page.locator("[data-action=save-rule]").click()
    expect(page.locator("#list-h")).to_have_text(NAME, timeout=ARRIVES)
    return page.url.rpartition("=v")[2]


def test_a_view_from_its_first_word_to_its_return(product: Product, sit: Callable[..., Seat]) -> None:
    boss = sit(product, "supervisor", "ar")
    page = boss.page
    view = make(page)
    expect(page.locator("[data-list]")).to_contain_text("لا تذاكر مطابقة لهذا العرض الآن")

    same = stays(page)
    product.mail(FIRST, "الطابعة عالقة منذ الصباح.", "noura@example.com", name="نورة")
    expect(row(page, FIRST)).to_be_visible(timeout=ARRIVES)
    expect(page.locator(f'[data-count="view-{view}"]')).to_have_text("1", timeout=ARRIVES)
    same()

    page.locator("#list-pane .pane-head a[href^='/views/']").click()
    page.locator("[name=owner]").select_option("all")
    choose(page, "queues", "open", "waiting")
    page.locator("[data-action=save-rule]").click()
    expect(page.locator("#list-h")).to_have_text(NAME, timeout=ARRIVES)

    colleague = sit(product, "agent", "ar").page
    colleague.goto("/tickets")
    expect(colleague.locator(f"[data-action='go-saved-1'][href$='=v{view}']")).to_contain_text(NAME)
    expect(colleague.locator(f'[data-count="view-{view}"]')).to_have_text("1", timeout=ARRIVES)
    colleague.locator("body").press("g")
    colleague.locator("body").press("1")
    expect(colleague.locator("#list-h")).to_have_text(NAME, timeout=ARRIVES)
    expect(row(colleague, FIRST)).to_be_visible()
    colleague.locator("body").press("j")
    expect(row(colleague, FIRST)).to_be_focused()
    product.mail(SECOND, "الشاشة لا تضيء.", "sami@example.com", name="سامي")
    expect(colleague.locator("[data-pill]")).to_be_visible(timeout=ARRIVES)  # he reads the list: nothing moves under him
    colleague.locator("body").press("Shift+N")
    expect(row(colleague, SECOND)).to_be_visible(timeout=ARRIVES)
    by_palette(colleague)

    away_and_back(page, view)
    colleague.goto("/tickets")
    expect(colleague.locator(f"[href$='=v{view}']")).to_contain_text(NAME)


def by_palette(page: Page) -> None:
    """Ctrl K finds it by its name."""
    page.goto("/profile")
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("عالقة منذ")
    page.keyboard.press("Enter")
    expect(page.locator("#list-h")).to_have_text(NAME, timeout=ARRIVES)


def away_and_back(page: Page, view: str) -> None:
    """Thrown away, gone beside the page, and back by the undo of the toast."""
    page.goto(f"/views/{view}")
    page.locator(f"form[action='/views/{view}/removal'] button").click()
    expect(page.locator("#toasts")).to_contain_text(re.compile(f"حُذف العرض «{NAME}»"), timeout=ARRIVES)
    expect(page.locator(f".views [href$='=v{view}']")).to_have_count(0)
    page.locator("body").press("z")
    expect(page.locator(f".views [href$='=v{view}']")).to_have_count(1, timeout=ARRIVES)
    expect(page.locator("#toasts")).to_contain_text("تمت الاستعادة.")
