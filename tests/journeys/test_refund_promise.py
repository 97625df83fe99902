"""A refund asked for by mail on Wednesday 3 March 2027, 24 Ramadan, a week before Eid: what is promised, when, and why, in Chromium.

By hand, in Riyadh. Sunday to Thursday are worked, 9 to 17; in Ramadan 10 to 16. Eid is estimated for 9 to 12 March and begins on the 10th;
Sunday the 14th is given for the Friday in it.

First response, 4 business hours from Wed 13:40: Wed until 16:00 is 2 h 20, Thu from 10:00 is 1 h 40: Thu 4 March, 11:40.
Its warning, at three quarters, 3 h: Thu 4 March, 10:40.
Review, 16 business hours: Wed 2 h 20, Thu 6 h, Sun 6 h, and 1 h 40 of Mon: Mon 8 March, 11:40.
It rests from Thu 11:30, after 3 h 50, until the papers come on Sat 20:15. Then Sun 6 h and Mon 6 h make 15 h 50; 10 minutes are left. After
an Eid of 9 to 12 and the free Sunday that is Mon 15 March, 9:10.
Eid begins a day later, so Tue the 9th is still Ramadan and worked: Tue 9 March, 10:10, which is 5 days and 23 hours earlier.
Its warning, at three quarters, 12 h: 9 h 50 on Sunday evening and 2 h 10 of Mon: Mon 8 March, 12:10.
Its escalation, a business hour after it was missed: Tue 9 March, 11:10.
Decision, 3 business days from Tue 9 March, 11:30: Mon 15, Tue 16, Wed 17 March, 11:30.
Appeal, until the end of business day 7 after Tue 16 March: Wed 17, Thu 18, Sun 21, Mon 22, Tue 23, Wed 24, Thu 25 March, 17:00.
"""

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
RANGE = {"name": "Ramadan", "name_ar": "رمضان", "from_date": "2027-02-08", "to_date": "2027-03-09"}
EID = "Eid al-Fitr Holiday"


def stage(place: int, names: tuple[str, str], begins: str, ends: str, within: tuple[int, str]) -> dict[str, str]:
    """A stage between two tags; the first begins with the ticket."""
    path = f"stages.{place}"
    return {
        f"{path}.name": names[0], f"{path}.name_ar": names[1], f"{path}.default.amount": str(within[0]), f"{path}.default.unit": within[1],
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
    "calendar": "team", "pause": "pending", "switch": "on",
    "targets.first_response.default.amount": "4", "targets.first_response.default.unit": "business_hours",
    **stage(0, ("review", "المراجعة"), "", "reviewed", (16, "business_hours")),
    **stage(1, ("decision", "القرار"), "reviewed", "decided", (3, "business_days")),
    **stage(2, ("appeal", "الاعتراض"), "appealed", "settled", (7, "end_of_business_day")),
    **step(0, "percent", "75", "tag", "hurry"), **step(1, "breach", "", "set_priority", "urgent"),
    **step(2, "after", "1", "notify", "supervisors"),
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

    def counted(self, *lengths: str) -> None:
        """The explained page that is open counts these intervals, in order, and their sum last."""
        counts = ", ".join(f"main .sla-lines tr.{look} td.n" for look in ("is-counted", "is-will", "is-total"))
        assert self.page.locator(counts).all_inner_texts() == list(lengths)

    def tag(self, name: str) -> None:
        """As the field on the ticket's page does."""
        self.post(f"/tickets/{self.number}/tags", add=name)

    def reply(self, words: str) -> None:
        """An answer by the composer, which leaves after the undo window."""
        self.page.goto(f"/tickets/{self.number}")
        send(self.page, words)
        expect(messages(self.page, "out", words)).to_be_visible()


def prepare(story: Story) -> None:
    """Hours, the holidays of the year from the package, and the policy; mails of support are confirmed at once."""
    story.post("/calendars", name="Shop", name_ar="المعرض", time_zone="Asia/Riyadh", standard="1", **USUAL)
    story.post("/calendars/ranges", **RANGE, **FASTING)
    page = story.page
    page.goto("/holidays?year=2027")
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_role("row", name=EID).first).to_contain_text("Estimated")
    story.post("/sla/policies", **POLICY)
    page.goto("/inboxes")
    page.locator("main tr", has_text="support@example.com").locator("a").first.click()
    page.check("[name=acknowledge]")
    page.locator(".inbox-form .form-foot .btn-solid").click()
    expect(page.locator("#toasts .toast")).to_be_visible()


def ask(story: Story) -> None:
    """The customer's mail; it is confirmed, which is no answer."""
    set_clock(story.product, "03-03 13:40")
    story.product.mail(SUBJECT, "I want my money back, please.", CUSTOMER, name="Noura")
    story.page.goto("/tickets")
    expect(row(story.page, SUBJECT)).to_be_visible(timeout=SECONDS * 1000)
    story.number = int(row(story.page, SUBJECT).get_attribute("data-number") or 0)
    story.settled("/practice/mail", CUSTOMER, f"We have your message, number #{story.number}")
    story.explained("First response", "is due on Thursday 4 March, 11:40")
    story.counted("2 h 20 min", "1 h 40 min", "4 h")
    story.explained("review", "is due on Monday 8 March, 11:40", "Ramadan")
    story.counted("2 h 20 min", "6 h", "6 h", "1 h 40 min", "16 h")


def wait_for_papers(story: Story) -> None:
    """A warning, an answer in time, and with it the clock of the review rests, over the weekend, until the customer writes."""
    set_clock(story.product, "03-04 10:39")
    assert "hurry" not in story.settled(f"/tickets/{story.number}", "in 1 business hour").locator("main").inner_text()
    set_clock(story.product, "03-04 10:40")
    story.settled(f"/tickets/{story.number}", "hurry", "Due soon: First response")
    story.post(f"/tickets/{story.number}/tags", untag="hurry")
    set_clock(story.product, "03-04 11:30")
    story.reply("Please send us the invoice.")
    story.explained("review", "“review” rests")
    set_clock(story.product, "03-04 11:31")
    story.explained("First response", "was done in time, on Thursday 4 March, 11:31")
    set_clock(story.product, "03-05 10:00")
    story.explained("review", "“review” rests", "Waits for the customer")
    story.settled(f"/tickets/{story.number}", "paused: waiting for the customer since Thursday 11:30")
    set_clock(story.product, "03-06 20:15")
    story.settled("/practice/mail", "Mar 4, 2027", f"Re: {SUBJECT}")
    answer_as_customer(story.page, CUSTOMER, "Here it is.")
    story.explained("review", "is due on Monday 15 March, 9:10", f"{EID}, estimated")
    story.counted("2 h 20 min", "1 h 30 min", "6 h", "6 h", "10 min", "16 h")


def be_warned(story: Story) -> None:
    """At three quarters of the review, and not a minute before."""
    set_clock(story.product, "03-08 12:09")
    story.settled(f"/tickets/{story.number}", "due 15 March, 9:10")
    assert "Due soon: review" not in story.page.locator("main").inner_text()
    set_clock(story.product, "03-08 12:10")
    story.settled(f"/tickets/{story.number}", "Due soon: review", "Tagged “hurry” by the desk, because of a promise")


def move_eid(story: Story) -> None:
    """The moon was not seen: the page of holidays says first what moves by that, and how far."""
    page = story.page
    set_clock(story.product, "03-08 18:30")
    page.goto("/holidays?year=2027")
    page.get_by_role("row", name=EID).first.get_by_role("button", name="A day later").click()
    expect(page.locator(".hours-moved h2")).to_have_text("1 open due time would move")
    expect(page.locator(".page-head")).to_contain_text("Wed 10 Mar to Sat 13 Mar 2027 · 2 Shawwal to 5 Shawwal 1448")
    moved = page.locator(".hours-moved tbody tr")
    expect(moved).to_contain_text(f"#{story.number}")
    assert moved.locator("td").all_inner_texts()[1:] == ["Mon 15 Mar, 9:10", "Tue 9 Mar, 10:10", "5 days and 23 hours earlier"]
    page.get_by_role("button", name="Move and confirm").click()
    expect(page.get_by_role("row", name=EID).first).to_contain_text("Wed 10 Mar to Sat 13 Mar 2027")
    expect(page.get_by_role("row", name=EID).first).to_contain_text("Confirmed")
    story.explained("review", "is due on Tuesday 9 March, 10:10", "Hours, holidays or the policy changed")
    story.counted("2 h 20 min", "1 h 30 min", "6 h", "6 h", "10 min", "16 h")
    assert "estimated" not in page.locator("main .sla-lines").inner_text()


def escalate(story: Story, supervisor: Seat) -> None:
    """The supervisor sees on the board what is late, and is told an hour of business later."""
    board = supervisor.page
    board.goto("/sla/board?hours=4")
    expect(board.locator("main tr", has_text=f"#{story.number}")).to_contain_text(re.compile("review.*late by 1 minute", re.S))
    set_clock(story.product, "03-09 11:10")
    escalated = Story(story.product, supervisor)
    escalated.settled("/notices", f"#{story.number}: “review” was missed and is still open.")
    board.get_by_role("button", name="was missed and is still open").click()
    expect(board.locator("#subject")).to_have_text(SUBJECT)


def test_every_due_time_is_right_to_the_minute(product: Product, sit: Callable[..., Seat]) -> None:
    set_clock(product, "03-03 13:30")
    story = Story(product, sit(product, "admin"))
    prepare(story)
    ask(story)
    wait_for_papers(story)
    be_warned(story)
    move_eid(story)
    set_clock(product, "03-09 10:09")
    assert "late by" not in story.settled(f"/tickets/{story.number}", SUBJECT).locator("#ticket-head").inner_text()
    set_clock(product, "03-09 10:10")
    story.settled(f"/tickets/{story.number}", "Urgent", "late by")
    escalate(story, sit(product, "supervisor"))

    set_clock(product, "03-09 11:30")
    story.tag("reviewed")
    late = "was due on Tuesday 9 March, 10:10 and was done on Tuesday 9 March, 11:30, late by 1 hour"
    story.explained("review", late)
    story.explained("decision", "is due on Wednesday 17 March, 11:30", EID)
    story.counted("4 h 30 min", "8 h", "8 h", "2 h 30 min", "23 h")

    set_clock(product, "03-15 14:00")
    story.reply("We pay back half: the charger was used.")
    story.tag("decided")
    story.explained("decision", "was done in time, on Monday 15 March, 14:00")
    set_clock(product, "03-15 14:01")
    story.settled("/practice/mail", "Mar 15, 2027")
    set_clock(product, "03-16 16:40")
    answer_as_customer(story.page, CUSTOMER, "I appeal: it was never used.")
    story.settled(f"/tickets/{story.number}", "I appeal")
    story.tag("appealed")
    story.explained("appeal", "is due on Thursday 25 March, 17:00", "the end of business day 7")
    story.counted("20 min", *["8 h"] * 7, "56 h 20 min")
    set_clock(product, "03-24 10:00")
    story.tag("settled")
    story.explained("appeal", "was done in time, on Wednesday 24 March, 10:00")
