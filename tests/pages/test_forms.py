"""Forms of settings at the keyboard: where the hand goes on, and what is unsaved is not lost by a click."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from tests.journeys.product import Product
from tests.pages import desk, visit
from tests.pages.test_pages import none_of, with_browser

STEPS = {
    "add steps": "steps.0.kind", "add steps.0.then": "steps.0.then.1.do", "remove steps.0.then.1": "add-steps.0.then",
    "add stages": "f-stages.0.name", "remove stages.0": "add-stages",
}  # fmt: skip
"""A button of the form -> what has the focus then."""
FOCUSED = "() => document.activeElement.id || document.activeElement.name"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo desk as it begins."""
    product = desk.begin(tmp_path_factory.mktemp("demo"))
    yield product
    product.stop()


async def a_policy(page: Page, origin: str) -> None:
    """A line that was made has the focus; what was refused has it, with its sentence beside it."""
    await page.goto(f"{origin}/sla/policies/new")
    await page.locator("[name=name]").fill("Answers")
    for button, then in STEPS.items():
        await page.locator(f"button[name=step][value='{button}']").click()
        await expect(page.locator("[name=name]")).to_have_value("Answers")
        assert await page.evaluate(FOCUSED) == then, button
    await page.locator("[name='targets.first_response.default.amount']").fill("-3")
    await page.keyboard.press("Enter")
    await expect(page.locator(".problem").first).to_be_visible()
    assert await page.evaluate(FOCUSED) == "targets.first_response.default"


async def unsaved(page: Page, origin: str) -> None:
    """Leaving asks as long as something is unsaved, and asks nothing afterwards."""
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.goto(f"{origin}/canned/new")
    await page.locator("[name=name]").fill("A word")
    await page.locator("a[href^='/canned']").first.click()
    await expect(page.locator("[name=name]")).to_have_value("A word")
    assert asked == ["beforeunload"]
    await page.locator("[name=text_en]").fill("Thank you for your patience.")
    await page.locator("#canned-form button.btn-solid").click()
    await expect(page).not_to_have_url(f"{origin}/canned/new")
    await page.goto(f"{origin}/canned")
    assert asked == ["beforeunload"]


def test_forms_by_the_keyboard(demo: Product) -> None:
    async def work(browser: Browser) -> list[str]:
        context = await visit.window(browser, demo.url, 1440, "light")
        await desk.enter(context.request, demo)
        await desk.speak(context.request, "en")
        page = await context.new_page()
        watch = visit.Watch(page, demo.url).begin()
        await a_policy(page, demo.url)
        await page.goto("about:blank")
        await unsaved(page, demo.url)
        return watch.problems

    none_of(with_browser(work))
