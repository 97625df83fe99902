"""Every page there is, as the two languages, the two themes, a desk and a telephone show it: whole, quiet, and open to everybody."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.journeys.conftest import CHROMIUM
from tests.journeys.product import Product
from tests.pages import addresses, desk, opened, visit
from tests.servers import Missing

AT_ONCE, LOOK_SECONDS = 3, 150
LANGUAGES = ("ar", "en")
Look = Callable[[Page], Coroutine[Any, Any, list[str]]]


@dataclass(frozen=True)
class Furnished:
    """A running desk and the numbers of what it shows."""

    product: Product
    numbers: dict[str, str]

    def at(self, addresses: Any) -> list[str]:
        """Addresses with the numbers filled in."""
        return [address.format(**self.numbers) for address in addresses]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The demo desk with everything on it."""
    product = desk.begin(tmp_path_factory.mktemp("full"))

    async def prepare() -> dict[str, str]:
        async with async_playwright() as playwright:
            admin = await playwright.request.new_context(base_url=product.url)
            await desk.enter(admin, product)
            return await desk.furnish(admin, product)

    try:
        yield Furnished(product, asyncio.run(prepare()))
    finally:
        product.stop()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A desk that is nobody's yet."""
    product = desk.begin(tmp_path_factory.mktemp("empty"), "--empty")
    yield product
    product.stop()


def with_browser(work: Callable[[Browser], Coroutine[Any, Any, list[str]]]) -> list[str]:
    """Runs it with a Chromium of its own."""
    program = shutil.which("chromium")
    if program is None:
        raise Missing("these tests need Chromium: apt-get install chromium")

    async def run() -> list[str]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=CHROMIUM)
            try:
                return await work(browser)
            finally:
                await browser.close()

    return asyncio.run(run())


async def visit_all(context: BrowserContext, paths: list[str], look: Look, origin: str) -> list[str]:
    """Opens every page, a few at once; a problem is told with its address."""
    few, found = asyncio.Semaphore(AT_ONCE), []

    async def one(path: str) -> None:
        async with few:
            page = await context.new_page()
            watch = visit.Watch(page, origin).begin()
            answer = await page.goto(path, wait_until="load")
            wanted = 404 if path.startswith("/nothing") else 200
            problems = [] if answer and answer.status == wanted else [f"status {answer and answer.status}"]
            problems += await asyncio.wait_for(look(page), LOOK_SECONDS)
            found.extend(f"{path} {context.told}: {problem}" for problem in problems + watch.problems)
            await page.close()

    await asyncio.gather(*(one(path) for path in paths))
    return found


def looks(language: str, width: int) -> Look:
    """All there is to see on a page of that language and width; both themes where the window is wide."""

    async def look(page: Page) -> list[str]:
        problems = await visit.axe(page)
        if width < 500:
            return problems + await visit.too_wide(page)
        if language == "ar":
            problems += await visit.leftovers(page)
        await page.emulate_media(color_scheme="dark")
        return problems + [f"dark {problem}" for problem in await visit.axe(page, visit.COLOURS)]

    return look


def every_page(origin: str, paths: list[str], language: str, width: int, state_of: Any) -> list[str]:
    """What is wrong with these pages in one language at one width."""

    async def work(browser: Browser) -> list[str]:
        context = await visit.window(browser, origin, width, "dark" if (width, language) == (360, "ar") else "light")
        context.told = f"{language} {width}"
        await state_of(context.request, language)
        return await visit_all(context, paths, looks(language, width), origin)

    return with_browser(work)


def none_of(problems: list[str]) -> None:
    """Green without problems, else red with all of them, a line each."""
    assert not problems, "\n" + "\n".join(sorted(problems))


def test_every_route_has_a_sample(tmp_path: Path) -> None:
    from helpdesk.app import create_app
    from helpdesk.settings import Settings

    app = create_app(Settings.from_environ({"HELPDESK_DATA": str(tmp_path), "HELPDESK_REDIS_URL": "redis://127.0.0.1:1/0"}))
    tables = (addresses.PAGES, addresses.DOORS, addresses.FIRST, addresses.LETTERS, addresses.PARTS, addresses.ANSWERS,
              addresses.ELSEWHERE)
    known = [rule for table in tables for rule in table]
    assert sorted(known) == sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_those_who_are_in(full: Furnished, language: str, width: int) -> None:
    async def admin(request: Any, language: str) -> None:
        await desk.enter(request, full.product)
        await desk.speak(request, language)

    none_of(every_page(full.product.url, full.at([*addresses.PAGES.values(), *addresses.MORE]), language, width, admin))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_those_who_are_not(full: Furnished, empty: Product, language: str) -> None:
    async def visitor(request: Any, language: str) -> None:
        await desk.speak(request, language, "/login")

    async def first(request: Any, language: str) -> None:
        await desk.speak(request, language, "/first-run")

    for width in (1440, 360):
        none_of(every_page(full.product.url, full.at(addresses.DOORS.values()), language, width, visitor))
        none_of(every_page(empty.url, list(addresses.FIRST.values()), language, width, first))


def test_letters_parts_and_answers(full: Furnished) -> None:
    """What somebody else wrote has its language and no script; parts and answers answer."""

    async def work(browser: Browser) -> list[str]:
        context = await visit.window(browser, full.product.url, 1440, "light")
        await desk.enter(context.request, full.product)
        problems = []
        for path in full.at([*addresses.PARTS.values(), *addresses.ANSWERS.values()]):
            if path != "/live":  # a stream without an end; every page above listens to it
                problems += [] if (answer := await context.request.get(path)).status == 200 else [f"{path}: {answer.status}"]
        for path in full.at(addresses.LETTERS.values()):
            answer, page = await context.request.get(path), await context.new_page()
            problems += [] if "sandbox" in answer.headers["content-security-policy"] else [f"{path} is not locked up"]
            await page.set_content(await answer.text())  # in place, because inside its own walls no script looks at it
            problems += [f"{path}: {problem}" for problem in await visit.axe(page, visit.OF_A_FRAME)]
        return problems

    none_of(with_browser(work))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_opens_over_a_page(full: Furnished, language: str) -> None:
    """Menus, the sheet of keys, the palette, the note, and the send that was stopped."""

    async def work(browser: Browser) -> list[str]:
        context = await visit.window(browser, full.product.url, 1440, "light")
        await desk.enter(context.request, full.product)
        await desk.speak(context.request, language)
        page = await context.new_page()
        watch = visit.Watch(page, full.product.url).begin()
        problems = []
        for open_it in opened.ALL:
            await page.goto(f"/tickets/{full.numbers['ticket']}")
            await open_it(page)
            problems += [f"{open_it.__name__} {language}: {problem}" for problem in await looks(language, 1440)(page)]
            await page.emulate_media(color_scheme="light")
        return problems + watch.problems

    none_of(with_browser(work))
