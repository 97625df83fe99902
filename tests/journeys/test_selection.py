"""Several tickets at once, by keys and by mouse: chosen, given away, solved, put back; what is chosen stays while the list lives on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, Seat, stays
from tests.journeys.product import Product


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start()


def ticks(page: Page) -> list[int]:
    """Places of the rows that are chosen."""
    boxes = page.locator("[data-list] .pick")
    return [place for place in range(boxes.count()) if boxes.nth(place).is_checked()]


def toast(page: Page, words: str) -> None:
    expect(page.locator("[data-toast]").last).to_contain_text(words, timeout=ARRIVES)


def test_chosen_by_keys_solved_and_put_back(product: Product, sit: Callable[..., Seat]) -> None:
    page = sit(product, "supervisor").page
    same, rows = stays(page), page.locator("[data-list] [data-row]")
    numbers = [rows.nth(place).get_attribute("data-row") for place in range(3)]
    for key in ("j", "x", "Shift+KeyJ", "Shift+KeyJ"):
        page.keyboard.press(key)
    expect(page.locator(".picked-count")).to_contain_text("3 selected")
    assert ticks(page) == [0, 1, 2]
    expect(page.locator(".picked [data-action=picked-assign]")).to_be_visible()
    product.mail("While three are chosen", "Hello", "chosen@example.com")
    expect(page.locator("[data-row]", has_text="While three are chosen")).to_have_count(1, timeout=ARRIVES)
    expect(page.locator("[data-list] .pick:checked")).to_have_count(3)
    page.keyboard.press("e")
    toast(page, "3 tickets were changed.")
    expect(page.locator("[data-list] .pick:checked")).to_have_count(0)
    for number in numbers:
        expect(page.locator(f"[data-row='{number}'][data-moved]")).to_have_count(1, timeout=ARRIVES)
    page.keyboard.press("z")
    toast(page, "3 tickets were changed.")
    for number in numbers:
        expect(page.locator(f"[data-row='{number}']:not([data-moved])")).to_have_count(1, timeout=ARRIVES)
    same()


def test_chosen_by_mouse_and_given_away_in_arabic(product: Product, sit: Callable[..., Seat]) -> None:
    page = sit(product, "supervisor", "ar").page
    boxes = page.locator("[data-list] .pick")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert ticks(page) == [1, 2, 3, 4]
    page.keyboard.press("Escape")
    assert ticks(page) == []
    page.keyboard.press("Control+a")
    assert len(ticks(page)) == boxes.count()
    page.keyboard.press("Escape")
    boxes.nth(2).click()
    boxes.nth(3).click()
    page.keyboard.press("a")
    page.locator(".picked [name=assignee][value=me]").click()
    toast(page, "تغيّرت تذكرتان.")
    expect(page.locator("[data-row] .item").nth(2)).to_contain_text("خالد", timeout=ARRIVES)
    page.keyboard.press("j")
    page.keyboard.press("x")
    number = page.locator("[data-row]:has(.pick:checked)").get_attribute("data-row")
    page.keyboard.press("l")
    page.keyboard.type("عاجل جدا")
    page.keyboard.press("Enter")
    toast(page, "تغيّرت تذكرة واحدة.")
    page.locator(f"#row-{number}").click()  # a row shows its first tag at most, the ticket all of them
    expect(page.locator("[data-ticket] .tag", has_text="عاجل جدا")).to_have_count(1)
