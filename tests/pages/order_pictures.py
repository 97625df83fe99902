"""The pictures of the standing orders: which pages they show, and what happens on the demo desk before."""

import re

from playwright.async_api import APIRequestContext, BrowserContext, Page, expect

from tests.journeys.product import Product
from tests.pages import desk

NAMES = {"name": "Returns to their team", "name_ar": "طلبات الاسترجاع إلى فريقها", "kind": "trigger", "on.0": "message_received"}
ASKS = {
    "if.how": "all", "if.0.word": "text", "if.0.test": "has_any", "if.0.value": "استرجاع، إرجاع، استبدال، refund",
    "if.1.word": "team", "if.1.test": "is_not", "if.2.how": "any", "if.2.0.word": "contact_language", "if.2.0.test": "is",
    "if.2.0.value": "ar", "if.2.1.word": "verified", "if.2.1.test": "is_true",
}  # fmt: skip
ACTS = {"then.0.do": "set_team", "then.1.do": "set_priority", "then.1.value": "normal", "then.2.do": "reply"}
SHOWN = {"fridge": "تبرد من تحت", "projectors": "12 projectors", "leak": "المكيف يسرب"}
"""Tickets by words of their subjects."""
STOCK = {"name": "Stocktaking", "name_ar": "جرد المعرض", "from_date": "2026-11-21", "to_date": "2026-11-21", "state": "confirmed"}
SMOKE = "Hello, our air fryer gave off smoke and a few sparks yesterday evening. Since then it does not start. Is it safe to plug in again?"
REFUND = "السلام عليكم، وصلتني سماعة غير التي طلبتها وأريد استرجاع المبلغ. رقم الطلب 551877."


async def prepare(admin: APIRequestContext, product: Product) -> dict[str, str]:
    """A holiday, a rule that was written, changed, simulated and fired, a mail with smoke; the numbers of what is shown."""
    await desk.post_form(admin, "/holidays/new", "/holidays", **STOCK)
    numbers = {name: (await desk.found(admin, f"/search?q={words}", r'href="/tickets/(\d+)"'))[0] for name, words in SHOWN.items()}
    numbers |= {"rule": await write_rule(admin)}
    product.mail("Smoke from the air fryer", SMOKE, "hannah.weber@example.com", "repairs@example.com", "Hannah Weber")
    product.mail("سماعة غير التي طلبتها", REFUND, "abeer@example.com", "support@example.com", "عبير الشمري")
    await desk.found(admin, f"/rules/{numbers['rule']}", r'id="run-(\d+)"')
    numbers["simulation"] = (await desk.found(admin, f"/rules/{numbers['rule']}", r"/simulation/(\d+)\""))[0]
    numbers["smoke"] = (await desk.found(admin, "/search?q=air fryer", r'href="/tickets/(\d+)"'))[0]
    await desk.found(admin, f"/tickets/{numbers['smoke']}/rules", r'id="run-(\d+)"', 2)
    for name in ("fridge", "projectors"):
        numbers[f"{name}_due"] = (await desk.found(admin, f"/tickets/{numbers[name]}/sla", r'href="/sla/targets/(\d+)"'))[-1]
    return numbers


async def write_rule(admin: APIRequestContext) -> str:
    """The rule in two versions, the newer one switched on; its number."""
    page = await (await admin.get("/teams")).text()
    team = re.findall(r'href="/teams/(\d+)"[^>]*>(?:(?!</a>).)*(?:Returns|الاسترجاع)', page, re.S)[0]
    page = await (await admin.get("/canned")).text()
    reply = re.findall(r'href="/canned/(\d+)"[^>]*>(?:(?!</a>).)*(?:How a return works|خطوات الاسترجاع)', page, re.S)[0]
    says = NAMES | ASKS | ACTS | {"if.1.value": team, "then.0.value": team, "then.2.value": reply}
    await desk.post_form(admin, "/rules/new", "/rules", **says)
    rule = (await desk.found(admin, "/rules", r'href="/rules/(\d+)" dir="auto">(?:Returns to their team|طلبات الاسترجاع إلى فريقها)<'))[0]
    says["then.1.value"] = "high"
    await desk.post_form(admin, "/rules/new", f"/rules/{rule}", **says, switch="on")
    await desk.post_form(admin, "/rules/new", f"/rules/{rule}/simulation", **says, days="30")
    return rule


async def open_macros(page: Page, _colleague: BrowserContext, _address: str) -> None:
    """The picker, with what the first macro would change."""
    await page.locator("a[data-action=macros]").first.click()
    await expect(page.locator("#macro-list [role=option]").first).to_be_visible()
    await expect(page.locator("#macro-preview form")).to_be_visible()
