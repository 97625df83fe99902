"""Two agents at one ticket: they see each other, and nobody's answer leaves past what he has not seen."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, Seat, answer_as_customer, form, messages, open_ticket, row, send, text_of_reply
from tests.journeys.product import Product

GONE = 15_000
DRAFT = "It was sent on Sunday."
numbers = count(1)
Sit = Callable[..., Seat]


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start(frozen=True)


@pytest.fixture
def subject(product: Product) -> str:
    """A new ticket of a customer of its own; the subject names it."""
    number = next(numbers)
    words = f"Parcel {number:03} is late"
    product.mail(words, "Where is it?", address_of(words))
    return words


def address_of(subject: str) -> str:
    return f"customer{re.sub('[^0-9]', '', subject)}@example.com"


@pytest.fixture
def two(product: Product, sit: Sit, subject: str) -> tuple[Page, Page]:
    """The same ticket open before Sara, an agent, and before Khalid, her supervisor."""
    pages = sit(product, "agent").page, sit(product, "supervisor").page
    for page in pages:
        open_ticket(page, subject)
    return pages


def left_for(seat_page: Page, product: Product, subject: str) -> int:
    """How many mails have left for the ticket's customer once whatever waits has had its time."""
    expect(messages(seat_page, "out")).to_have_count(1)
    product.move_clock(11)
    expect(messages(seat_page, "out").locator(".delivery .i-check")).to_be_visible(timeout=ARRIVES)
    post = seat_page.context.new_page()
    post.goto("/practice/mail")
    left = post.locator(".list .item", has_text=address_of(subject)).count()
    post.close()
    return left


def test_each_sees_who_views_and_who_writes(product: Product, sit: Sit, subject: str) -> None:
    sara, khalid = sit(product, "agent"), sit(product, "supervisor")
    open_ticket(sara.page, subject)
    in_list, at_ticket = row(khalid.page, subject).locator("[data-presence=row] .who"), khalid.page.locator(".collide")
    expect(in_list).to_have_attribute("aria-label", "Sara Alharbi is viewing", timeout=ARRIVES)
    khalid.page.reload()
    expect(in_list).to_have_attribute("aria-label", "Sara Alharbi is viewing")
    open_ticket(khalid.page, subject)
    expect(at_ticket).to_contain_text("Sara Alharbi is looking at this ticket", timeout=ARRIVES)

    text_of_reply(sara.page).fill("I am looking for it.")
    expect(at_ticket).to_contain_text("Sara Alharbi is replying here", timeout=ARRIVES)
    expect(in_list).to_have_attribute("aria-label", "Sara Alharbi is writing a reply")
    expect(sara.page.locator(".collide")).to_contain_text("Khalid Alsubaie is looking at this ticket")

    sara.context.close()
    expect(at_ticket).to_be_empty(timeout=GONE)
    expect(in_list).to_have_count(0)


def test_whoever_goes_to_another_ticket_is_gone_from_this_one(two: tuple[Page, Page]) -> None:
    sara, khalid = two
    expect(khalid.locator(".collide")).to_contain_text("Sara Alharbi is looking at this ticket", timeout=ARRIVES)
    sara.locator("[data-list] .item:not([aria-current])").first.click()
    expect(khalid.locator(".collide")).to_be_empty(timeout=GONE)


def by_page(khalid: Page, _subject: str) -> str:
    send(khalid, "It is on its way.")
    return "It is on its way."


def by_mail(khalid: Page, subject: str) -> str:
    answer_as_customer(khalid.context.new_page(), address_of(subject), "I have found it, thank you.")
    return "I have found it, thank you."


def by_note(khalid: Page, _subject: str) -> str:
    khalid.locator("[data-turn=note]").click()
    form(khalid, "note").locator("textarea").fill("The carrier lost it.")
    form(khalid, "note").locator("[data-send=send]").click()
    return "The carrier lost it."


def by_status(khalid: Page, _subject: str) -> str:
    khalid.locator("#status-menu summary").click()
    khalid.locator("#status-menu [value=on_hold]").click()
    return "On hold"


def by_assignee(khalid: Page, _subject: str) -> str:
    khalid.locator("#assign-menu summary").click()
    khalid.locator("#assign-menu [value=me]").click()
    return "Khalid Alsubaie"


def stop_panel(page: Page, what: str) -> Locator:
    """The panel of a stopped send, with what is new beside the draft."""
    panel = page.locator(".stop")
    expect(panel).to_be_visible(timeout=ARRIVES)
    expect(panel.locator("[aria-labelledby=changed-h]")).to_contain_text(what)
    expect(panel.locator("[aria-labelledby=kept-h]")).to_contain_text(DRAFT)
    return panel


def anyway(page: Page, panel: Locator) -> None:
    panel.locator("[data-action=stop-send]").click()
    expect(messages(page, "out", DRAFT)).to_have_count(1)
    expect(text_of_reply(page)).to_have_value("")


def edit(page: Page, panel: Locator) -> None:
    expect(panel.locator("[data-action=stop-edit]")).to_be_focused()
    panel.locator("[data-action=stop-edit]").click()
    expect(text_of_reply(page)).to_be_focused()
    text_of_reply(page).press("End")
    page.keyboard.type(" By hand.")
    page.keyboard.press("Control+Enter")
    expect(messages(page, "out", f"{DRAFT} By hand.")).to_have_count(1)


def discard(page: Page, panel: Locator) -> None:
    panel.locator("[data-action=stop-discard]").click()
    expect(text_of_reply(page)).to_have_value("")
    expect(messages(page, "out", DRAFT)).to_have_count(0)
    page.reload()
    expect(text_of_reply(page)).to_have_value("")


ROADS = [(by_page, edit), (by_mail, anyway), (by_note, discard), (by_status, edit), (by_assignee, anyway)]


@pytest.mark.parametrize(("road", "way"), ROADS, ids=[f"{road.__name__}-{way.__name__}" for road, way in ROADS])
def test_a_send_is_stopped_by_every_road_and_goes_on_three_ways(
        product: Product, two: tuple[Page, Page], subject: str, road: Callable[..., str], way: Callable[[Page, Locator], None]) -> None:
    sara, khalid = two
    if road is by_mail:  # a customer's answer needs something that it answers
        send(khalid, "We are looking.")
        assert left_for(khalid, product, subject) == 1
        expect(messages(sara, "out", "We are looking.").locator(".delivery .i-check")).to_be_visible(timeout=ARRIVES)
    text_of_reply(sara).fill(DRAFT)
    what = road(khalid, subject)
    expect(sara.locator(".ticket-pane")).to_contain_text(what, timeout=ARRIVES)  # told at once; but seen is what was there when she began
    form(sara).locator("[data-send=send]").click()
    panel = stop_panel(sara, what)
    expect(messages(sara, "out", DRAFT)).to_have_count(0)
    way(sara, panel)
    expect(panel).to_have_count(0)
    expect(messages(khalid, "out", DRAFT)).to_have_count(0 if way is discard else 1, timeout=ARRIVES)


def test_of_two_in_the_same_second_one_leaves_and_one_is_asked(product: Product, two: tuple[Page, Page], subject: str) -> None:
    for page, words in zip(two, ("From Sara.", "From Khalid."), strict=True):
        text_of_reply(page).fill(words)
    moment = two[0].evaluate("Date.now() + 700")
    for page in two:
        page.evaluate("at => { setTimeout(() => document.querySelector('[data-send=send]').click(), at - Date.now()) }", moment)
    for page in two:
        expect(page.locator(".stop").or_(page.locator("#toasts .toast"))).to_be_visible(timeout=ARRIVES)
    stopped = [page for page in two if page.locator(".stop").is_visible()]
    assert len(stopped) == 1
    for page in two:
        expect(messages(page, "out")).to_have_count(1, timeout=ARRIVES)
    assert left_for(stopped[0], product, subject) == 1


def test_a_double_click_sends_once(product: Product, sit: Sit, subject: str) -> None:
    page = sit(product, "agent").page
    open_ticket(page, subject)
    text_of_reply(page).fill("Once is enough.")
    form(page).locator("[data-send=send]").dblclick()
    expect(text_of_reply(page)).to_have_value("")
    assert left_for(page, product, subject) == 1


def test_an_answer_whose_receipt_was_lost_is_sent_again_by_itself_and_once(product: Product, sit: Sit, subject: str) -> None:
    page = sit(product, "agent").page
    open_ticket(page, subject)

    def lose(route: Route) -> None:
        """The server has it; the browser never hears so."""
        route.fetch()
        route.abort("connectionreset")

    page.route("**/replies", lose, times=1)
    send(page, "Sent into the dark.")
    expect(text_of_reply(page)).to_have_value("", timeout=ARRIVES)
    assert left_for(page, product, subject) == 1


def test_eight_tabs_of_one_agent_share_a_stream_and_send_once(product: Product, sit: Sit, subject: str) -> None:
    seat = sit(product, "agent")
    open_ticket(seat.page, subject)
    before = seat.streams
    tabs = [seat.page, *(seat.tab(seat.page.url) for _ in range(7))]
    text_of_reply(tabs[3]).fill("From one of eight.")
    expect(tabs[3].locator("[data-draft-state]")).to_contain_text("Draft saved")
    tabs[5].reload()
    expect(text_of_reply(tabs[5])).to_have_value("From one of eight.")
    for tab in (tabs[3], tabs[5]):  # the same draft, sent from two of them
        tab.evaluate("document.querySelector('[data-send=send]').click()")
    for tab in tabs:
        expect(messages(tab, "out")).to_have_count(1, timeout=ARRIVES)
    assert seat.streams == before
    seat.page.close()  # it was the one that listened for all
    assert left_for(tabs[7], product, subject) == 1
    for tab in tabs[1:]:
        expect(messages(tab, "out").locator(".delivery .i-check")).to_be_visible(timeout=ARRIVES)
    assert seat.streams == before + 1


def test_the_same_post_again_is_the_same_message_and_its_key_serves_no_other_text(product: Product, sit: Sit, subject: str) -> None:
    seat = sit(product, "agent")
    number = open_ticket(seat.page, subject)
    fields = {name: form(seat.page).locator(f"[name={name}]").first.input_value()
              for name in ("csrf_token", "to", "cc", "idempotency_key", "seen_event_id")} | {"body": "Said once.", "status": ""}
    for _ in range(3):
        assert seat.context.request.post(f"/tickets/{number}/replies", form=fields).ok
    assert seat.context.request.post(f"/tickets/{number}/replies", form=fields | {"body": "Said otherwise."}).status == 409
    old = fields | {"idempotency_key": "another-key", "body": "Past what happened."}
    assert seat.context.request.post(f"/tickets/{number}/replies", form=old).status == 409
    expect(messages(seat.page, "out")).to_have_text(re.compile("Said once"), timeout=ARRIVES)
    assert left_for(seat.page, product, subject) == 1
