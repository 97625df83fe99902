"""What was said in a ticket, as far as it had been said by a moment; and what the desk would have said by itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from automations.past_promises import Promised
from helpdesk.models import Contact, Message


@dataclass
class Said:
    """Where the facts of a ticket in mind come from. `messages` in order, with the columns that rules ask for; `asked` is the event that a
    rule is tried for; `happened`: kind of event -> when it did last; `promised` is what was promised to the ticket."""

    session: Session
    messages: Sequence[Any]
    contact_id: int
    at: datetime
    asked: Any = None
    tags_now: set[str] = field(default_factory=set)
    happened: dict[str, datetime] = field(default_factory=dict)
    promised: Promised = field(default_factory=Promised)
    let_go_at: datetime | None = None
    told: set[tuple[int, int]] = field(default_factory=set)

    def tell(self, webhook_id: int) -> bool:
        """Whether that is news to a webhook: it hears of an event once."""
        news = self.asked is None or (webhook_id, id(self.asked)) not in self.told
        self.told.add((webhook_id, id(self.asked)))
        return news

    def note(self, kind: str, at: datetime, data: dict[str, Any]) -> None:
        """Something happened to the ticket."""
        self.happened[kind] = at
        if kind == "status_changed" and data.get("to") in ("solved", "closed"):
            self.let_go_at = at

    def let_go(self, *, done: bool) -> None:
        """Nobody waits for an answer to what was said until now."""
        self.let_go_at = self.at if done else self.let_go_at

    def add(self, kind: str, text: str) -> Message:
        """The desk writes by itself."""
        said = Message(
            kind=kind, text=text, reply_text=text, created_at=self.at, automatic=True, auto_reply="", verified=True, channel="email",
            flags=[], to=[], cc=[], suggested_cc=[], calendar=[], references=[], attachments=[])  # fmt: skip
        self.messages = [*self.messages, said]
        return said

    def so_far(self) -> list[Any]:
        """Those that were there by then, and not taken back."""
        return [one for one in self.messages if one.created_at <= self.at and not (one.cancelled_at and one.cancelled_at <= self.at)]

    def message(self) -> Any:
        """See Facts."""
        if (made := getattr(self.asked, "message", None)) is not None:
            return made
        wanted = self.asked.message_id if self.asked is not None else None
        found = [one for one in self.so_far() if (one.id == wanted if wanted else one.kind == "incoming")]
        return self.session.get(Message, found[-1].id) if found else None

    def tags(self) -> frozenset[str]:
        """See Facts."""
        return frozenset(self.tags_now)

    def contact(self) -> Contact | None:
        """See Facts; as he is known today."""
        return self.session.get(Contact, self.contact_id)

    def counts(self) -> dict[str, int]:
        """See Facts."""
        found: dict[str, int] = defaultdict(int)
        for one in self.so_far():
            found[one.kind] += 1
        return dict(found)

    def last(self, kinds: tuple[str, ...]) -> datetime | None:
        """See Facts."""
        return max((one.created_at for one in self.so_far() if one.kind in kinds and not one.automatic), default=None)

    def last_event(self, kinds: tuple[str, ...]) -> datetime | None:
        """See Facts."""
        return max((self.happened[kind] for kind in kinds if kind in self.happened), default=None)

    def promise_state(self, name: str) -> str:
        """See Facts."""
        return self.promised.state(name)

    def waiting_since(self, *, done: bool) -> datetime | None:
        """See Kept. Whoever began with a program's mail waits too."""
        since: datetime | None = None
        for place, one in enumerate(self.so_far()):
            if one.kind == "incoming" and (not one.auto_reply or not place):
                since = since or one.created_at
            elif one.kind == "outgoing" and not one.automatic:
                since = None
            if self.let_go_at is not None and one.created_at <= self.let_go_at:
                since = None
        return None if done else since
