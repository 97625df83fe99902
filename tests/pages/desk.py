"""A demo desk on which everything happened that a page can show, and the numbers of what there is to look at."""

import asyncio
import re
import secrets
import smtplib
from email.message import EmailMessage
from email.utils import formataddr
from pathlib import Path

from playwright.async_api import APIRequestContext

from tests.conftest import HELPDESK
from tests.journeys.product import Product

SUBJECT = "Formatted: the robot vacuum stops"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63f80f040009fb03fdfb5e6b2b0000000049454e44ae426082"
)
FIELD = r'name="{}" value="([^"]*)"'


def begin(folder: Path, *options: str) -> Product:
    """The product by its own command; its clock stands still until it is moved."""
    return Product(folder, [HELPDESK, "run", *options], {}, frozen=True).wait_until_ready()


async def enter(visitor: APIRequestContext, product: Product, email: str = "admin@example.com") -> None:
    """Signs in without a page."""
    page = await (await visitor.get("/login")).text()
    typed = {"csrf_token": value(page, "csrf_token"), "email": email, "password": product.password(email)}
    answer = await visitor.post("/login", form=typed)
    assert "/tickets" in answer.url, answer.url


async def speak(visitor: APIRequestContext, language: str, page: str = "/profile") -> None:
    """The reader's language."""
    token = value(await (await visitor.get(page)).text(), "csrf_token")
    assert (await visitor.post("/language", form={"csrf_token": token, "language": language, "next": page})).ok


async def furnish(admin: APIRequestContext, product: Product) -> dict[str, str]:
    """Lets a formatted mail, an unreadable one and one of our own arrive, answers, invites, resets; returns the numbers to look at."""
    for mail, sender in ((formatted(), "noura@example.com"), (own(), "support@example.com"), (unreadable(), "noura@example.com")):
        post(product, mail, sender)
    ticket = (await found(admin, "/search?q=Formatted", rf'href="/tickets/(\d+)"[^>]*>(?:(?!</a>).)*{SUBJECT}'))[0]
    page = await (await admin.get(f"/tickets/{ticket}")).text()
    await answer(admin, page, ticket)
    await post_form(admin, "/agents/new", "/agents", email="new@example.com", name="Sami", name_ar="سامي", role="agent", language="ar")
    await post_form(admin, "/reset", "/reset", email="agent@example.com")
    product.move_clock(20)
    mails = await found(admin, "/practice/mail", r'href="/practice/mail/(\d+)"', 3)
    letters = {mail: await (await admin.get(f"/practice/mail/{mail}")).text() for mail in mails}
    written = "".join(letters.values())
    return {
        "ticket": ticket,
        "message": re.findall(r"/messages/(\d+)/html", page)[0],
        "attachment": re.findall(r"/attachments/(\d+)", page)[0],
        "mail": next(mail for mail, text in letters.items() if "Every thread" in text),
        "letter": next(mail for mail, text in letters.items() if "/reset/" in text),
        "raw": (await found(admin, "/held?kind=quarantined", r'href="/held/(\d+)/raw"'))[0],
        "screened": (await found(admin, "/held?kind=screened", r'href="/held/(\d+)/raw"'))[0],
        "long": await longest(admin),
        "agent": (await found(admin, "/agents", r'href="/agents/(\d+)"'))[-1],
        "inbox": (await found(admin, "/inboxes", r'href="/inboxes/(\d+)"'))[0],
        "team": (await found(admin, "/teams", r'href="/teams/(\d+)"'))[0],
    } | {kind: re.findall(rf"/{kind}/([\w.-]+)", written)[0] for kind in ("invitation", "reset")}


async def answer(admin: APIRequestContext, page: str, ticket: str) -> None:
    """A reply that leaves, and a note that stays."""
    await write(admin, page, f"/tickets/{ticket}/replies", "Every thread is kept.\n\nشكرًا لك", "noura@example.com")
    await write(admin, page, f"/tickets/{ticket}/notes", "ملاحظة للزملاء")


async def write(admin: APIRequestContext, page: str, action: str, body: str, to: str = "") -> None:
    """Sends a composer's form as the page has it."""
    shown = {name: value(page, name) for name in ("csrf_token", "seen_event_id")}
    sent = await admin.post(action, form=shown | {"idempotency_key": secrets.token_hex(16), "body": body, "to": to})
    assert sent.ok, await sent.text()


async def post_form(admin: APIRequestContext, page: str, action: str, **values: str) -> None:
    """Fills in a page's form."""
    token = value(await (await admin.get(page)).text(), "csrf_token")
    sent = await admin.post(action, form={"csrf_token": token} | values)
    assert sent.ok, await sent.text()


async def longest(admin: APIRequestContext) -> str:
    """The ticket of the first page of the list with the most to show."""
    numbers = await found(admin, "/tickets", r'href="/tickets/(\d+)"', 25)
    sizes = {number: len(await (await admin.get(f"/tickets/{number}/thread")).text()) for number in numbers[:10]}
    return max(sizes, key=lambda number: sizes[number])


async def found(admin: APIRequestContext, address: str, pattern: str, least: int = 1) -> list[str]:
    """What the pattern finds on a page, as soon as there is enough of it."""
    for _ in range(300):
        matches = re.findall(pattern, await (await admin.get(address)).text(), re.S)
        if len(matches) >= least:
            return matches
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{address} never showed {least} of {pattern}")


def value(page: str, name: str) -> str:
    """The first hidden field of that name."""
    return re.findall(FIELD.format(name), page)[0]


def post(product: Product, mail: EmailMessage, sender: str) -> None:
    """Hands a mail to the practice post office."""
    host, port = (product.said("practice smtp") or "").split(":")
    with smtplib.SMTP(host, int(port), timeout=20) as office:
        office.send_message(mail, sender, ["support@example.com"])


def letter(subject: str, sender: str, name: str, text: str) -> EmailMessage:
    """A plain mail to the first inbox."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = formataddr((name, sender)), "support@example.com", subject
    mail.set_content(text)
    return mail


def formatted() -> EmailMessage:
    """With formatting, a picture, and a Cc that takes no part."""
    mail = letter(SUBJECT, "noura@example.com", "نورة الحربي", "مرحبًا، المكنسة RX-200 تتوقف.\n\nThank you, Noura")
    mail["Cc"] = "sami@example.org"
    mail.add_alternative("<h2>مرحبًا</h2><p>المكنسة <b>RX-200</b> تتوقف.</p><p>Thank you, <i>Noura</i></p>", subtype="html")
    mail.add_attachment(PIXEL, maintype="image", subtype="png", filename="vacuum.png")
    return mail


def own() -> EmailMessage:
    """From an inbox of the desk: screened."""
    return letter("Loop", "support@example.com", "Example Store", "A mail of our own")


def unreadable() -> EmailMessage:
    """Nested deeper than the parser goes: put aside."""
    mail = letter("Russian doll", "noura@example.com", "نورة الحربي", "inside")
    for _ in range(60):
        outer = letter("Russian doll", "noura@example.com", "نورة الحربي", "")
        outer.clear_content()
        outer.set_type("multipart/mixed")
        outer.attach(mail)
        mail = outer
    return mail
