"""Mails that a server does not give: each is asked for alone, after all others, ever more rarely, and in the end put before a person."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MOST_TRIES, PATIENCE_SECONDS, PAUSE_SECONDS, LISTED_SECONDS = 5, 600.0, 60.0, 3600.0
BODY, HEADER, NOTHING = "body", "header", "nothing"
NEVER = (0, 0.0, 0.0)


@dataclass
class Hard:
    """UID -> (tries, when the first failed, when the next may be), monotonic, for as long as somebody watches the mailbox. `listed` have
    a raw message without their content already; they are asked for once an hour, in case the server was to blame."""

    patience: float = PATIENCE_SECONDS
    pause: float = PAUSE_SECONDS
    tries: dict[int, tuple[int, float, float]] = field(default_factory=dict)
    listed: set[int] = field(default_factory=set)

    def failed(self, uids: Sequence[int]) -> None:
        """They were asked for together; which one it was shows when they are asked for one by one, which is at once."""
        now = time.monotonic()
        for uid in uids:
            count, first, _ = self.tries.get(uid, (0, now, now))
            alone = len(uids) == 1
            pause = LISTED_SECONDS if uid in self.listed else self.pause * count if alone else 0.0
            self.tries[uid] = count + 1 if alone else max(count, 1), first, now + pause

    def fetched(self, uids: Iterable[int]) -> None:
        """They came after all."""
        for uid in uids:
            self.tries.pop(uid, None)

    def forget_but(self, uids: set[int]) -> None:
        """Those that are no longer wanted, or no longer there."""
        self.tries = {uid: tried for uid, tried in self.tries.items() if uid in uids}

    def what(self, uid: int) -> str:
        """What is asked for: after too many tries also the header alone, and at last nothing, so that at least a person hears of it."""
        count, first, _ = self.tries.get(uid, NEVER)
        if uid in self.listed or count < MOST_TRIES or time.monotonic() - first < self.patience:
            return BODY
        return (BODY, HEADER, NOTHING)[(count - MOST_TRIES) % 3]

    def is_due(self, uid: int) -> bool:
        """Whether it may be asked for now."""
        return self.tries.get(uid, NEVER)[2] <= time.monotonic()

    def is_known(self, uid: int) -> bool:
        """Whether it is asked for alone."""
        return uid in self.tries or uid in self.listed

    def parted(self, uids: Iterable[int]) -> tuple[list[int], list[int]]:
        """Those that may be asked for together, and those that are asked for alone now."""
        wanted = list(uids)
        alone = [uid for uid in wanted if self.is_known(uid) and self.is_due(uid)]
        return [uid for uid in wanted if not self.is_known(uid)], sorted(alone, key=lambda uid: (self.tries.get(uid, NEVER)[0], uid))

    def seconds_to_next(self) -> float:
        """Until one may be asked for again."""
        return min([each[2] - time.monotonic() for each in self.tries.values()], default=float("inf"))
