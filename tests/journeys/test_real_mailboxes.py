"""Mailboxes as shops have them: the desk fetches from a real IMAP server and answers through a real SMTP server, and what the customer
sees in his own mail program is one thread, in the right letters, running the right way."""

import email
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import HELPDESK
from tests.dovecot import Dovecot
from tests.journeys.conftest import Start
from tests.journeys.desk_page import ARRIVES, LEAVES, form, messages, open_ticket, row, text_of_reply
from tests.journeys.product import Product
from tests.smtp_sink import Sink

DESK, NOURA, SAMI = "support@example.com", "noura@example.sa", "sami@example.sa"
PASSWORD, SECRET = "a long sentence for the door", "mailbox-secret-8823"
SUBJECT = "غسالتي لا تعمل"
ROUNDS = [
    ("السلام عليكم، الغسالة لا تدور.", "وعليكم السلام، هل يظهر رمز على الشاشة؟", "windows-1256"),
    ("نعم، يظهر الرمز E20.", "شكرًا، هذا انسداد في المضخة. كيف ننظفها مبيّن في الملف.", "utf-8"),
    ("نظّفتها ولم يتغير شيء.", "نرسل إليك فنيًا يوم الثلاثاء.", "iso-8859-6"),
    ("Sami is at home then, he speaks English.", "Thank you. The technician will call Sami first.", "us-ascii"),
    ("وصل الفني وتعمل الآن.", "يسعدنا ذلك، ونغلق الطلب.", "utf-8"),
]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """(area, picture) => {
  const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], 'pump.png', { type: 'image/png' }));
  area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


class Post:
    """Everybody's mailboxes on one server; what the desk sends comes to them through another."""

    def __init__(self, mailboxes: Dovecot, sink: Sink) -> None:
        self.mailboxes, self.sink, self.carried = mailboxes, sink, 0

    def carry(self) -> None:
        """What the desk has sent reaches the mailboxes of its recipients."""
        for kept in self.sink.journal[self.carried :]:
            for address in kept.recipients:
                self.mailboxes.deliver(address, kept.content, sender=kept.sender)
            self.carried += 1

    def read(self, owner: str) -> list[EmailMessage]:
        """A mailbox, as its owner's program fetches it."""
        self.carry()
        with self.mailboxes.login(owner) as client:
            client.select_folder("INBOX", readonly=True)
            fetched: dict[int, dict[bytes, Any]] = client.fetch(client.search(), ["BODY.PEEK[]"])
        mails = [email.message_from_bytes(fetched[uid][b"BODY[]"], policy=policy.default) for uid in sorted(fetched)]
        return [mail for mail in mails if isinstance(mail, EmailMessage)]

    def write(self, text: str, charset: str, answers: EmailMessage | None, file: str = "") -> EmailMessage:
        """Noura writes to the desk, Sami in copy: the first mail, or an answer as mail programs make it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Cc"] = f"نورة <{NOURA}>", DESK, SAMI
        mail["Subject"], mail["Date"] = (f"Re: {SUBJECT}" if answers else SUBJECT), format_datetime(datetime.now(UTC))
        mail["Message-ID"] = make_msgid(domain="example.sa")
        if answers:
            mail["In-Reply-To"] = answers["Message-ID"]
            mail["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
        mail.set_content(text, charset=charset)
        if file:
            mail.add_attachment(b"%PDF-1.4 pump", maintype="application", subtype="pdf", filename=file)
        self.mailboxes.deliver(DESK, mail.as_bytes(policy=policy.SMTP), sender=NOURA)
        return mail


@pytest.fixture
def post() -> Iterator[Post]:
    """Dovecot with three mailboxes, and a mail server for what leaves."""
    mailboxes = Dovecot({DESK: SECRET, NOURA: "noura", SAMI: "sami"})
    mailboxes.start()
    with Sink() as sink:
        yield Post(mailboxes, sink)
    mailboxes.stop()


@pytest.fixture
def product(start: Start, post: Post, tmp_path: Path) -> Product:
    """An empty desk whose first page is done by hand and whose inbox is added at the command line."""
    allowed = [*post.mailboxes.allowed, f"127.0.0.1:{post.sink.port}"]
    return start(HELPDESK, "run", "--empty", HELPDESK_EGRESS_ALLOW=",".join(allowed), SSL_CERT_FILE=str(post.mailboxes.ca))


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """The first admin opens the desk."""
    context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en")
    context.set_default_timeout(ARRIVES)
    page = context.new_page()
    page.goto("/")
    for name, value in {
        "desk_name": "Example Store", "desk_name_ar": "متجر المثال", "name": "Sara", "email": "sara@example.com", "password": PASSWORD,
        "inbox_address": "hello@example.com",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("form[action='/first-run'] [type=submit]")
    expect(page.locator("[data-list]")).to_be_visible()
    yield page
    context.close()


def add_inbox(product: Product, post: Post) -> None:
    """`helpdesk inbox add --file`, beside the running desk."""
    description = {
        "name": "Support", "address": DESK, "language": "ar", "start": "2026-01-01",
        "imap": {"host": "localhost", "port": post.mailboxes.tls_port, "tls": True, "user": DESK, "password": SECRET},
        "smtp": {"host": "127.0.0.1", "port": post.sink.port, "tls": False, "user": "", "password": ""},
    }  # fmt: skip
    file = product.data / "inbox.json"
    file.write_text(json.dumps(description))
    done = subprocess.run(
        [HELPDESK, "inbox", "add", "--file", str(file)], env=product.environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().isdigit()


def answer(page: Page, text: str, count: int) -> None:
    """Types and sends; the third answer with a picture from the clipboard, the second with a file, the fourth with Sami in copy."""
    area = text_of_reply(page)
    area.fill(text)
    if count == 1:
        form(page).locator("input[type=file]").set_input_files(
            {"name": "طريقة التنظيف.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 clean"})
        expect(form(page).locator("[data-file][data-id]")).to_have_count(1)
    if count == 2:
        area.evaluate(PASTE, PIXEL)
        expect(form(page).locator("[data-file][data-id]")).to_have_count(1)
    if count == 3:
        form(page).locator("[data-show=cc-line]").click()
        page.keyboard.type(SAMI)
    form(page).locator("[data-send=send]").click()
    expect(messages(page, "out")).to_have_count(count + 1)
    expect(messages(page, "out").nth(count).locator(".delivery .i-check")).to_be_visible(timeout=LEAVES)


def test_five_answers_are_one_thread(post: Post, product: Product, page: Page) -> None:
    add_inbox(product, post)
    written, last = [], None
    for count, (question, reply, charset) in enumerate(ROUNDS):
        written.append(post.write(question, charset, last, file="صورة الفاتورة.pdf" if count == 0 else ""))
        if count == 0:
            expect(row(page, SUBJECT)).to_be_visible(timeout=LEAVES)
            open_ticket(page, SUBJECT)
        expect(messages(page, "in")).to_have_count(count + 1, timeout=LEAVES)
        expect(messages(page, "in").nth(count)).to_contain_text(question)
        answer(page, reply, count)
        last = post.read(NOURA)[-1]
        assert len(post.read(NOURA)) == count + 1
    expect(messages(page, "in").first.locator(".file")).to_contain_text("صورة الفاتورة.pdf")
    assert SECRET not in product.log.read_text(errors="replace")
    check_thread(written, post.read(NOURA))
    check_letters(post.read(NOURA))
    sent = [mail["Message-ID"] for mail in post.read(NOURA)]
    assert [mail["Message-ID"] for mail in post.read(SAMI)] == sent[3:], "from where the agent named him, though Noura always did"
    with post.mailboxes.login(DESK) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("SEEN") == [], "fetching leaves no mark"


def check_thread(written: list[EmailMessage], received: list[EmailMessage]) -> None:
    """By headers alone (RFC 5322 section 3.6.4): each answers the mail before it and names all of them."""
    said: list[str] = []
    for question, reply in zip(written, received, strict=True):
        said.append(str(question["Message-ID"]))
        assert reply["In-Reply-To"] == said[-1]
        assert reply["References"].split() == said
        said.append(str(reply["Message-ID"]))
    assert len(set(said)) == 10


def check_letters(received: list[EmailMessage]) -> None:
    """Text, direction, files and the picture, as the customer's program gets them."""
    for mail, (_question, reply, _charset) in zip(received, ROUNDS, strict=True):
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert html is not None
        assert reply in plain.get_content()
        assert (plain.get_content_charset(), html.get_content_charset()) == ("utf-8", "utf-8")
        direction = "ltr" if reply.isascii() else "rtl"
        assert f'<body dir="{direction}"' in html.get_content()
        assert mail["Content-Language"] == ("en" if reply.isascii() else "ar")
        assert str(mail["Subject"]) == f"Re: {SUBJECT}"
    assert [part.get_filename() for part in received[1].iter_attachments()] == ["طريقة التنظيف.pdf"]
    picture = next(part for part in received[2].walk() if part.get_content_type() == "image/png")
    page = received[2].get_body(("html",))
    assert page is not None
    assert f'src="cid:{str(picture["Content-ID"]).strip("<>")}"' in page.get_content()
