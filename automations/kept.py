"""A ticket that is only kept in mind: what acts would do to it, and what would happen by that."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from automations.past_promises import Promised
from automations.said import Said
from helpdesk.folding import fold
from helpdesk.models import Message
from helpdesk.models.ticket import PRIORITIES

DONE = ("solved", "closed")
COLUMNS: dict[str, tuple[str, Callable[[Any], Any] | None]] = {
    "status_changed": ("status", str), "team_changed": ("team_id", None), "ticket_assigned": ("assignee_id", None),
    "ticket_unassigned": ("assignee_id", None), "priority_changed": ("priority", PRIORITIES.index), "ticket_moved": ("place", str),
    "type_changed": ("type_id", None), "subject_changed": ("subject", str), "policy_changed": ("sla_policy_id", None),
}  # fmt: skip
"""Kind of event -> the column that it changed, and how its "from" and "to" are kept there."""
KINDS = {column: kind for kind, (column, _as_kept) in COLUMNS.items() if kind != "ticket_unassigned"}
Made = tuple[str, dict[str, Any], Message | None]
"""What happened in mind: the kind of event, what it says, and the message it is about."""


class Kept:
    """The columns of a ticket, its folded tags, what was said in it and what is promised to it. `made` is what acts made happen."""

    def __init__(self, columns: dict[str, Any], tags: set[str], said: Said, promised: Promised) -> None:
        self.__dict__.update(columns)
        self.tags, self.said, self.promised = tags, said, promised
        said.tags_now, said.promised = tags, promised
        self.made: list[Made] = []

    def put(self, column: str, value: Any) -> bool:
        """Whether that was a change. Whoever sets the status wakes the ticket, and a ticket that is done lets nobody wait."""
        before = getattr(self, column)
        setattr(self, column, value)
        changed = bool(before != value)
        if column == "status":
            changed = changed or self.snoozed_until is not None
            self.snoozed_until: datetime | None = None
            self.said.let_go(done=value in DONE)
        return changed

    def put_tag(self, folded: str, *, on: bool) -> bool:
        """Whether that was a change."""
        changed = (folded in self.tags) != on
        (self.tags.add if on else self.tags.discard)(folded)
        return changed

    def set(self, column: str, value: Any) -> bool:
        """As an act does it: what is a change happens."""
        before = getattr(self, column)
        if not self.put(column, value):
            return False
        kind = "ticket_unassigned" if column == "assignee_id" and value is None else KINDS[column]
        said = PRIORITIES.__getitem__ if column == "priority" else lambda one: one
        self.made.append((kind, {"from": said(before), "to": said(value)}, None))
        return True

    def set_tag(self, name: str, *, on: bool) -> bool:
        """The same for a tag."""
        if not self.put_tag(fold(name)[:60], on=on):
            return False
        self.made.append(("ticket_tagged" if on else "ticket_untagged", {"tag": name}, None))
        return True

    def write(self, kind: str, text: str) -> None:
        """What the desk would have written by itself."""
        message = self.said.add(kind, text)
        self.made.append(("note_written" if kind == "note" else "reply_released", {}, message))

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest message came that nobody has answered."""
        return self.said.waiting_since(done=self.status in DONE)  # type: ignore[attr-defined]
