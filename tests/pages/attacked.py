"""A desk to which every hostile mail came, with rules, promises, views and webhooks that have to do with each of them."""

import html
import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr
from urllib.parse import urljoin

from playwright.async_api import APIRequestContext, BrowserContext

from tests.journeys.product import Product
from tests.pages import desk
from tests.pages.hostile import Case, cases

CASES = cases()
SIMULATED = {"name": "Each case", "kind": "trigger", "on.0": "message_received", "if.how": "all", "if.0.word": "subject",
             "if.0.test": "has_any", "if.0.value": "evil, script, svg", "then.0.do": "tag", "then.0.value": "case"}  # fmt: skip


@dataclass(frozen=True)
class Attacked:
    """A desk that got them all, and the numbers of what stands on it beside them."""

    product: Product
    numbers: dict[str, str]


def mail_of(case: Case) -> EmailMessage:
    """The case in every field that a mail has."""
    bare = re.sub(r"[\x00-\x1f\u202e\ufeff]", " ", case.html)
    mail = EmailMessage()
    mail["From"] = formataddr((bare, f"case{case.number}@example.com"))
    mail["To"], mail["Subject"] = "support@example.com", f"case{case.number} {bare}"
    mail.set_content(f"{bare}\n")
    mail.add_alternative(case.html, subtype="html")
    mail.add_attachment(case.html.encode(), maintype="image", subtype="svg+xml", filename=f"{bare[:120]}.svg")
    return mail


def post(product: Product) -> None:
    """All of them by one line to the practice post office."""
    host, port = (product.said("practice smtp") or "").split(":")
    with smtplib.SMTP(host, int(port), timeout=60) as office:
        for case in CASES:
            office.send_message(mail_of(case), f"case{case.number}@example.com", ["support@example.com"])


async def rule_for_all(admin: APIRequestContext, numbers: dict[str, str]) -> str:
    """A rule that acts on each of them, with a note, a notice and a webhook; its number."""
    says = {"name": "Each case", "kind": "trigger", "on.0": "message_received", "if.how": "all", "if.0.word": "subject",
            "if.0.test": "matches", "if.0.value": r"^case\d+", "then.0.do": "note", "then.0.value": "A case", "then.1.do": "notify",
            "then.1.value": "supervisors", "then.2.do": "webhook", "then.2.value": numbers["webhook"]}  # fmt: skip
    await desk.post_form(admin, "/rules/new", "/rules", **says, switch="on")
    return (await desk.found(admin, "/rules", r'href="/rules/(\d+)" dir="auto">Each case<'))[0]


async def numbers_of_a_case(context: BrowserContext, attacked: Attacked, ticket: int) -> dict[str, str]:
    """The numbers of what is about it: its letter, its file, its promise, what a webhook was told, a simulation, a mail of ours."""
    request, page = context.request, await (await context.request.get(f"/tickets/{ticket}")).text()
    rule = attacked.numbers["rule"]
    await desk.post_form(request, f"/rules/{rule}", f"/rules/{rule}/simulation", **SIMULATED, days="30")
    pattern = rf'/rules/{rule}/simulation/(\d+)"[^>]*>(?!</)'
    return {
        "ticket": str(ticket), "promised": str(ticket), "long": str(ticket),
        "message": re.findall(r"/messages/(\d+)/html", page)[0], "attachment": re.findall(r"/attachments/(\d+)", page)[0],
        "target": (await desk.found(request, f"/tickets/{ticket}/sla", r'href="/sla/targets/(\d+)"'))[0],
        "telling": (await desk.found(request, f"/webhooks/{attacked.numbers['webhook']}", r"/tellings/(\d+)"))[0],
        "simulation": (await desk.found(request, f"/rules/{rule}", pattern))[0],
        "mail": (await desk.found(request, "/practice/mail", r'href="/practice/mail/(\d+)"'))[0],
    }  # fmt: skip


async def pages_of(context: BrowserContext, start: str, onward: str) -> list[str]:
    """Every page of a list, as its links lead."""
    found = [start]
    while len(found) < 100:
        more = re.search(rf'href="([^"#]*{onward}=[^"#]+)', await (await context.request.get(found[-1])).text())
        if not more:
            break
        found.append(urljoin(start, html.unescape(more[1])))
    return found


async def answer_to(context: BrowserContext, ticket: int) -> None:
    """A reply, so that what was hostile leaves again in a mail of ours."""
    page = await (await context.request.get(f"/tickets/{ticket}")).text()
    await desk.write(context.request, page, f"/tickets/{ticket}/replies", "Thank you", "noura@example.com")
