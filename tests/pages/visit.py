"""Looks at one page in Chromium as the house rules want it: what axe finds, what is too wide, what goes elsewhere, what is not Arabic."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.house import ROOT

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
"""What a theme can change: nothing but colours differs between light and dark."""
FOUND = """async rules => (await axe.run(document, rules)).violations.map(
    broken => `${broken.id}: ` + broken.nodes.slice(0, 3).map(node => `${node.target} ${node.failureSummary}`.replaceAll(/\\s+/g, ' ')).join(' | '))"""
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(element => element.checkVisibility() && !element.closest('.table-box, .vh, dialog:not([open])'))
    .filter(element => { const box = element.getBoundingClientRect(); return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1); })
    .filter(element => { for (let up = element.parentElement; up; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible' && up !== document.body && up !== document.documentElement) return false; return true; })
    .map(element => `${element.tagName}.${element.className}`).slice(0, 5)
    .concat(document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [])"""
TEXTS = """() => {
    const apart = '[dir=ltr], [dir=auto], [lang=en], bdi, kbd, code, script, style, .prose, .ltr, [name=time_zone]';
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(apart)) texts.push(walker.currentNode.data);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        for (const element of document.querySelectorAll(`[${name}]`)) if (!element.closest(apart)) texts.push(element.getAttribute(name));
    return texts.map(text => text.trim()).filter(Boolean);
}"""
LATIN = re.compile(r"[A-Za-z]{2,}")
KNOWN = {
    "English": "the language's own name", "UTC": "the zone every clock is told by", "Redis": "a program's name", "helpdesk": "the command's name",
    **dict.fromkeys(("Ctrl", "Shift", "Alt", "Enter", "Esc"), "what stands on the key"),
    **dict.fromkeys(("Chrome", "Linux", "Chromium"), "a browser's and a system's own name"),
}
"""Latin words that may stand in an Arabic page, with the reason."""


@dataclass
class Watch:
    """What a page did that none may do."""

    page: Page
    origin: str
    problems: list[str] = field(default_factory=list)

    def begin(self) -> "Watch":
        """Listens."""
        self.page.on("request", self.asked)
        self.page.on("console", self.said)
        self.page.on("pageerror", lambda error: self.problems.append(f"an error in the page: {error}"))
        return self

    def asked(self, request: Request) -> None:
        """No request leaves the desk."""
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self.problems.append(f"a request to another host: {request.url}")

    def said(self, words: ConsoleMessage) -> None:
        """Nothing red on the console but the status of the page itself."""
        if words.type == "error" and not ("status of 4" in words.text and words.location.get("url") == self.page.url):
            self.problems.append(f"on the console: {words.text}")


async def window(browser: Browser, origin: str, width: int, scheme: str, state: Any = None) -> BrowserContext:
    """A window without anybody's cookies but `state`'s."""
    context = await browser.new_context(
        base_url=origin, viewport={"width": width, "height": 900 if width > 500 else 780}, storage_state=state,
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce", locale="en-GB", timezone_id="Asia/Riyadh")
    context.set_default_timeout(40_000)
    return context


async def axe(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """Every violation in a line. The page's own policy stays in force: axe comes in through the debugger's door."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    return list(await page.evaluate(FOUND, rules or RULES))


async def too_wide(page: Page) -> list[str]:
    """What sticks out of the window."""
    return [f"too wide: {found}" for found in await page.evaluate(TOO_WIDE)]


async def leftovers(page: Page) -> list[str]:
    """Latin words of ours on an Arabic page."""
    return [f"not Arabic: {text[:120]}" for text in await page.evaluate(TEXTS) if set(LATIN.findall(text)) - set(KNOWN)]
