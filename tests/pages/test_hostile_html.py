"""Hostile mails in Chromium, wherever words of a mail appear: nothing runs, nothing leaves; and without the sanitiser nearly all do."""

import asyncio
import html
import re
import shutil
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Route, async_playwright

from tests.journeys.conftest import CHROMIUM
from tests.journeys.product import Product
from tests.pages import addresses, desk, opened, visit
from tests.pages.attacked import CASES, Attacked, answer_to, numbers_of_a_case, pages_of, post, rule_for_all
from tests.pages.hostile import FAR_HOST
from tests.servers import Missing, until

A_PAGE, AT_ONCE, SETTLE_MS = 40, 4, 300
THRIFTY = [*CHROMIUM, "--disable-features=IsolateSandboxedIframes"]  # else a process for every letter
PLAIN = "https://plain.example/"
FRAME = '<iframe width=60 height=40 srcdoc="{}"></iframe>'
LETTER = '<iframe width=60 height=40 sandbox="allow-popups allow-popups-to-escape-sandbox" src="{}"></iframe>'
POKE = """() => { const walk = frame => { let page; try { page = frame.document } catch { return } if (!page) return;
  for (const one of page.querySelectorAll('*')) {
    for (const kind of ['mouseover', 'pointerenter', 'focus', 'animationstart']) one.dispatchEvent(new Event(kind));
    const target = one.getAttribute('href') ?? one.getAttribute('xlink:href') ?? '';
    if (!/^((https?|mailto|tel):|[/][^/\\\\]|[?])/i.test(target))
      one.dispatchEvent(new MouseEvent('click', {bubbles: false, cancelable: true, view: frame}));
  }
  for (const inner of Array.from(frame)) walk(inner) }; for (const inner of Array.from(window)) walk(inner) }"""

TOUCH = """document.querySelectorAll('main *').forEach(one => {
  for (const kind of ['mouseover', 'pointerenter', 'focus', 'animationstart', 'error', 'load']) one.dispatchEvent(new Event(kind)) })"""

ONWARD = {"/tickets": "after", "/tickets?view=v{view}": "after", "/rules/{rule}": "before", "/notices": "before",
          "/webhooks/{webhook}": "before"}  # fmt: skip
"""Lists in which all of them stand, and the word of their links to the next page."""
FURTHER = [address for address in addresses.MORE if not address.startswith("/nothing")]
SEARCHED = [f"/search?q={words}" for words in ("onerror", "script", "svg", "evil")]


class Watch:
    """Which cases ran a script, opened a dialog or a window, or sent a request to somewhere else."""

    def __init__(self, context: BrowserContext, ours: str) -> None:
        self.context, self.ours = context, ours
        self.ran: set[int] = set()
        self.sent: set[str] = set()

    async def begin(self) -> "Watch":
        await self.context.expose_binding("__hit", lambda source, number: self.ran.add(int(number)))
        self.context.on("request", lambda request: self.see(request.url))
        self.context.on("dialog", lambda dialog: self.ran.add(-1))
        await self.context.route(re.compile(rf"https?://({FAR_HOST}|plain\.example)/"), self.answer)
        return self

    def see(self, url: str) -> None:
        if not url.startswith((self.ours, "data:", "about:", "blob:")):
            self.sent.add(url)

    async def answer(self, route: Route) -> None:
        await route.fulfill(status=200, content_type="text/plain", body="")

    def fired(self) -> set[int]:
        """The numbers of those that did any of it."""
        return self.ran | {int(found[1]) for url in self.sent if (found := re.search(rf"{FAR_HOST}/(\d+)", url))}


def batches(items: list[Any]) -> Iterable[list[Any]]:
    return (items[start:start + A_PAGE] for start in range(0, len(items), A_PAGE))


async def side_by_side(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    few = asyncio.Semaphore(AT_ONCE)

    async def one(job: Coroutine[Any, Any, None]) -> None:
        async with few:
            await job

    await asyncio.gather(*(one(job) for job in jobs))


async def rendered(context: BrowserContext, pages: list[str]) -> set[int]:
    """Each piece of markup in a frame of a page without any walls, looked at and touched; the numbers of those that did harm."""
    watch = await Watch(context, PLAIN).begin()

    async def some(few: list[str]) -> None:
        page = await context.new_page()
        await page.goto(PLAIN)
        await page.set_content("".join(FRAME.format(html.escape(one)) for one in few), wait_until="domcontentloaded")
        await page.wait_for_timeout(SETTLE_MS)
        await page.evaluate(POKE)
        await page.wait_for_timeout(SETTLE_MS)
        await page.close()

    await side_by_side(some(few) for few in batches(pages))
    return watch.fired()


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """Rules, a policy, views, macros and webhooks stood before the mails came, so that each of them has to do with each mail."""
    product = desk.begin(tmp_path_factory.mktemp("hostile"))

    async def furnish() -> dict[str, str]:
        async with async_playwright() as playwright:
            admin = await playwright.request.new_context(base_url=product.url)
            await desk.enter(admin, product)
            numbers = await desk.furnish(admin, product)
            return numbers | {"rule": await rule_for_all(admin, numbers)}

    try:
        numbers = asyncio.run(furnish())
        post(product)
        yield Attacked(product, numbers)
    finally:
        product.stop()


def in_chromium(work: Callable[[Browser], Coroutine[Any, Any, None]]) -> None:
    """Runs it with a Chromium of its own."""
    program = shutil.which("chromium")
    if program is None:
        raise Missing("these tests need Chromium: apt-get install chromium")

    async def run() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=THRIFTY)
            await work(browser)
            await browser.close()

    asyncio.run(run())


def test_there_are_many_and_without_walls_they_fire() -> None:
    """The detector sees them: rendered as they came, at least nine of ten that can do harm do."""
    assert len({case.html for case in CASES}) >= 300

    async def work(browser: Browser) -> None:
        fired = await rendered(await visit.window(browser, PLAIN, 1440, "light"), [case.html for case in CASES])
        meant = {case.number for case in CASES if case.fires}
        silent = [case.html for case in CASES if case.number in meant - fired]
        assert len(meant) >= 300
        assert len(meant & fired) >= 0.9 * len(meant), "\n".join(silent)

    in_chromium(work)


def test_nowhere_does_any_of_it_run_or_load(attacked: Attacked) -> None:
    product = attacked.product

    async def work(browser: Browser) -> None:
        context = await visit.window(browser, product.url, 1440, "light")
        await desk.enter(context.request, product)
        tickets, letters = arrived(product)
        watch = await Watch(context, product.url).begin()
        await every_letter(context, product, letters)
        await every_place(context, attacked, tickets)
        assert (watch.ran, watch.sent) == (set(), set())
        assert context.pages == [], "no window was opened"
        for paths in (letters, [f"/tickets/{number}" for number in tickets[::6]]):
            plain = await visit.window(browser, PLAIN, 1440, "light")
            assert await rendered(plain, await answers(context, paths)) == set(), "without the walls of the browser it holds, too"

    in_chromium(work)


def arrived(product: Product) -> tuple[list[int], list[str]]:
    """Ticket numbers, and addresses of the letters, as soon as all are in; every mail became a message, and a rule dealt with it."""
    base = f"file:{product.data / 'helpdesk.db'}?mode=ro"
    asked = "SELECT ticket_id, id, html IS NOT NULL FROM message WHERE subject LIKE 'case% %' AND kind = 'incoming'"
    acted = "SELECT count(*) FROM message WHERE kind = 'note' AND text = 'A case'"

    def rows(sql: str) -> list[Any]:
        with closing(sqlite3.connect(base, uri=True)) as database:
            return list(database.execute(sql))

    until(lambda: len(rows(asked)) >= len(CASES), "all mails are in", 60)
    until(lambda: rows(acted) >= [(len(CASES),)], "a rule has seen them all", 60)
    found = rows(asked)
    assert len(found) == len(CASES)
    return [ticket for ticket, _, _ in found], [f"/messages/{number}/html" for _, number, formatted in found if formatted]


async def answers(context: BrowserContext, paths: list[str]) -> list[str]:
    """What the desk says there."""
    return [await (await context.request.get(path)).text() for path in paths]


async def every_letter(context: BrowserContext, product: Product, letters: list[str]) -> None:
    """Each in a frame as the ticket has it."""
    async def some(few: list[str]) -> None:
        page = await context.new_page()
        await page.route("**/several", lambda route: route.fulfill(content_type="text/html", body="".join(map(LETTER.format, few))))
        await page.goto(f"{product.url}/several", wait_until="load")
        await page.wait_for_timeout(SETTLE_MS)
        await page.close()

    await side_by_side(some(few) for few in batches(letters))


async def every_place(context: BrowserContext, attacked: Attacked, tickets: list[int]) -> None:
    """Every page that the desk has, about one of them where it is about a ticket; every third page of the lists in which they all stand;
    and what opens over a ticket."""
    async def one(path: str) -> None:
        page = await context.new_page()
        answer = await page.goto(path, wait_until="load")
        assert answer
        assert answer.ok, path
        await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        await page.evaluate(TOUCH)
        await page.wait_for_timeout(SETTLE_MS / 2)
        await page.close()

    await answer_to(context, tickets[0])
    attacked.product.move_clock(20)
    numbers = attacked.numbers | await numbers_of_a_case(context, attacked, tickets[0])
    places = [address.format(**numbers) for address in [*addresses.PAGES.values(), *FURTHER, *addresses.LETTERS.values()]]
    for start, onward in ONWARD.items():
        places += (await pages_of(context, start.format(**numbers), onward))[::3]
    await side_by_side(one(path) for path in dict.fromkeys([*places, *SEARCHED, *[f"/tickets/{number}" for number in tickets[::30]]]))
    for open_it in opened.ALL:
        page = await context.new_page()
        await page.goto(f"/tickets/{tickets[0]}")
        await open_it(page)
        await page.evaluate(TOUCH)
        await page.close()
