"""An agent's browser: what a person at the desk does with mouse and keys, and what there is to see."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.journeys.product import Product

ARRIVES, LEAVES = 15_000, 30_000
"""How long a change may take to come to an open page, and an answer to leave, in milliseconds, on a busy machine."""
REFUSALS = re.compile(r"status of (404|409|422|429|503)|ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK|INTERNET)")


class Seat:
    """One browser with its own cookies, in which somebody signs in. `problems` collects what no page may do."""

    def __init__(self, browser: Browser, product: Product, email: str, language: str, **options: Any) -> None:
        self.product, self.email, self.language = product, email, language
        self.problems: list[str] = []
        self.streams = 0
        _, cookies = product.signed_in.get(email, ("", None))
        window = {"viewport": {"width": 1440, "height": 900}, "base_url": product.url, "storage_state": cookies}
        self.context: BrowserContext = browser.new_context(**(window | options))
        self.context.set_default_timeout(ARRIVES)
        self.context.on("request", self.note_request)
        self.context.on("console", self.note_words)
        self.context.on("weberror", lambda error: self.problems.append(f"an error in a page: {error.error}"))
        self.page = self.context.new_page()

    def note_request(self, request: Request) -> None:
        """Nothing leaves this desk; its event streams are counted."""
        if not request.url.startswith((self.product.url, "data:", "blob:")):
            self.problems.append(f"a request to another host: {request.url}")
        self.streams += request.url.endswith("/live") and request.method == "GET"

    def note_words(self, words: ConsoleMessage) -> None:
        """A refusal is an answer and a lost line is no fault of the page; all else that is red in the console is one."""
        if words.type == "error" and not REFUSALS.search(words.text):
            self.problems.append(f"on the console: {words.text}")

    def sign_in(self) -> "Seat":
        """By the login page, in the language asked for; who was in before comes with the cookies of then."""
        known = self.product.signed_in.get(self.email)
        self.page.goto("/tickets" if known else "/login")
        if known is None:
            self.page.fill("[name=email]", self.email)
            self.page.fill("[name=password]", self.product.password(self.email))
            self.page.click(".door-form [type=submit]")
            expect(self.page).to_have_url(re.compile("/tickets"))
        if known is None or known[0] != self.language:
            self.speak(self.language)
        self.product.signed_in[self.email] = self.language, self.context.storage_state()
        return self

    def speak(self, language: str) -> None:
        """Changes the language, as the button does."""
        token = self.page.locator("meta[name=csrf-token]").get_attribute("content")
        fields = {"csrf_token": str(token), "language": language}
        assert self.context.request.post("/language", form=fields, headers={"Referer": f"{self.product.url}/tickets"}).ok
        self.page.goto("/tickets")
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def tab(self, path: str) -> Page:
        """One more tab of the same browser."""
        page = self.context.new_page()
        page.goto(path)
        return page


def row(page: Page, words: str) -> Locator:
    """The row of a ticket in the list."""
    return page.locator("[data-list] .item", has_text=words)


def open_ticket(page: Page, words: str) -> int:
    """Opens a ticket from the list that is on the page; returns its number."""
    row(page, words).click()
    expect(page.locator("#subject")).to_have_text(words)
    expect(text_of_reply(page)).to_be_visible()
    return int(page.url.rpartition("/")[2].partition("?")[0])


def form(page: Page, kind: str = "reply") -> Locator:
    """The composer's form: "reply" or "note"."""
    return page.locator(f"[data-composer-form={kind}]")


def text_of_reply(page: Page) -> Locator:
    """Where the answer is typed."""
    return form(page).locator("textarea")


def send(page: Page, words: str) -> None:
    """Types an answer and presses Send."""
    text_of_reply(page).fill(words)
    form(page).locator("[data-send=send]").click()


def messages(page: Page, kind: str, words: str = "") -> Locator:
    """Messages in the open ticket: "in", "out" or "note"."""
    return page.locator(f"#thread .msg.{kind}", has_text=words)


def stays(page: Page) -> Callable[[], None]:
    """Marks a page; the answer asserts that it is still the same one, never loaded anew."""
    page.evaluate("window.stillTheSame = true")

    def check() -> None:
        assert page.evaluate("window.stillTheSame === true"), "the page was loaded anew"
    return check


def answer_as_customer(page: Page, address: str, words: str) -> None:
    """In the practice post office: answers the newest mail that left for an address, as whoever got it."""
    page.goto("/practice/mail")
    page.locator(".list .item", has_text=address).first.click()
    page.locator(".answer-as textarea").fill(words)
    page.locator(".answer-as button").click()
    expect(page.locator("#toasts .toast")).to_be_visible()
