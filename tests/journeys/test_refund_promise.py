"""A refund asked for on a Wednesday before Eid: stages, a pause while the customer sends papers, a holiday that turns out to begin a day
later, a warning, an escalation, a decision, an appeal. Every due time was worked out by hand, in Riyadh."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Start
from tests.journeys.desk_page import Seat, answer_as_customer, messages, row, send
from tests.journeys.product import Product

RIYADH = timezone(timedelta(hours=3))
SUBJECT, CUSTOMER, SECONDS = "Refund for order 7731", "noura.refund@example.com", 60
USUAL = dict.fromkeys(("sun", "mon", "tue", "wed", "thu"), "09:00-17:00")
FASTING = dict.fromkeys(("sun", "mon", "tue", "wed", "thu"), "10:00-16:00")
RANGE = {"name": "Ramadan", "name_ar": "رمضان", "from_date": "2027-02-08", "to_date": "2027-03-04"}
EID = {"name": "Eid al-Fitr", "name_ar": "عيد الفطر", "from_date": "2027-03-04", "to_date": "2027-03-07", "state": "estimated"}


def stage(place: int, name: str, begins: str, ends: str, amount: int, unit: str) -> dict[str, str]:
    """A stage between two tags; the first begins with the ticket."""
    path = f"stages.{place}"
    return {
        f"{path}.name": name, f"{path}.default.amount": str(amount), f"{path}.default.unit": unit,
        f"{path}.start.on": "ticket_tagged" if begins else "ticket_opened", f"{path}.start.tags": begins,
        f"{path}.stop.on": "ticket_tagged", f"{path}.stop.tags": ends,
    }  # fmt: skip


def step(place: int, kind: str, amount: str, do: str, value: str) -> dict[str, str]:
    """A warning or an escalation with one action."""
    path = f"steps.{place}"
    return {f"{path}.kind": kind, f"{path}.amount": amount, f"{path}.unit": "business_hours", f"{path}.then.0.do": do,
            f"{path}.then.0.was": do, f"{path}.then.0.value": value}  # fmt: skip


POLICY = {
    "name": "Refunds", "name_ar": "الاسترداد", "if.how": "all", "if.0.word": "subject", "if.0.test": "has_any", "if.0.value": "refund",
    "calendar": "team", "pause": "pending", "switch": "on", **stage(0, "review", "", "reviewed", 16, "business_hours"),
    **stage(1, "decision", "reviewed", "decided", 3, "business_days"), **stage(2, "appeal", "appealed", "settled", 7, "business_days"),
    **step(0, "percent", "75", "tag", "hurry"), **step(1, "breach", "", "set_priority", "urgent"),
}  # fmt: skip


@pytest.fixture(scope="module")
def product(start: Start) -> Product:
    return start(frozen=True)


def set_clock(product: Product, text: str) -> None:
    """ "03-03 13:40" of 2027 in Riyadh."""
    wanted = datetime.strptime(f"2027-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=RIYADH)
    product.move_clock((wanted - datetime.fromisoformat(product.clock.read_text())).total_seconds())


class Story:
    """What the admin does in a browser."""

    def __init__(self, product: Product, seat: Seat) -> None:
        self.product, self.page, self.request, self.number = product, seat.page, seat.context.request, 0

    def post(self, path: str, **fields: str) -> None:
        """A form, as its page sends it."""
        token = self.page.locator("meta[name=csrf-token]").get_attribute("content") or ""
        answer = self.request.post(path, form={"csrf_token": token, **fields}, headers={"Referer": f"{self.product.url}/tickets"})
        assert answer.ok, (path, answer.status, answer.text()[-2000:])

    def settled(self, path: str, *words: str) -> Page:
        """The page as soon as it says all that."""
        end = time.monotonic() + SECONDS
        while True:
            self.page.goto(path)
            text = self.page.locator("main").inner_text()
            if all(word in text for word in words):
                return self.page
            assert time.monotonic() < end, f"{path} {words}: {text}"
            time.sleep(0.5)

    def explained(self, name: str, *words: str) -> Page:
        """The page of the newest promise of that name, as soon as it says all that."""
        page = self.settled(f"/tickets/{self.number}/sla", name)
        return self.settled(str(page.locator("main table a", has_text=re.compile(f"^{name}$")).first.get_attribute("href")), *words)

    def found(self, path: str, pattern: str) -> str:
        """A number on a page."""
        return re.findall(pattern, self.request.get(path).text())[0]


def ask(story: Story) -> None:
    """Hours, Eid and the policy are written; then the customer asks."""
    shop = {"name": "Shop", "name_ar": "المعرض", "time_zone": "Asia/Riyadh", "standard": "1"}
    story.post("/calendars", **shop, **USUAL)
    story.post("/calendars/ranges", **RANGE, **FASTING)
    story.post("/holidays", **EID)
    story.post("/sla/policies", **POLICY)
    set_clock(story.product, "03-03 13:40")
    story.product.mail(SUBJECT, "I want my money back, please.", CUSTOMER, name="Noura")
    story.page.goto("/tickets")
    expect(row(story.page, SUBJECT)).to_be_visible(timeout=SECONDS * 1000)
    story.number = int(row(story.page, SUBJECT).get_attribute("data-number") or 0)


def test_every_due_time_is_right_to_the_minute(product: Product, sit: Callable[..., Seat]) -> None:
    set_clock(product, "03-03 13:30")
    story = Story(product, sit(product, "admin"))
    ask(story)
    story.explained("review", "is due on Tuesday 9 March, 14:40", "Eid al-Fitr, estimated")
    holiday = story.found("/holidays?year=2027", r'href="/holidays/(\d+)"')
    story.post(f"/holidays/{holiday}/move", seen="2027-03-04", days="1")
    story.explained("review", "is due on Tuesday 9 March, 16:40", "Hours, holidays or the policy changed")

    set_clock(product, "03-04 11:30")
    story.page.goto(f"/tickets/{story.number}")
    send(story.page, "Please send us the invoice.")
    expect(messages(story.page, "out", "invoice")).to_be_visible()
    story.explained("review", "“review” rests")
    set_clock(product, "03-05 10:00")
    story.explained("review", "“review” rests", "Waits for the customer")
    set_clock(product, "03-06 20:15")
    story.settled("/practice/mail", CUSTOMER)
    answer_as_customer(story.page, CUSTOMER, "Here it is.")
    page = story.explained("review", "is due on Wednesday 10 March, 13:10")
    for length in ("2 h 20 min", "1 h 30 min", "8 h", "4 h 10 min", "16 h"):
        assert length in page.locator("main table").inner_text()

    set_clock(product, "03-10 09:11")
    story.settled(f"/tickets/{story.number}", "hurry")
    set_clock(product, "03-10 13:11")
    story.settled(f"/tickets/{story.number}", "Urgent", "late by 1 minute")
    set_clock(product, "03-10 13:20")
    story.post(f"/tickets/{story.number}/tags", add="reviewed")
    story.explained("review", "was due on Wednesday 10 March, 13:10 and was done on Wednesday 10 March, 13:20")
    story.explained("decision", "is due on Monday 15 March, 13:20")
    set_clock(product, "03-14 10:00")
    story.post(f"/tickets/{story.number}/tags", add="decided")
    story.post(f"/tickets/{story.number}/tags", add="appealed")
    story.explained("decision", "was done in time, on Sunday 14 March, 10:00")
    story.explained("appeal", "is due on Tuesday 23 March, 10:00")
