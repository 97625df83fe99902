"""Takes the pictures of docs/ from a demo desk whose clock stands still: `.venv/bin/python -m tests.pages.screenshots [NAME...]`."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import APIRequestContext, Browser, BrowserContext, Page, async_playwright, expect

from tests.conftest import HELPDESK, ROOT
from tests.journeys.conftest import CHROMIUM
from tests.journeys.product import Product
from tests.pages import desk, order_pictures, visit

BEFORE, WHEN = "2026-11-22T10:30:00+03:00", "2026-11-22T10:32:00+03:00"
SHOWN = {"arabic": "شحنتي متأخرة", "english": "wrong building"}
ANSWERED = {
    "رقم التتبع": "أهلًا بندر، صُحّح رقم التتبع ويعمل الرابط الآن. موعد التوصيل غدًا بين 4 و7 مساءً.",
    "no code": "Hello Samuel, the code is in the text message of 10:05. The driver waits until 11:00 and has your number.",
}
"""Tickets by words of their subjects: those that are shown, and those that are answered first, with the answer."""
DRAFT = "أهلًا نورة، شكرًا على الصورة. راجعنا مسار الشحنة مع شركة الشحن، ونعود إليك قبل العصر بموعد مؤكد."
LARGEST, EXACT = 200 * 1024, 160
WIDE, PHONE = (1440, 900), (390, 844)
Deed = Callable[[Page, BrowserContext, str], Awaitable[None]]


@dataclass(frozen=True)
class Picture:
    """One file of docs/: which page, for whom, in which language, theme and size, and what is done before it is taken."""

    name: str
    address: str
    language: str
    theme: str = "light"
    size: tuple[int, int] = WIDE
    deed: Deed | None = None
    who: str = "admin"


async def begin_reply(page: Page, _colleague: BrowserContext, _address: str) -> None:
    """An answer half written."""
    box = page.locator("[data-composer-form=reply] textarea")
    await box.fill(DRAFT)


async def begin_together(page: Page, colleague: BrowserContext, address: str) -> None:
    """A colleague writes an answer too."""
    await begin_reply(page, colleague, address)
    other = await colleague.new_page()
    await other.goto(address)
    await other.locator("[data-composer-form=reply] textarea").fill("مرحبًا نورة")
    await expect(page.locator(".is-writing[data-presence=ticket]")).to_be_visible(timeout=20_000)


async def be_stopped(page: Page, colleague: BrowserContext, address: str) -> None:
    """A colleague's note comes while the answer is being written."""
    await begin_reply(page, colleague, address)
    shown = await (await colleague.request.get(address)).text()
    await desk.write(colleague.request, shown, f"{address}/notes", "أكّدت شركة الشحن أن المندوب سلّم الشحنة في العمارة المجاورة.")
    await page.locator("[data-send=send]").first.click()
    await expect(page.locator("[role=alertdialog]")).to_be_visible()


PICTURES = (
    Picture("inbox-ar", "/tickets/{arabic}", "ar", deed=begin_together, who="agent"),
    Picture("inbox-en", "/tickets/{english}", "en", who="agent"),
    Picture("list-ar-dark", "/tickets", "ar", "dark"),
    Picture("ticket-ar-phone", "/tickets/{arabic}", "ar", size=PHONE, who="agent"),
    Picture("stopped-ar", "/tickets/{arabic}", "ar", deed=be_stopped, who="agent"),
    Picture("practice-en", "/practice/mail/{mail}", "en"),
    Picture("health-ar", "/health", "ar"),
    Picture("profile-en-dark", "/profile", "en", "dark"),
    Picture("agents-ar", "/agents", "ar"),
    Picture("search-en-phone-dark", "/search?q=charging", "en", "dark", PHONE),
    Picture("login-ar", "/login", "ar", who=""),
    Picture("first-run-en", "/first-run", "en", who=""),
    Picture("rule-ar", "/rules/{rule}", "ar"),
    Picture("rule-en", "/rules/{rule}", "en", "dark"),
    Picture("simulation-ar", "/rules/{rule}/simulation/{simulation}", "ar"),
    Picture("why-it-fired-en", "/tickets/{smoke}/rules", "en"),
    Picture("due-explained-ar", "/sla/targets/{fridge_due}", "ar"),
    Picture("due-explained-en-dark", "/sla/targets/{projectors_due}", "en", "dark"),
    Picture("due-board-ar", "/sla/board?hours=24", "ar"),
    Picture("macros-ar-phone", "/tickets/{leak}", "ar", size=PHONE, deed=order_pictures.open_macros, who="agent"),
)


async def take(browser: Browser, product: Product, picture: Picture, numbers: dict[str, str]) -> None:
    """One picture, as small as it can be."""
    context, colleague = [await visit.window(browser, product.url, picture.size[0], picture.theme) for _ in range(2)]
    page, address = await context.new_page(), picture.address.format(**numbers)
    await page.set_viewport_size({"width": picture.size[0], "height": picture.size[1]})
    await page.clock.install(time=WHEN)
    if picture.who:
        await desk.enter(context.request, product, f"{picture.who}@example.com")
    await desk.speak(context.request, picture.language, "/profile" if picture.who else address)
    await page.goto(address, wait_until="load")
    await page.evaluate("document.fonts.ready")
    if picture.deed:
        await desk.enter(colleague.request, product, "supervisor@example.com")
        await picture.deed(page, colleague, address)
    await page.mouse.move(2, 2)
    await page.wait_for_timeout(800)
    keep(picture.name, await page.screenshot(animations="disabled"))
    await asyncio.gather(context.close(), colleague.close())


def keep(name: str, picture: bytes) -> None:
    """With a palette of 256 colours; a picture that is still too large is an error."""
    path = ROOT / "docs" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    few_colours(Image.open(BytesIO(picture)).convert("RGB")).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size // 1024} kB")
    if size > LARGEST:
        raise SystemExit(f"{name} is larger than {LARGEST // 1024} kB")


def few_colours(drawn: Image.Image) -> Image.Image:
    """With 256 colours: the commonest as they are, so that no tint changes, and a few for the edges of letters."""
    common = [shade for _count, shade in sorted(drawn.getcolors(1 << 24) or [], reverse=True)]
    rest = (drawn.quantize(256 - EXACT, Image.Quantize.MAXCOVERAGE).getpalette() or [])[: 3 * (256 - EXACT)]
    palette = common[:EXACT] + [tuple(rest[at : at + 3]) for at in range(0, len(rest), 3)]
    place = {shade: min(range(len(palette)), key=lambda at: apart(shade, palette[at])) for shade in common}
    picture = Image.new("P", drawn.size)
    picture.putpalette([part for shade in palette for part in shade])
    picture.putdata([place[shade] for shade in drawn.get_flattened_data()])
    return picture


def apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How unlike two colours are."""
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def begin(*options: str) -> Product:
    """The product, two minutes before the hour of the pictures."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-pictures-"))
    (folder / "now").write_text(BEFORE)
    settings = {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CLOCK": str(folder / "now")}
    product = Product(folder, [HELPDESK, "run", *options], settings)
    product.clock = folder / "now"
    return product.wait_until_ready()


async def prepare(browser: Browser, product: Product) -> dict[str, str]:
    """Two answers leave, two mails are put aside; returns the numbers of what is worth a picture."""
    context = await visit.window(browser, product.url, 1440, "light")
    request, numbers = context.request, {}
    await desk.enter(request, product, "agent@example.com")
    for name, words in SHOWN.items():
        numbers[name] = await number_of(request, words)
    for words, text in ANSWERED.items():
        ticket = await number_of(request, words)
        page = await (await request.get(f"/tickets/{ticket}")).text()
        await desk.write(request, page, f"/tickets/{ticket}/replies", text, desk.value(page, "to"))
    for mail, sender in ((desk.own(), "support@example.com"), (desk.unreadable(), "noura@example.com")):
        desk.post(product, mail, sender)
    product.move_clock(30)
    admin = (await visit.window(browser, product.url, 1440, "light")).request
    await desk.enter(admin, product)
    numbers["mail"] = (await desk.found(admin, "/practice/mail", r'href="/practice/mail/(\d+)"', len(ANSWERED)))[0]
    for kind in ("quarantined", "screened"):
        await desk.found(admin, f"/held?kind={kind}", r'href="/held/(\d+)/raw"')
    product.clock.write_text(WHEN)
    return numbers | await order_pictures.prepare(admin, product)


async def number_of(request: APIRequestContext, words: str) -> str:
    """The newest ticket with these words."""
    return (await desk.found(request, f"/search?q={words}", r'href="/tickets/(\d+)"'))[0]


async def main(wanted: list[str]) -> None:
    """All of them, or those that are named."""
    pictures = [picture for picture in PICTURES if not wanted or picture.name in wanted]
    full, empty = begin(), begin("--empty")
    empty.clock.write_text(WHEN)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
            numbers = await prepare(browser, full)
            for picture in pictures:
                await take(browser, empty if picture.address == "/first-run" else full, picture, numbers)
            await browser.close()
    finally:
        full.stop()
        empty.stop()


if __name__ == "__main__":
    subprocess.run([ROOT / ".ci" / "install"], check=True)  # yesterday's styles and words make yesterday's pictures
    asyncio.run(main(sys.argv[1:]))
