"""Macros on a ticket and the board of a team, in Chromium: by the keyboard alone, by dragging, and as others change things meanwhile."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, LEAVES, Seat, open_ticket, row, text_of_reply
from tests.journeys.product import Product

Sit = Callable[..., Seat]


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start()


def write_macro(page: Page, name: str, name_ar: str) -> None:
    """By the editor: the field of an action comes with the action that is chosen."""
    page.goto("/macros/new")
    page.fill("[name=name]", name)
    page.fill("[name=name_ar]", name_ar)
    page.select_option("[name=owner]", "all")
    page.select_option("[name='then.0.do']", "set_status")
    page.select_option("[name='then.0.value']", "pending")
    page.locator("#add-then").click()
    page.select_option("[name='then.1.do']", "tag")
    page.fill("input[name='then.1.value']", "parts")
    page.locator(".macro-page > form .form-foot .btn-solid").click()
    expect(page.locator("tbody")).to_contain_text(name)


def test_a_macro_by_the_keyboard(product: Product, sit: Sit) -> None:
    page = sit(product, "supervisor").page
    write_macro(page, "Waits for the stocktaking", "بإنتظار الجردة")
    for subject in ("Fan is loud", "Lamp is dark"):
        product.mail(subject, "Please help.", "noura@example.com")
    page.goto("/tickets")
    open_ticket(page, "Fan is loud")
    text_of_reply(page).press("Escape")
    page.keyboard.press(".")
    picker = page.locator("dialog.macro-picker")
    expect(picker.locator("#macro-preview")).to_contain_text("Do it")
    page.keyboard.type("nothing like it")
    page.keyboard.press("Enter")  # at once: what is shown belongs to other words, and is not done
    expect(picker.locator("[role=option]")).to_have_count(0)
    page.keyboard.press("Control+A")
    page.keyboard.type("انتظار الجرده")
    expect(picker.locator("[role=option][aria-selected=true]")).to_have_text("Waits for the stocktaking")
    expect(picker.locator("#macro-preview")).to_contain_text("Pending")
    expect(picker.locator("#macro-preview")).to_contain_text("parts")
    expect(page.locator("#status-menu > summary")).to_contain_text("Open")
    page.keyboard.press("Enter")
    expect(picker).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Waits for the stocktaking")
    expect(page.locator("#status-menu > summary")).to_contain_text("Pending", timeout=ARRIVES)
    expect(page.locator("#tags-menu > summary")).to_contain_text("parts")
    page.goto("/tickets")
    open_ticket(page, "Lamp is dark")
    page.locator("a[data-action=macros]").click()
    expect(picker.locator("[role=group]").first).to_contain_text("used once on tickets like this")
    page.keyboard.press("Escape")
    expect(picker).to_have_count(0)


def test_work_is_given_by_the_keyboard_and_by_dragging(product: Product, sit: Sit) -> None:
    product.mail("Printer squeaks", "It squeaks.", "sami@example.com")
    page = sit(product, "supervisor").page
    page.goto("/tickets")
    expect(row(page, "Printer squeaks")).to_be_visible(timeout=LEAVES)
    page.goto("/queue")
    free = page.locator(".queue-free")
    card = page.locator(".queue-card", has_text="Printer squeaks")
    page.locator(".queue-teams a", has_text="Support").click()
    expect(free.locator(".queue-card", has_text="Printer squeaks")).to_have_count(1, timeout=ARRIVES)
    first = page.locator(".queue-column[data-queue-to]:not(.queue-free)").first
    name = first.locator("h2 a").inner_text()
    card.locator("input").focus()
    page.keyboard.press("Space")
    page.locator("#queue-to").select_option(label=name)
    page.locator("#queue-to").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(first.locator(".queue-card", has_text="Printer squeaks")).to_have_count(1, timeout=ARRIVES)
    expect(page.locator("#toasts")).to_contain_text("1 ticket was given.")
    expect(first.locator(".queue-given")).to_contain_text(re.compile("[1-9] by hand"))
    card.drag_to(free, target_position={"x": 80, "y": 240})
    expect(free.locator(".queue-card", has_text="Printer squeaks")).to_have_count(1, timeout=ARRIVES)
    other = sit(product, "admin").page
    open_ticket_of(other, card)
    other.locator("#assign-menu > summary").click()
    other.locator("#assign-menu [name=assignee]", has_text=name).click()
    expect(first.locator(".queue-card", has_text="Printer squeaks")).to_have_count(1, timeout=ARRIVES)


def open_ticket_of(page: Page, card: object) -> None:
    """The ticket of a card, in another window."""
    page.goto(str(card.locator("a").get_attribute("href")))  # type: ignore[attr-defined]
