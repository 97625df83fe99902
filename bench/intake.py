"""From raw mail to ticket: 1,000 mixed mails (one in four a reply, one in five with a PDF of 20 kB), drained by the product's own
subscriber in one and in two processes, beside the bare rate of three inserts and a commit."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from bench.desk import HELPDESK, Grounds
from bench.load import bare
from bench.results import Row
from bench.seed.words import COMMON
from tests.servers import PostgreSQL, Redis

MAILS, KNOWN = 1000, 250
"""So many mails are drained; a quarter of them answer one each of those that were known before."""
GOAL_OF_BARE, GOAL_RATE, GOAL_TWO, LONGEST_SECONDS = 1 / 8, 6 * 33.0, 1.5, 5.0
PDF_BYTES = 20_000


def measure(_grounds: Grounds) -> Iterator[Row]:
    """PostgreSQL with one worker and with two, then SQLite with one."""
    with PostgreSQL(durable=True) as server, Redis() as redis:
        assert isinstance(server, PostgreSQL)
        assert isinstance(redis, Redis)
        commits = bare("commits", server.url(server.new_database()).replace("postgresql:", "postgresql+psycopg:"))["per_second"]
        urls = {"HELPDESK_DATABASE_URL": server.url(server.new_database()), "HELPDESK_REDIS_URL": redis.url}
        one = drained(urls, workers=1)
        two = drained(urls | {"HELPDESK_DATABASE_URL": server.url(server.new_database())}, workers=2)
        on_sqlite = drained({"HELPDESK_REDIS_URL": redis.url}, workers=1)
    shown = {"n": MAILS, "high": True}
    yield Row("intake postgresql one worker, beside three inserts", one.rate, "mails/s", GOAL_OF_BARE, commits,
              round(one.rate / commits, 3), of_ratio=True, **shown)  # type: ignore[arg-type]  # fmt: skip
    yield Row("intake postgresql one worker", one.rate, "mails/s", GOAL_RATE, **shown)  # type: ignore[arg-type]
    yield Row("intake postgresql two workers, beside one", two.rate, "mails/s", GOAL_TWO, one.rate, round(two.rate / one.rate, 2),
              of_ratio=True, **shown)  # type: ignore[arg-type]  # fmt: skip
    yield Row("intake sqlite one worker, beside postgresql", on_sqlite.rate, "mails/s", 1.0, one.rate, round(on_sqlite.rate / one.rate, 2),
              of_ratio=True, **shown)  # type: ignore[arg-type]  # fmt: skip
    yield Row("intake a mail that comes alone", one.alone, "s", LONGEST_SECONDS)
    yield Row("intake mails that became no message", one.missing + two.missing + on_sqlite.missing, "mails", 0, n=3 * MAILS)


class Drained:
    """Mails a second of all workers together, the seconds of one mail by itself, and how many mails are no message."""

    def __init__(self, rate: float, alone: float, missing: int) -> None:
        self.rate, self.alone, self.missing = round(rate), alone, missing


def drained(environment: dict[str, str], workers: int) -> Drained:
    """A fresh desk, filled with raw mail; the workers begin together when all of them are ready."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-intake-"))
    env = os.environ | {"HELPDESK_DATA": str(folder)} | environment
    subprocess.run([HELPDESK, "migrate"], env=env, check=True)
    ask(env, "fill")
    started = [
        subprocess.Popen([sys.executable, "-m", "bench.intake", "work"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for worker in started:
        assert worker.stdout
        worker.stdout.readline()
    for worker in started:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [json.loads(worker.communicate()[0]) for worker in started]
    seconds = max(one["ended"] for one in told) - min(one["begun"] for one in told)
    return Drained(MAILS / seconds, *ask(env, "end"))


def ask(env: dict[str, str], what: str) -> tuple[float, int]:
    """One more process on that desk."""
    said = subprocess.check_output([sys.executable, "-m", "bench.intake", what], env=env, text=True)
    found: tuple[float, int] = tuple(json.loads(said))
    return found


def mail(place: int, answers: str = "") -> bytes:
    """An ordinary mail of a mail program: text and HTML, sometimes a PDF; Arabic in two of five."""
    random_ = random.Random(place)
    words = COMMON["ar" if place % 5 < 2 else "en"]
    text = "\n\n".join(" ".join(random_.choices(words, k=40)) for _ in range(3))
    made = EmailMessage()
    made["From"], made["To"] = f"Customer {place} <customer{place}@example.net>", "support@example.com"
    made["Subject"] = ("Re: " if answers else "") + " ".join(random_.choices(words, k=5))
    made["Message-ID"], made["Date"] = f"<bench-{place}@example.net>", "Sun, 22 Nov 2026 09:00:00 +0000"
    if answers:
        made["In-Reply-To"] = made["References"] = answers
    made.set_content(text + (f"\n\nOn Sunday we wrote:\n> {text[:300]}\n" if answers else ""))
    made.add_alternative(f"<p>{text}</p>", subtype="html")
    if place % 5 == 4:
        made.add_attachment(b"%PDF-1.7\n" + random_.randbytes(PDF_BYTES), maintype="application", subtype="pdf", filename=f"{place}.pdf")
    return made.as_bytes()


def fill() -> tuple[float, int]:
    """An inbox, KNOWN mails that are messages already, and MAILS that wait."""
    from channels.email import intake
    from helpdesk.actions.raw import store_raw
    from helpdesk.actions.transaction import transaction
    from helpdesk.models import Inbox

    with transaction() as session:
        inbox = Inbox(address="support@example.com", name="Support", smtp={})
        session.add(inbox)
    for place in range(KNOWN):
        store_raw(inbox.id, mail(-1 - place), "pipe")
    intake.drain()
    for place in range(MAILS):
        answers = f"<bench-{-1 - place // 4}@example.net>" if place % 4 == 3 else ""
        store_raw(inbox.id, mail(place, answers), "pipe")
    return 0.0, 0


def work() -> None:
    """One worker: ready when the parser runs, then it drains until nothing waits."""
    from channels.email import intake

    intake.parser().parse(b"Subject: x\r\n\r\nx\r\n")
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.time()
    intake.drain()
    print(json.dumps({"begun": begun, "ended": time.time()}), flush=True)


def end() -> tuple[float, int]:
    """How long one mail takes by itself, and how many of all are no message."""
    from sqlalchemy import func, select

    from channels.email import intake
    from helpdesk.actions.raw import store_raw
    from helpdesk.extensions import db
    from helpdesk.models import Inbox, RawMessage

    intake.parser().parse(b"Subject: x\r\n\r\nx\r\n")
    begun = time.perf_counter()
    store_raw(db.session.scalars(select(Inbox.id)).one(), mail(MAILS), "pipe")
    intake.drain()
    seconds = round(time.perf_counter() - begun, 3)
    return seconds, db.session.scalar(select(func.count()).where(RawMessage.state != "done")) or 0


def main(what: str) -> None:
    """A process of its own, on the desk of the environment."""
    from helpdesk.app import create_app

    with create_app().app_context():
        if what == "work":
            work()
        else:
            print(json.dumps({"fill": fill, "end": end}[what]()))


if __name__ == "__main__":
    main(sys.argv[1])
