"""The canned replies of the composer as somebody at the keyboard meets them, in both languages."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.journeys.product import Product
from tests.pages import desk, visit
from tests.pages.test_pages import looks, none_of, with_browser

AREA, ENTRY, OPTIONS = "[data-composer-form=reply] textarea", "[data-canned-pop] input", "#canned-list [role=option]"
NAMES = {"ar": ("وصل الجهاز إلى المركز", "المبلغ في طريقه إليك"), "en": ("The device has arrived", "The money is on its way")}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo desk as it begins."""
    product = desk.begin(tmp_path_factory.mktemp("demo"))
    yield product
    product.stop()


async def slash(page: Page) -> None:
    """Inside a word and after a digit a slash is a slash; at the start of a word it opens the list, and Escape leaves what was typed."""
    area, pop = page.locator(AREA), page.locator("[data-canned-pop]")
    await area.fill("")
    await area.press_sequentially("24/7 a/b ")
    await expect(pop).to_be_hidden()
    await area.press_sequentially("/")
    await expect(page.locator(ENTRY)).to_be_focused()
    await page.keyboard.type("x y")
    await page.keyboard.press("Escape")
    await expect(area).to_have_value("24/7 a/b /x y")
    await area.fill("1 ")
    await area.press_sequentially("/ 2")
    await expect(area).to_have_value("1 / 2")


async def in_a_hurry(page: Page, language: str) -> None:
    """Who types a name and Enter before the list is there gets what was typed, not what stood first; arrows wait, too."""
    area = page.locator(AREA)

    async def late(route: Route) -> None:
        await asyncio.sleep(0.4)
        await route.continue_()

    await page.route("**/canned?q=*", late)
    await area.fill("")
    await area.press_sequentially("/")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(OPTIONS)).to_have_count(8)
    await expect(page.locator(OPTIONS).nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.type(NAMES[language][0])
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-canned-pop]")).to_be_hidden()
    assert (await area.input_value()).startswith("أهلًا نورة")
    await page.unroute("**/canned?q=*", late)


async def choose(page: Page, language: str) -> None:
    """Arrows and Enter; the text comes in at the caret in the customer's language, and what is open is selected."""
    area = page.locator(AREA)
    await area.fill("A  Z")
    await area.evaluate("area => area.setSelectionRange(2, 2)")
    await area.press_sequentially("/")
    await expect(page.locator(OPTIONS)).to_have_count(8)
    await page.locator(ENTRY).press("ArrowDown")
    await expect(page.locator(OPTIONS).nth(1)).to_have_attribute("aria-selected", "true")
    active = await page.locator(ENTRY).get_attribute("aria-activedescendant")
    assert active == await page.locator(OPTIONS).nth(1).get_attribute("id")
    await page.keyboard.type("وصل جهازك")
    await expect(page.locator(OPTIONS)).to_have_count(1)
    await expect(page.locator(f"{OPTIONS} .canned-name bdi").first).to_have_text(NAMES[language][0])
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-canned-pop]")).to_be_hidden()
    await expect(area).to_be_focused()
    text = await area.input_value()
    assert text.startswith("A أهلًا نورة"), text
    assert text.endswith(" Z"), text
    assert await area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "{{due_date}}"
    await expect(page.locator("[data-gap-list] button")).to_have_count(1)
    await page.locator("[data-send=send]").first.click()
    await expect(page.locator("[data-composer-form=reply] [data-problem]")).to_be_visible()
    await expect(area).to_have_value(text)


async def other_language(page: Page, language: str) -> None:
    """A reply that does not exist in the customer's language says so, and comes in when it is asked for."""
    area = page.locator(AREA)
    await area.fill("")
    await page.locator("[data-action=canned]").click()
    await page.locator(ENTRY).fill(NAMES[language][1])
    await expect(page.locator(OPTIONS)).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-refused]")).to_be_visible()
    await expect(area).to_have_value("")


async def insert_it(page: Page) -> None:
    """The button of the language that there is."""
    await page.locator("[data-refused] button").click()
    await expect(page.locator(AREA)).to_have_value(re.compile("اعتمدنا"))


@pytest.mark.parametrize(("language", "width"), [("ar", 1440), ("en", 360)])
def test_a_canned_reply_by_the_keyboard(demo: Product, language: str, width: int) -> None:
    async def work(browser: Browser) -> list[str]:
        context = await visit.window(browser, demo.url, width, "light")
        await desk.enter(context.request, demo)
        await desk.speak(context.request, language)
        asked, link = ("نورة شحنتي متأخرة", "551266"), r'href="/tickets/(\d+)"'
        arabic, english = [(await desk.found(context.request, f"/search?q={words}", link))[0] for words in asked]
        page, look = await context.new_page(), looks(language, width)
        watch = visit.Watch(page, demo.url).begin()
        await page.goto(f"/tickets/{arabic}")
        await slash(page)
        await in_a_hurry(page, language)
        await choose(page, language)
        problems = await look(page)
        await page.emulate_media(color_scheme="light")
        await page.goto(f"/tickets/{english}")
        await other_language(page, language)
        problems += await look(page)
        await insert_it(page)
        return problems + watch.problems

    none_of(with_browser(work))
