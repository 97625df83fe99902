"""The judge: reads the product's file with sqlite3 and compares it with what was handed over and what came out. It knows the tables,
and nothing of the product's code."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

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


@dataclass
class Verdict:
    """`lost` and `twice` in words; `uncertain`: (ticket, message) of answers of which only a person can say whether they arrived."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    uncertain: list[tuple[int, int]] = field(default_factory=list)
    arrived_uncertain: int = 0


def undone(file: Path) -> dict[str, int]:
    """What still waits, by name; only what there is."""
    with opened(file) as line:
        found = {name: int(line.execute(question).fetchone()[0]) for name, question in UNDONE.items()}
    return {name: count for name, count in found.items() if count}


def judge(file: Path, mails: list[str], keys: list[str], at_sink: list[str]) -> Verdict:
    """Mails by Message-ID, answers by idempotency key, both as they were accepted; what the sink took, by Message-ID."""
    verdict = Verdict()
    with opened(file) as line:
        came = Counter(name for (name,) in line.execute("SELECT external_id FROM message WHERE kind = 'incoming'"))
        for name in mails:
            note(verdict, f"mail {name}", came[name])
        arrived = Counter(at_sink)
        for key in keys:
            answers = line.execute(
                "SELECT message.id, message.ticket_id, message.external_id, delivery.state FROM message "
                "LEFT JOIN delivery ON delivery.message_id = message.id WHERE idempotency_key = ?",
                (key,),
            ).fetchall()
            note(verdict, f"answer {key}", len(answers))
            for message, ticket, name, state in answers:
                judge_answer(verdict, (ticket, message), state, arrived[name])
        for what, question in ONCE.items():
            verdict.twice += [f"{what} of message {message}: {count}" for message, count in line.execute(question)]
    return verdict


def judge_answer(verdict: Verdict, answer: tuple[int, int], state: str, arrivals: int) -> None:
    """An uncertain one may have arrived or not; all others once."""
    if state == "uncertain":
        verdict.uncertain.append(answer)
        verdict.arrived_uncertain += arrivals
        if arrivals <= 1:
            return
    note(verdict, f"answer of message {answer[1]} ({state}) at the customer's server", arrivals)


def note(verdict: Verdict, what: str, count: int) -> None:
    """Nothing must be there less or more often than once."""
    if count == 0:
        verdict.lost.append(what)
    elif count > 1:
        verdict.twice.append(f"{what}: {count} times")


def opened(file: Path) -> sqlite3.Connection:
    """Reading only."""
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)
