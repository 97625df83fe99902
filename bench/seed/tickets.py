"""The seeded tickets with their messages, events, deliveries and search rows: three messages each, ten in one of a hundred."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from bench.seed.people import FAR, FEW, FEWS, FIRST_AGENT, TEAMS
from bench.seed.words import Text, pool, rare_words, text_of

START, END = datetime(2024, 11, 1), datetime(2026, 11, 1)  # noqa: DTZ001  UTC, as both databases keep it
STATUS_OF = {"open": "open", "waiting": "pending", "snoozed": "open", "solved": "solved", "spam": "open", "trash": "open"}
COLUMNS = {
    "contact": "id name language created_at",
    "address": "contact_id kind value shown",
    "ticket": "id inbox_id contact_id team_id assignee_id subject snippet status priority place snoozed_until queue last_at waiting_since "
    "last_event_id created_at",
    "message": "id ticket_id inbox_id kind channel contact_id agent_id from_name from_address to_people cc_people subject text reply_text "
    "external_id in_reply_to reference_ids content_hash language verified auto_reply created_at released_at",
    "event": "id ticket_id kind at actor agent_id contact_id message_id data",
    "delivery": "message_id inbox_id state attempts next_at provider_words refused sent_at",
    "search_row": "tokens ticket_id message_id",
}
Row = tuple[object, ...]


class Seed:
    """Makes rows, ticket by ticket; `tickets_with` counts in how many tickets each rare word stands."""

    def __init__(self, tickets: int) -> None:
        self.tickets, self.contacts = tickets, max(50, tickets // 3)
        self.random = random.Random(tickets)  # the same desk every time
        self.pools = {language: pool(language, self.random) for language in ("en", "ar")}
        self.rare = {language: [text_of(word) for word in rare_words(language, self.random)] for language in ("en", "ar")}
        self.weights = [1 / (place + 20) for place in range(len(self.rare["en"]))]
        self.stride = 2000 if tickets > 50_000 else 50  # on a small desk too they fill a page: like is compared with like
        self.tickets_with: Counter[str] = Counter()
        self.message_id = self.event_id = 0

    def batches(self, size: int = 2000) -> Iterator[dict[str, list[Row]]]:
        """Table -> rows, some tickets at a time."""
        yield {
            "contact": [(n, f"Customer {n}", "ar" if n % 5 < 2 else "en", stamp(START)) for n in range(1, self.contacts + 1)],
            "address": [(n, "email", f"customer{n}@example.com", f"customer{n}@example.com") for n in range(1, self.contacts + 1)],
        }
        for first in range(1, self.tickets + 1, size):
            rows: dict[str, list[Row]] = {name: [] for name in COLUMNS}
            for number in range(first, min(first + size, self.tickets + 1)):
                self.ticket(number, rows)
            yield rows

    def ticket(self, number: int, rows: dict[str, list[Row]]) -> None:
        """One ticket with all that hangs on it."""
        random_, inbox, contact = self.random, number % TEAMS + 1, self.random.randint(1, self.contacts)
        language = "ar" if contact % 5 < 2 else "en"
        created = START + (END - START) * (number / self.tickets) + timedelta(microseconds=random_.randrange(10**6))
        subject = self.text(language, 4)
        queue, assignee = self.queue(number), self.assignee(number, inbox)
        rows["event"].append(self.event(number, "ticket_opened", created, "contact", None, contact, self.message_id + 1))
        found: set[str] = set()
        at = created
        for place in range(messages_of(number)):
            at = min(created + timedelta(hours=3 * place, seconds=place), END + timedelta(days=2))
            found |= self.message(rows, number, inbox, contact, language, subject, at, place)
        self.tickets_with.update(found)
        snoozed = stamp(END + timedelta(days=90)) if queue == "snoozed" else None
        waits = queue == "open" and random_.random() < 0.6
        team = inbox if random_.random() < 0.92 else random_.randint(1, TEAMS)
        rows["ticket"].append(
            (
                number,
                inbox,
                contact,
                team,
                assignee,
                subject.text,
                "the newest words of it",
                STATUS_OF[queue],
                random_.choices(range(4), (1, 7, 2, 1))[0],
                queue if queue in ("spam", "trash") else "inbox",
                snoozed,
                queue,
                stamp(at),
                stamp(at) if waits else FAR,
                self.event_id,
                stamp(created),
            )
        )

    def queue(self, number: int) -> str:
        """A fifth is open, more of the newer; what the agents who see little have is open."""
        if number % self.stride < FEWS:
            return "open"
        openness = 0.5 if number > self.tickets * 0.8 else 0.125
        return self.random.choices(
            ("open", "solved", "waiting", "snoozed", "spam", "trash"), (openness, 0.9 - openness, 0.06, 0.02, 0.01, 0.01)
        )[0]

    def assignee(self, number: int, inbox: int) -> int | None:
        """Half of them are somebody's; one in 2,000 belongs to each of the agents who see nothing else."""
        if number % self.stride < FEWS:
            return FEW + number % self.stride
        return FIRST_AGENT + (inbox + 8 * self.random.randrange(25)) % 200 if self.random.random() < 0.5 else None

    def message(
        self, rows: dict[str, list[Row]], number: int, inbox: int, contact: int, language: str, subject: Text, at: datetime, place: int
    ) -> set[str]:
        """A customer's message or an answer, by turns, with its event, search row and delivery; the rare words in it."""
        self.message_id += 1
        text, rare = self.random.choice(self.pools[language]), self.random.choices(self.rare[language], self.weights, k=3)
        ours, name = place % 2 == 1, f"Customer {contact}"
        address, agent = (
            (f"inbox{inbox}@example.com" if ours else f"customer{contact}@example.com"),
            (FIRST_AGENT + inbox if ours else None),
        )
        body = f"{text.text}\n\n{' '.join(word.text for word in rare)}"
        rows["message"].append(
            self.message_row(
                number, inbox, None if ours else contact, agent, "" if ours else name, address, language, subject.text, body, at
            )
        )
        kinds = ("reply_written", "reply_released") if ours else ("message_received",)
        rows["event"] += [
            self.event(number, kind, at, "agent" if ours else "contact", agent, None if ours else contact, self.message_id)
            for kind in kinds
        ]
        if ours:
            rows["delivery"].append((self.message_id, inbox, "sent", 1, stamp(at), "250 OK", "[]", stamp(at)))
        head = "" if ours else f"{number} customer {contact} customer{contact} "
        rows["search_row"].append(
            (f"{head}{subject.tokens} {text.tokens} {' '.join(word.tokens for word in rare)}", number, self.message_id)
        )
        return {word.text for word in rare}

    def message_row(
        self,
        number: int,
        inbox: int,
        contact: int | None,
        agent: int | None,
        name: str,
        address: str,
        language: str,
        subject: str,
        body: str,
        at: datetime,
    ) -> Row:
        """One row of message; `agent` wrote it, or else `contact`."""
        ours, whom = contact is None, f"customer{number}@example.com" if contact is None else f"inbox{inbox}@example.com"
        return (
            self.message_id, number, inbox, "outgoing" if ours else "incoming", "email", contact, agent, name, address,
            json.dumps([{"name": "", "address": whom}]), "[]", subject, body, body if ours else "",
            f"m{self.message_id}@example.com", "", "[]",
            f"{self.message_id:064x}", language, True, "", stamp(at), stamp(at) if ours else None,
        )  # fmt: skip

    def event(self, number: int, kind: str, at: datetime, actor: str, agent: int | None, contact: int | None, message: int) -> Row:
        """One event; its data is what the page shows of it."""
        self.event_id += 1
        return (self.event_id, number, kind, stamp(at), actor, agent, contact, message, "{}")

    def text(self, language: str, words: int) -> Text:
        """A subject: the first words of a text."""
        text = self.random.choice(self.pools[language])
        return Text(" ".join(text.text.split()[:words]), " ".join(text.tokens.split()[:words]))


def messages_of(number: int) -> int:
    """Ten in one of a hundred, two in seven, three in all others: 300 a hundred."""
    place = number % 100
    return 10 if place == 0 else 2 if place <= 7 else 3


def stamp(moment: datetime) -> str:
    """As both databases take it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
