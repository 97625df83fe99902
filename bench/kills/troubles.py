"""What else falls beside the product: Redis, the database, the line to the mailbox; so often, spread over the rounds."""

from bench.kills.books import Books
from bench.kills.mailbox import Mailbox

FIRST_SECOND, SECONDS_BETWEEN = 1.5, 2.0


class Troubles:
    """`done` counts what has fallen; `over`: nothing more falls in this round."""

    def __init__(self, redis: int, database: int, cuts: int, rounds: int) -> None:
        self.wanted, self.rounds, self.round = {"redis": redis, "database": database, "cuts": cuts}, rounds, 0
        self.done = dict.fromkeys(self.wanted, 0)
        self.left: list[str] = []
        self.next_at = 0.0

    def begin_round(self) -> None:
        """What this round has to bear: its share of each, the line first, since it is cut most often."""
        self.round += 1
        self.left = [kind for kind in ("cuts", "redis", "database")
                     for _ in range(self.wanted[kind] * self.round // self.rounds - self.done[kind])]  # fmt: skip
        self.next_at = FIRST_SECOND

    @property
    def over(self) -> bool:
        """Whether the round has borne all of it."""
        return not self.left

    def strike(self, seconds: float, books: Books, mailbox: Mailbox | None) -> None:
        """The next trouble, when its time has come."""
        if not self.left or seconds < self.next_at:
            return
        self.next_at = seconds + SECONDS_BETWEEN
        kind = self.left[0]
        if kind == "cuts" and mailbox is not None and not mailbox.line.cut():
            return  # nobody was on the line: it is cut when somebody is
        self.left.pop(0)
        if kind == "redis":
            books.lose_redis(self.done[kind])
        if kind == "database":
            books.restart_database(self.done[kind])
        self.done[kind] += 1
