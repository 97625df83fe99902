"""The judge: reads the product's tables by its own line and compares them with what was handed over and what came out. It knows the
tables, and nothing of the product's code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bench.kills.books import Books

UNDONE = {
    "raw mail": "SELECT count(*) FROM raw_message WHERE state = 'received'",
    "answers in the undo window": "SELECT count(*) FROM message WHERE release_at IS NOT NULL AND released_at IS NULL",
    "pending events": "SELECT count(*) FROM pending_event",
    "deliveries": "SELECT count(*) FROM delivery WHERE state IN ('pending', 'retry', 'sending')",
}
ONCE = {
    "search rows": "SELECT message_id, count(*) FROM search_row WHERE message_id IS NOT NULL GROUP BY message_id HAVING count(*) > 1",
    "arrivals": "SELECT message_id, count(*) FROM event WHERE kind = 'message_received' GROUP BY message_id HAVING count(*) > 1",
    "releases": "SELECT message_id, count(*) FROM event WHERE kind = 'reply_released' GROUP BY message_id HAVING count(*) > 1",
    "deliveries": "SELECT message_id, count(*) FROM delivery WHERE message_id IS NOT NULL GROUP BY message_id HAVING count(*) > 1",
}
CAME = "SELECT external_id FROM message WHERE kind = 'incoming'"
LEFT = """SELECT idempotency_key, message.id, message.ticket_id, external_id, delivery.state FROM message
LEFT JOIN delivery ON delivery.message_id = message.id WHERE kind = 'outgoing' AND idempotency_key IS NOT NULL"""

ON_THE_LINE = """SELECT message_id, data_started_at FROM delivery
WHERE state = 'sending' AND data_started_at IS NOT NULL AND message_id IS NOT NULL"""


@dataclass
class Verdict:
    """`lost` and `twice` in words; `uncertain`: (ticket, message) of answers of which only a person can say whether they arrived."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    uncertain: list[tuple[int, int]] = field(default_factory=list)
    arrived_uncertain: int = 0


def undone(books: Books) -> dict[str, int]:
    """What still waits, by name; only what there is."""
    whole = "SELECT " + ", ".join(f"({question})" for question in UNDONE.values())
    return {name: count for name, count in zip(UNDONE, books.rows(whole)[0], strict=True) if count}


def arrived(books: Books) -> int:
    """How many mails are messages."""
    return int(books.rows("SELECT count(*) FROM message WHERE kind = 'incoming' AND raw_message_id IS NOT NULL")[0][0])


def beside_the_dot(books: Books) -> dict[int, datetime]:
    """Answers whose final dot may have left and of which nothing more is on record: message -> when it was about to leave."""
    return {number: moment_of(at) for number, at in books.rows(ON_THE_LINE)}


def moment_of(at: datetime | str) -> datetime:
    """SQLite keeps moments as text in UTC."""
    return datetime.fromisoformat(f"{at}+00:00") if isinstance(at, str) else at


def without_reason(books: Books, met: set[int], kept_silently: set[str]) -> list[int]:
    """Uncertain answers for which nothing fell and no server was silent. `met`: messages that a fall caught between the dot and its
    record; `kept_silently`: Message-IDs that a server kept and gave no answer for."""
    uncertain = books.rows("SELECT message.id, external_id FROM message JOIN delivery ON message_id = message.id WHERE state = 'uncertain'")
    return [number for number, name in uncertain if number not in met and name not in kept_silently]


def judge(books: Books, mails: list[str], keys: Mapping[str, str], at_sink: list[str]) -> Verdict:
    """Mails by Message-ID, answers by idempotency key (with how the customer's server takes them), both as they were accepted; what the
    sink took, by Message-ID."""
    verdict = Verdict()
    came = Counter(name for (name,) in books.rows(CAME))
    for name in mails:
        note(verdict, f"mail {name}", came[name])
    arrivals, answers = Counter(at_sink), books.rows(LEFT)
    written = Counter(key for key, *_ in answers)
    for key in keys:
        note(verdict, f"answer {key}", written[key])
    for key, message, ticket, name, state in answers:
        judge_answer(verdict, (ticket, message), state, arrivals[name], keys.get(key, ""))
    for what, question in ONCE.items():
        verdict.twice += [f"{what} of message {message}: {count}" for message, count in books.rows(question)]
    return verdict


def judge_answer(verdict: Verdict, answer: tuple[int, int], state: str, arrivals: int, mode: str = "") -> None:
    """An uncertain one may have arrived or not; one whose customer does not exist must have failed; all others once."""
    if state == "uncertain":
        verdict.uncertain.append(answer)
        verdict.arrived_uncertain += arrivals
        if arrivals <= 1:
            return
    if state == "failed" and mode == "no" and not arrivals:
        return
    note(verdict, f"answer of message {answer[1]} ({state}, {mode or 'ok'}) at the customer's server", arrivals)


def note(verdict: Verdict, what: str, count: int) -> None:
    """Nothing must be there less or more often than once."""
    if count == 0:
        verdict.lost.append(what)
    elif count > 1:
        verdict.twice.append(f"{what}: {count} times")
