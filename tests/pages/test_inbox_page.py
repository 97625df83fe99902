"""The page of an inbox on a desk of one's own (the demo shows no servers): filled in by a preset, tested, and looked at like every page."""

import json
import subprocess
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import HELPDESK
from tests.journeys.product import Product
from tests.pages import desk, visit
from tests.pages.test_pages import looks, none_of, with_browser

OPENING = {
    "desk_name": "متجر المثال", "desk_name_ar": "متجر المثال", "name": "ريم", "email": "reem@example.com",
    "password": "a quiet harbour at noon",
    "language": "ar", "time_zone": "Asia/Riyadh", "inbox_address": "support@example.sa",
}  # fmt: skip
BY_PASSWORD = {
    "name": "الصيانة", "address": "repairs@example.com", "backfill_from": "2026-10-01", "start": "2026-11-01",
    "imap": {"host": "nowhere.invalid", "user": "repairs", "password": "canary"}, "smtp": {"host": "127.0.0.1", "port": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A desk without the demo, with an inbox whose servers cannot be reached."""
    product = desk.begin(tmp_path_factory.mktemp("own"), "--empty")
    told = json.dumps(BY_PASSWORD)
    done = subprocess.run([HELPDESK, "inbox", "add", "--file", "-"], input=told, text=True, capture_output=True, env=product.environment)
    assert done.stdout == "1\n", done.stderr
    yield product
    product.stop()


async def opened(browser: Browser, own: Product, width: int, language: str) -> Page:
    """A window of the admin."""
    context = await visit.window(browser, own.url, width, "light")
    first = await (await context.request.get("/")).text()
    if 'action="/first-run"' in first:
        token = desk.value(first, "csrf_token")
        assert (await context.request.post("/first-run", form={"csrf_token": token} | OPENING)).ok
        own.signed_in["reem"] = (language, await context.storage_state())
    await context.add_cookies(own.signed_in["reem"][1]["cookies"])
    await desk.speak(context.request, language)
    return await context.new_page()


async def new(page: Page) -> None:
    """One press fills in the servers of a provider."""
    await page.goto("/inboxes/new")
    await page.locator("[name=provider][value=microsoft]").check()
    filled = {"imap_host": "outlook.office365.com", "smtp_host": "smtp.office365.com", "smtp_port": "587", "sign_in": "microsoft"}
    for name, value in filled.items():
        await expect(page.locator(f"[name={name}]")).to_have_value(value)
    await expect(page.locator("[name=client_id]")).to_be_visible()
    await expect(page.locator("[name=imap_password]")).to_be_hidden()


async def tried(page: Page) -> None:
    """The test tells its end by itself."""
    await page.goto("/inboxes/1")
    await page.locator("button[name=test]").click()
    await expect(page.locator(".probe-bad li b")).to_have_count(2, timeout=30_000)
    assert await page.locator("[name=imap_password]").input_value() == ""


async def refused(page: Page) -> None:
    """Every section with a problem."""
    await page.goto("/inboxes/1")
    for name in ("imap_port", "smtp_port", "promise_hours", "move_after_days"):
        await page.locator(f"[name={name}]").fill("x")
    await page.locator("[name=sign_in]").select_option("other")
    await page.locator(".form-foot .btn-solid").click()
    await expect(page.locator("#f-client_id-problem")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("ar", 1440), ("en", 360)])
def test_the_page_of_an_inbox(own: Product, language: str, width: int) -> None:
    async def work(browser: Browser) -> list[str]:
        page, problems = await opened(browser, own, width, language), []
        watch = visit.Watch(page, own.url).begin()
        for step in (new, tried, refused):
            await step(page)
            problems += [f"{step.__name__}: {each}" for each in await looks(language, width)(page)]
            await page.emulate_media(color_scheme="light")
        return problems + watch.problems

    none_of(with_browser(work))
