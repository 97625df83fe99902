"""Looks at one page in Chromium as the house rules want it: what axe finds, what is too wide, what goes elsewhere, what is not Arabic."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.house import ROOT

SCRIPTS = [(ROOT / path).read_text(encoding="utf-8") for path in ("node_modules/axe-core/axe.min.js", "tests/pages/look.js")]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
"""What a theme can change: nothing but colours differs between light and dark."""
LAYOUT = ("region", "page-has-heading-one", "landmark-one-main", "heading-order")
OF_A_FRAME = RULES | {"rules": {name: {"enabled": False} for name in LAYOUT}}
"""A customer's letter in a frame has no landmarks and its own headings; the page around it has them."""
LATIN = re.compile(r"[A-Za-z]{2,}")
INSERTED = re.compile(r"\S+@\S+|^.* #\d+ – |^(?:إزالة|عرض الصورة) .*")
"""Inside an attribute or a title nothing can be isolated: an address, a ticket's subject, the name on a button that removes."""
KNOWN = {
    "English": "the language's own name",
    "UTC": "what every zone is told by",
    **dict.fromkeys(("Redis", "helpdesk"), "a program's own name"),
    **dict.fromkeys(("IMAP", "SMTP", "TLS", "STARTTLS", "OAuth", "INBOX", "Authentication", "Results", "scope"), "a protocol's own word"),
    **dict.fromkeys(("Google", "Microsoft", "Yahoo", "iCloud", "Fastmail"), "a provider's own name"),
    **dict.fromkeys(("HELPDESK", "EGRESS", "ALLOW"), "a setting's own name"),
    **dict.fromkeys(("CSV", "UTF"), "a format's own name"),
    **dict.fromkeys(("mx", "example", "com", "https"), "an address"),
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
        """Nothing red on the console but a page that is refused on purpose, the send that is stopped, and a text that is not there."""
        address = words.location.get("url", "")
        meant = address == self.page.url or address.endswith(("/replies", "/use"))
        if words.type == "error" and not ("status of 4" in words.text and meant):
            self.problems.append(f"on the console: {words.text}")


async def window(browser: Browser, origin: str, width: int, scheme: str, state: Any = None) -> BrowserContext:
    """A window without anybody's cookies but `state`'s."""
    context = await browser.new_context(
        base_url=origin, viewport={"width": width, "height": 900 if width > 500 else 780}, storage_state=state,
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce", locale="en-GB", timezone_id="Asia/Riyadh")
    context.set_default_timeout(40_000)
    return context


async def bring(page: Page) -> None:
    """Axe and our own questions, once a page. The page's own policy stays in force: they come in by the debugger's door."""
    if not await page.evaluate("'axe' in window"):
        for script in SCRIPTS:
            await page.evaluate(script)


async def axe(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """Every violation in a line."""
    await bring(page)
    return list(await page.evaluate("rules => broken(rules)", rules or RULES))


async def too_wide(page: Page) -> list[str]:
    """What sticks out of the window."""
    await bring(page)
    return [f"too wide: {found}" for found in await page.evaluate("tooWide()")]


async def leftovers(page: Page) -> list[str]:
    """Latin words of ours on an Arabic page."""
    await bring(page)
    found = [INSERTED.sub("", text) for text in await page.evaluate("texts()")]
    return [f"not Arabic: {text[:120]}" for text in found if set(LATIN.findall(text)) - set(KNOWN)]
