"""Customers who send a mail again until it was taken, and an agent whose browser posts an answer again until it was answered."""

import http.client
import re
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

PATIENCE_SECONDS, PAUSE_SECONDS = 240.0, 0.05
TOKEN = re.compile(r'name="csrf[-_]token" (?:content|value)="([^"]+)"')
NUMBER = re.compile(r'href="/tickets/(\d+)"')
EVERYTHING_SEEN = "999999999"


class Impatient(RuntimeError):
    """The product did not take it in PATIENCE_SECONDS."""


class Gate:
    """How much of their work people may have begun, from 0 to 1."""

    def __init__(self) -> None:
        self.share = 0.0
        self.walking: set[int] = set()

    def places(self, many: int) -> Iterator[int]:
        """0 to many, each when its turn has come."""
        me = threading.get_ident()
        for place in range(many):
            while place >= self.share * many:
                self.walking.discard(me)
                time.sleep(PAUSE_SECONDS)
            self.walking.add(me)
            yield place
        self.walking.discard(me)


class Customers:
    """`accepted` are the Message-IDs of mails that got a 250. One mail in ten has a file."""

    def __init__(self, to: str, door: Callable[[EmailMessage], bool]) -> None:
        self.to, self.door = to, door
        self.accepted: list[str] = []

    def send(self, many: int, gate: Gate) -> None:
        """So many new mails, one after another, each from its own customer."""
        for place in gate.places(many):
            mail = EmailMessage()
            name = uuid4().hex
            mail["From"], mail["To"], mail["Subject"] = f"c{name}@example.com", self.to, f"About {name[:8]}"
            mail["Message-ID"] = f"<{name}@customer.example.com>"
            mail.set_content(f"Where is my parcel {name}?")
            if place % 10 == 0:
                mail.add_attachment(name.encode() * 200, maintype="application", subtype="octet-stream", filename=f"{name[:8]}.bin")
            again_until(lambda mail=mail: self.door(mail))
            self.accepted.append(f"{name}@customer.example.com")


def hand_over(post: str, mail: EmailMessage, kind: type[smtplib.SMTP] = smtplib.SMTP) -> bool:
    """One try; False when the line broke or the answer was "later"."""
    host, _, port = post.rpartition(":")
    try:
        with kind(host, int(port), timeout=10) as line:
            line.send_message(mail)
        return True
    except (OSError, smtplib.SMTPException):
        return False


FAULTS = {13: "once", 29: "late", 43: "no", 61: "drop", 77: "slow", 91: "once"}
"""Of a hundred customers of an answer, those whose mail server fails, and how; beside one of a thousand whose server hangs."""


def mode_of(place: int) -> str:
    """How the customer's server takes the answer of that place; "" without a fault."""
    return "hang" if place % 1000 == 499 else FAULTS.get(place % 100, "")


class Agent:
    """Signs in as the demo's supervisor. `accepted` are the idempotency keys of answers that the product said it had, with how the
    customer's server takes them."""

    def __init__(self) -> None:
        self.accepted: dict[str, str] = {}
        self.cookie = self.token = ""
        self.tickets: list[str] = []

    def sign_in(self, url: str) -> None:
        """By the form, once; the cookie outlives the product's restarts."""
        page = ask(url, "GET", "/login")
        self.cookie = page.cookie
        fields = {"email": "supervisor@example.com", "password": "helpdesk-demo", "csrf_token": token_in(page.body)}
        self.cookie = ask(url, "POST", "/login", fields, self.cookie).cookie
        page = ask(url, "GET", "/tickets", None, self.cookie)
        self.cookie, self.token, self.tickets = page.cookie or self.cookie, token_in(page.body), NUMBER.findall(page.body)

    def look_again(self, url: str) -> None:
        """The tickets of the first page as it is now; as it was, when the page cannot be had."""
        try:
            self.tickets = NUMBER.findall(ask(url, "GET", "/tickets", None, self.cookie).body) or self.tickets
        except (OSError, http.client.HTTPException):
            pass

    def write(self, url: str, many: int, gate: Gate) -> None:
        """So many answers, one after another, to the tickets of the first page in turn."""
        for place in gate.places(many):
            if place and place % 100 == 0:
                self.look_again(url)
            key, number, mode = uuid4().hex, self.tickets[place % len(self.tickets)], mode_of(place)
            fields = {
                "body": f"Answer {key}",
                "to": f"{mode}-{key}@example.com" if mode else f"{key}@example.com",
                "cc": "",
                "status": "",
                "idempotency_key": key,
                "seen_event_id": EVERYTHING_SEEN,
                "csrf_token": self.token,
            }
            again_until(lambda number=number, fields=fields: self.post(url, number, fields))
            self.accepted[key] = mode

    def post(self, url: str, number: str, fields: dict[str, str]) -> bool:
        """One try; False when the line broke or the product was out of order."""
        try:
            answer = ask(url, "POST", f"/tickets/{number}/replies", fields, self.cookie)
        except (OSError, http.client.HTTPException):
            return False
        if answer.status >= 500:
            return False
        if answer.status not in (200, 201, 204, 303):
            raise RuntimeError(f"an answer was refused: {answer.status} {answer.body[:300]}")
        return True


class Page:
    """What the product answered."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.body = answer.status, answer.read().decode(errors="replace")
        self.cookie = "; ".join(value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")


def ask(url: str, method: str, path: str, fields: dict[str, str] | None = None, cookie: str = "") -> Page:
    """One request on a connection of its own."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        line.request(method, path, urlencode(fields) if fields else None, headers)
        return Page(line.getresponse())
    finally:
        line.close()


def token_in(body: str) -> str:
    """The page's CSRF token."""
    found = TOKEN.search(body)
    return found[1] if found else ""


def again_until(done) -> None:  # type: ignore[no-untyped-def]
    """Tries until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            raise Impatient
        time.sleep(PAUSE_SECONDS)


class Together:
    """Threads whose errors are not lost."""

    def __init__(self, *works) -> None:  # type: ignore[no-untyped-def]
        self.errors: list[BaseException] = []
        self.threads = [threading.Thread(target=self.run, args=(work,), daemon=True) for work in works]
        for thread in self.threads:
            thread.start()

    def run(self, work) -> None:  # type: ignore[no-untyped-def]
        try:
            work()
        except BaseException as error:  # noqa: BLE001  raised again where somebody waits for it
            self.errors.append(error)

    def going_on(self) -> bool:
        """Whether anybody still works; raises what somebody raised."""
        if self.errors:
            raise self.errors[0]
        return any(thread.is_alive() for thread in self.threads)
