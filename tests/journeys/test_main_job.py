"""The main job, from `make run` in an empty folder: a mail comes to the open page, is answered in Arabic, and the answer threads back."""

import email
from collections.abc import Callable
from email import policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, LEAVES, Seat, answer_as_customer, form, messages, open_ticket, row, send, stays, text_of_reply
from tests.journeys.product import Product

QUESTION = "السلام عليكم،\n\nأين طلبي رقم 7718؟"
ANSWER = "وعليكم السلام ورحمة الله،\n\nطلبك رقم 7718 في الطريق إليك، ويصلك غدًا."
SENDING = {"ar": "قيد الإرسال", "en": "can still be stopped"}
SENT = {"ar": "أُرسل", "en": "Sent"}
THANKS = "شكرًا جزيلًا، وصلني الطلب."


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start("make", "run")


def mail_for(page: Page, address: str) -> EmailMessage:
    """Opens the one mail that left for an address, in the practice post office, and takes its original."""
    page.goto("/practice/mail")
    expect(page.locator(".list .item", has_text=address)).to_have_count(1)
    page.locator(".list .item", has_text=address).click()
    page.locator(".quoted-part summary").click()
    with page.expect_download() as download:
        page.locator(".quoted-part a").click()
    mail = email.message_from_bytes(download.value.path().read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def assert_reads_right_to_left(mail: EmailMessage) -> None:
    """The text is the agent's, and its HTML turns by itself in any mail program."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert ANSWER in plain.get_content().replace("\r\n", "\n")
    assert html is not None
    assert 'dir="rtl"' in html.get_content()


def direction(page: Page, selector: str) -> str:
    """How the first such element runs on the screen."""
    return str(page.locator(selector).first.evaluate("element => getComputedStyle(element).direction"))


def take_back(page: Page) -> None:
    """Stops the answer in its window: it is gone from the ticket, and its text is in the composer again."""
    expect(messages(page, "out")).to_have_count(1)
    expect(text_of_reply(page)).to_have_value("")
    page.locator("#toasts .toast button").click()
    expect(messages(page, "out")).to_have_count(0)
    expect(text_of_reply(page)).to_have_value(ANSWER)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_mail_is_answered_and_the_answer_threads_back(product: Product, sit: Callable[..., Seat], language: str) -> None:
    customer, subject = f"noura.{language}@example.com", f"طلبي 7718 لم يصل {language}"
    seat = sit(product, "agent", language)
    page, same = seat.page, stays(seat.page)
    expect(page.locator("[data-list] a[href^='/tickets/']")).to_have_count(25)
    assert direction(page, "body") == ("rtl" if language == "ar" else "ltr")

    asked = product.mail(subject, QUESTION, customer, name="نورة")
    expect(row(page, subject)).to_be_visible(timeout=ARRIVES)  # by itself
    open_ticket(page, subject)
    expect(messages(page, "in")).to_contain_text("أين طلبي رقم 7718؟")
    assert direction(page, "#thread .msg.in .prose p") == "rtl"

    send(page, ANSWER)
    take_back(page)
    form(page).locator("[data-send=send]").click()
    expect(messages(page, "out").and_(page.locator(".waiting"))).to_contain_text("طلبك رقم 7718")
    expect(messages(page, "out").locator(".msg-foot")).to_contain_text(SENDING[language])
    expect(text_of_reply(page)).to_have_value("")
    expect(messages(page, "out").locator(".delivery .i-check")).to_be_visible(timeout=LEAVES)
    expect(messages(page, "out").locator(".msg-foot")).to_contain_text(SENT[language])

    post = seat.tab("/practice/mail")
    mail = mail_for(post, customer)  # one only: what was taken back would have left before it
    assert mail["In-Reply-To"] == asked
    assert asked in mail["References"].split()
    assert mail["To"].addresses[0].addr_spec == customer
    assert mail["Subject"].removeprefix("Re: ") == subject
    assert_reads_right_to_left(mail)
    assert direction(post, ".letter-body p") == "rtl"

    answer_as_customer(post, customer, THANKS)
    expect(messages(page, "in", "وصلني الطلب")).to_be_visible(timeout=ARRIVES)  # the same ticket, by itself
    expect(messages(page, "in")).to_have_count(2)
    same()
