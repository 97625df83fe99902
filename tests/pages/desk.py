"""A demo desk on which everything happened that a page can show, and the numbers of what there is to look at."""

import asyncio
import json
import re
import secrets
import smtplib
import sqlite3
from contextlib import closing
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
    hours = await furnish_rule(admin, product) | await furnish_hours(admin) | await furnish_webhook(admin) | furnish_rows(product)
    hours |= await furnish_promise(admin, product)
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
        "macro": await furnish_macro(admin),
        "view": await furnish_view(admin, urgent="1"),
        "nothing": await furnish_view(admin),
        "reply": (await found(admin, "/canned", r'href="/canned/(\d+)"'))[0],
        "team": (await found(admin, "/teams", r'href="/teams/(\d+)"'))[0],
    } | hours | {kind: re.findall(rf"/{kind}/([\w.-]+)", written)[0] for kind in ("invitation", "reset")}


async def furnish_hours(admin: APIRequestContext) -> dict[str, str]:
    """A calendar of the shop, Ramadan of all, and the holidays of a year; their numbers."""
    shop = {"name": "Shop", "name_ar": "المعرض", "time_zone": "Asia/Riyadh", "preset": "retail", "standard": "1", "channels": "email"}
    await post_form(admin, "/calendars/new", "/calendars", **shop)
    await post_form(admin, "/calendars/ranges/new", "/calendars/ranges", name="Ramadan", name_ar="رمضان", from_date="2027-02-08",
                    to_date="2027-03-08", sun="10:00-15:00, 21:00-01:00", mon="10:00-15:00, 21:00-01:00")
    await post_form(admin, "/holidays", "/holidays/import", year="2027", country="SA")
    return {
        "calendar": (await found(admin, "/calendars", r'href="/calendars/(\d+)"'))[0],
        "range": (await found(admin, "/calendars", r'href="/calendars/ranges/(\d+)"'))[0],
        "holiday": (await found(admin, "/holidays?year=2027", r'href="/holidays/(\d+)"'))[1],
    }


async def furnish_rule(admin: APIRequestContext, product: Product) -> dict[str, str]:
    """A rule that acted, was changed and simulated, beside one that may undo it; their numbers."""
    names = {"name": "Return requests", "name_ar": "طلبات الاسترجاع", "kind": "trigger", "on.0": "message_received", "if.how": "all"}
    asks = {"if.0.word": "text", "if.0.test": "has_any", "if.0.value": "استرجاع، refund", "if.1.how": "any", "if.1.0.word": "automatic"}
    asks["if.1.0.test"] = "is_false"
    acts = {"then.0.do": "set_priority", "then.0.value": "high", "then.1.do": "tag", "then.1.value": "مرتجع"}
    await post_form(admin, "/rules/new", "/rules", **names, **asks, **acts, switch="on")
    await post_form(admin, "/rules/new", "/rules", **names, **asks, **acts | {"then.0.value": "low"}, switch="on")
    rule = (await found(admin, "/rules", r'href="/rules/(\d+)" dir="auto">(?:Return requests|طلبات الاسترجاع)<', 2))[0]
    post(product, letter("Refund", "noura@example.com", "نورة الحربي", "I want a refund."), "noura@example.com")
    await found(admin, f"/rules/{rule}", r'id="run-(\d+)"')
    await post_form(admin, "/rules/new", f"/rules/{rule}", **names, **asks, **acts | {"then.0.value": "urgent"})
    await post_form(admin, "/rules/new", f"/rules/{rule}/simulation", **names, **asks, **acts, days="30")
    simulation = (await found(admin, f"/rules/{rule}", r"/simulation/(\d+)\""))[0]
    return {"rule": rule, "simulation": simulation}


async def furnish_promise(admin: APIRequestContext, product: Product) -> dict[str, str]:
    """A policy with a stage and an escalation, and a ticket under it; their numbers."""
    says = {"name": "Refunds", "name_ar": "الاسترداد", "if.how": "all", "calendar": "team", "pause": "pending", "switch": "on"}
    response = {"targets.first_response.default.amount": "16", "targets.first_response.default.unit": "business_hours"}
    stage = {"stages.0.name": "review", "stages.0.name_ar": "المراجعة", "stages.0.start.on": "ticket_tagged",
             "stages.0.start.tags": "مرتجع", "stages.0.stop.on": "status_changed", "stages.0.stop.status": "solved",
             "stages.0.default.amount": "2", "stages.0.default.unit": "business_days"}  # fmt: skip
    step = {"steps.0.kind": "after", "steps.0.amount": "1", "steps.0.unit": "business_hours", "steps.0.then.0.do": "set_priority",
            "steps.0.then.0.was": "set_priority", "steps.0.then.0.value": "urgent"}  # fmt: skip
    await post_form(admin, "/sla/policies/new", "/sla/policies", **says, **response, **stage, **step)
    post(product, letter("A promise", "noura@example.com", "نورة الحربي", "When will it come?"), "noura@example.com")
    number = (await found(admin, "/search?q=promise", r'href="/tickets/(\d+)"'))[0]
    target = (await found(admin, f"/tickets/{number}/sla", r'href="/sla/targets/(\d+)"'))[0]
    return {"policy": (await found(admin, "/sla/policies", r'href="/sla/policies/(\d+)"'))[0], "target": target, "promised": number}


async def furnish_macro(admin: APIRequestContext) -> str:
    """A macro of everybody; its number."""
    actions = {"then.0.do": "set_status", "then.0.value": "pending", "then.1.do": "tag", "then.1.value": "قطع، parts"}
    await post_form(admin, "/macros/new", "/macros", name="Waits for a part", name_ar="بانتظار قطعة", owner="all", **actions)
    return (await found(admin, "/macros", r'href="/macros/(\d+)"'))[0]


async def furnish_view(admin: APIRequestContext, urgent: str = "") -> str:
    """A view of everybody, in which there is something or nothing; its number."""
    says = {"if.how": "all", "if.0.word": "priority", "if.0.test": "is_not", "if.0.value": "low", "if.1.how": "none", "if.1.0.word": "tags"}
    says |= {"if.1.0.test": "has_any", "if.1.0.value": "قطع، parts", "if.2.word": "messages", "if.2.test": "over"}
    names = {"name": "Not low", "name_ar": "ليست منخفضة", "owner": "all", "queues": "open", "sort": "newest", "revision": "0"}
    await post_form(admin, "/views/new", "/views", **names, **says, **{"if.2.value": "0" if urgent else "99"})
    return (await found(admin, "/views", r'href="/views/(\d+)"'))[-1]


async def furnish_webhook(admin: APIRequestContext) -> dict[str, str]:
    """One that may not be called, and what became of its test; their numbers."""
    await post_form(admin, "/webhooks/new", "/webhooks", name="Shop", url="https://localhost/hook", with_texts="1")
    webhook = (await found(admin, "/webhooks", r'href="/webhooks/(\d+)"'))[0]
    await post_form(admin, f"/webhooks/{webhook}", f"/webhooks/{webhook}/test")
    return {"webhook": webhook, "telling": (await found(admin, f"/webhooks/{webhook}", r"/tellings/(\d+)"))[0]}


def furnish_rows(product: Product) -> dict[str, str]:
    """A slow task that is under way, and two notices of the admin, one of them new; the task's number."""
    now = "2026-11-22 09:00:00.000000"
    words = [json.dumps({"kind": "rule_told", "rule": "قطع متأخرة"}), json.dumps({"kind": "webhook_off", "webhook": "Shop", "why": "gone"})]
    with closing(sqlite3.connect(product.data / "helpdesk.db", timeout=30)) as line, line:
        admin = line.execute("SELECT id FROM agent WHERE role = 'admin'").fetchone()[0]
        notice = "INSERT INTO notice (agent_id, ticket_id, words, at, read_at) VALUES (?, ?, ?, ?, ?)"
        line.executemany(notice, [(admin, 1, words[0], now, None), (admin, None, words[1], now, now)])
        task = (
            "INSERT INTO long_task (kind, asked, state, done, total, result, attempts, lease_until, created_at)"
            " VALUES ('count', '{}', 'running', 300, 1000, '{}', 1, '9999-01-01 00:00:00.000000', ?)"
        )
        return {"task": str(line.execute(task, (now,)).lastrowid)}


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
