"""Eight hours at the desk: nothing that comes in takes focus, place or words away; everything is on keys; a phone is enough."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, LEAVES, Seat, form, messages, open_ticket, row, send, stays, text_of_reply
from tests.journeys.product import Product
from tests.servers import until

LONG = "\n\n".join(f"The story goes on, part {number} of forty." for number in range(40))
numbers = count(1)
Sit = Callable[..., Seat]


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start(frozen=True)


@pytest.fixture
def subject(product: Product) -> str:
    """A new ticket with a long first mail; the subject names it."""
    number = next(numbers)
    words = f"Fridge {number:03} is warm"
    product.mail(words, LONG, f"owner{number:03}@example.com")
    return words


@pytest.fixture
def page(product: Product, sit: Sit, subject: str) -> Page:
    """The new ticket, open before Sara."""
    page = sit(product, "agent").page
    open_ticket(page, subject)
    return page


def place_of(box: Locator) -> float:
    return float(box.evaluate("element => element.scrollTop"))


def note_by_khalid(product: Product, sit: Sit, subject: str) -> None:
    """A colleague's note: a change of the ticket by another."""
    khalid = sit(product, "supervisor").page
    open_ticket(khalid, subject)
    khalid.keyboard.press("n")
    khalid.keyboard.type("The compressor is in stock.")
    khalid.keyboard.press("Control+Enter")
    expect(messages(khalid, "note")).to_have_count(1)


def test_focus_place_and_words_stay_while_things_come_in(product: Product, sit: Sit, subject: str, page: Page) -> None:
    same, thread, text = stays(page), page.locator("#thread"), text_of_reply(page)
    text.click()
    page.keyboard.type("We send somebody on ")
    thread.evaluate("element => { element.scrollTop = 120 }")
    note_by_khalid(product, sit, subject)
    page.keyboard.type("Monday ")
    expect(messages(page, "note", "in stock")).to_have_count(1, timeout=ARRIVES)
    page.keyboard.type("at ten.")
    expect(text).to_be_focused()
    expect(text).to_have_value("We send somebody on Monday at ten.")
    assert place_of(thread) == 120
    expect(page.locator("[data-thread-pill]")).to_have_text("1 new message")
    page.locator("[data-thread-pill]").click()
    expect(page.locator("[data-thread-pill]")).to_be_hidden()
    expect(messages(page, "note")).to_be_in_viewport()
    same()


def test_the_list_stays_where_one_reads_it(product: Product, sit: Sit) -> None:
    page = sit(product, "agent").page
    box = page.locator("[data-list]")
    box.hover()
    page.mouse.wheel(0, 400)
    read = page.locator("[data-list] .item").nth(9)
    number, before = read.get_attribute("data-number"), read.bounding_box()
    product.mail("Something else entirely", "Hello", "else@example.com")
    expect(page.locator("[data-pill]")).to_have_text("1 new", timeout=ARRIVES)
    after = page.locator(f"[data-list] .item[data-number='{number}']").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    page.locator("[data-pill]").click()
    expect(row(page, "Something else entirely")).to_be_in_viewport()


def test_the_list_stays_when_the_ticket_in_hand_leaves_the_view(page: Page, subject: str) -> None:
    rows, pill = page.locator("[data-list] .item"), page.locator("[data-pill]")
    rows.nth(3).hover()
    number, before = rows.nth(3).get_attribute("data-number"), rows.nth(3).bounding_box()
    oldest = rows.last.get_attribute("data-number")
    page.keyboard.press("e")
    expect(page.locator("[data-row]", has_text=subject)).to_have_attribute("data-moved", re.compile("view"), timeout=ARRIVES)
    expect(page.locator(f"[data-row='{oldest}'] ~ [data-row]")).to_have_count(1)  # one more has risen from the next page
    after = page.locator(f"[data-list] .item[data-number='{number}']").bounding_box()
    assert before == after
    expect(pill).to_be_hidden()
    expect(page.locator("[data-list] > :last-child")).to_have_class("list-more")


def test_what_comes_before_a_page_listens_is_not_missed(product: Product, sit: Sit) -> None:
    seat = sit(product, "agent")

    def mail_comes_first(route: Route) -> None:
        """The page is made, and its stream waits until one more ticket is there."""
        product.mail("Between two moments", "Hello", "between@example.com")
        until(lambda: "Between two moments" in seat.context.request.get("/tickets/rows?view=open").text(), "the ticket", 15)
        route.continue_()

    seat.page.route("**/live", mail_comes_first, times=1)
    seat.page.reload()
    expect(row(seat.page, "Between two moments")).to_be_visible(timeout=ARRIVES)


def test_a_draft_is_there_again_after_a_reload_and_in_another_browser(product: Product, sit: Sit, subject: str, page: Page) -> None:
    text_of_reply(page).fill("Begun here.")
    page.reload()
    expect(text_of_reply(page)).to_have_value("Begun here.")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    elsewhere = sit(product, "agent").page
    open_ticket(elsewhere, subject)
    expect(text_of_reply(elsewhere)).to_have_value("Begun here.")
    other = sit(product, "supervisor").page
    open_ticket(other, subject)
    expect(text_of_reply(other)).to_have_value("")


def test_the_keys_walk_write_send_and_undo(product: Product, sit: Sit) -> None:
    page = sit(product, "agent").page
    rows = page.locator("[data-list] .item")
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-ticket]")).to_have_attribute("data-ticket", str(rows.first.get_attribute("data-number")))
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-ticket]")).to_have_attribute("data-ticket", str(rows.nth(1).get_attribute("data-number")))

    page.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyK', key: 'ن', bubbles: true}))")
    expect(rows.first).to_have_attribute("aria-current", "true")  # keys are places: an Arabic keyboard has another letter there

    page.keyboard.press("Shift+Slash")
    expect(page.locator("#key-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("Waiting")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("view=waiting"))


def test_r_and_n_turn_the_composer_and_z_takes_back(page: Page) -> None:
    page.keyboard.press("n")
    expect(form(page, "note").locator("textarea")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(text_of_reply(page)).to_be_focused()
    page.keyboard.type("j is a letter here.")
    page.keyboard.press("Control+Enter")
    expect(messages(page, "out", "j is a letter here.")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(messages(page, "out")).to_have_count(0)
    expect(text_of_reply(page)).to_have_value("j is a letter here.")
    text_of_reply(page).press("Control+Shift+Enter")
    expect(messages(page, "out")).to_have_count(1)
    expect(page.locator("#status-menu summary")).to_have_text(re.compile("Solved"))


def assert_fits(page: Page) -> None:
    """No sideways scrolling."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_phone_is_enough(product: Product, sit: Sit, subject: str, language: str) -> None:
    page = sit(product, "supervisor", language, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).page
    assert_fits(page)
    row(page, subject).tap()
    expect(page.locator("#subject")).to_be_in_viewport()
    assert_fits(page)
    page.locator("[data-turn=reply]").tap()
    text_of_reply(page).fill("نعم، أرسلها اليوم.")
    button = form(page).locator("[data-send=send]")
    expect(button).to_be_in_viewport(ratio=1)
    button.tap()
    expect(messages(page, "out", "أرسلها اليوم")).to_be_visible()
    page.locator("[data-tab-to=contact]").tap()
    expect(page.locator("#contact")).to_be_visible()
    page.locator(".ticket-head .back").tap()
    expect(page.locator("[data-list]")).to_be_visible()
    assert_fits(page)


def test_a_dead_part_comes_back_and_work_goes_on(product: Product, page: Page, subject: str) -> None:
    same = stays(page)
    for name in ("worker-1", "worker-2", "timetable", "mail"):
        product.wait_for_child(name, but=product.kill(name))
    product.kill("web")  # and she sends before it is back
    send(page, "Written while things fell.")
    expect(messages(page, "out", "Written while things fell.")).to_have_count(1, timeout=ARRIVES)
    product.move_clock(11)
    expect(messages(page, "out").locator(".delivery .i-check")).to_be_visible(timeout=ARRIVES)
    product.mail("After the fall", "Hello?", "after@example.com")
    expect(row(page, "After the fall")).to_be_visible(timeout=ARRIVES)
    same()


def says_late(page: Page) -> bool:
    """Whether the list, asked anew, says that live changes are late."""
    page.goto("/tickets")
    return page.locator("#strips .banner", has_text="Live changes are late").count() > 0


def test_pages_live_on_without_valkey_and_all_is_made_up_for_when_it_is_back(
        product: Product, sit: Sit, page: Page, outage: Callable[[], AbstractContextManager[None]]) -> None:
    same, other = stays(page), sit(product, "admin").page
    with outage():
        until(lambda: says_late(other), "a page says that live changes are late", 10)  # asked once a second
        expect(other.locator("[data-list] .item")).to_have_count(25)
        send(page, "Sent without it.")
        expect(messages(page, "out", "Sent without it.")).to_have_count(1)
        product.mail("While it was away", "Hello?", "away@example.com")
    expect(row(page, "While it was away")).to_be_visible(timeout=LEAVES)
    product.move_clock(11)
    expect(messages(page, "out").locator(".delivery .i-check")).to_be_visible(timeout=LEAVES)
    other.reload()
    expect(other.locator("#strips .banner:not([hidden])")).to_have_count(0)
    same()
