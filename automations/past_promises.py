"""What a ticket was promised at a moment of its past, as the events of its promises tell it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.clock import FAR

RESTING = "paused"


@dataclass
class Promised:
    """Targets by name and beginning: {"state", "due_at", "ended_at"}."""

    targets: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def copy(self) -> "Promised":
        """That goes on by itself."""
        return Promised({key: dict(told) for key, told in self.targets.items()})

    def hear(self, kind: str, data: dict[str, Any]) -> None:
        """One event of a promise."""
        for told in data.get("targets", []):
            self.targets[told["target"], told["started_at"]] = dict(told)
        for told in self.targets.values():
            if told["target"] == data.get("target") and not told["ended_at"]:
                if kind == "sla_breached" and told["due_at"] == data.get("due_at"):
                    told["state"] = "breached"
                elif data.get("manual"):
                    told["due_at"] = data["manual"]

    def next_due(self) -> dict[str, Any]:
        """The columns of the ticket that say what falls due next."""
        open_ = [told for told in self.targets.values() if not told["ended_at"]]
        running = [told for told in open_ if told["due_at"]]
        first = min(running, key=moment, default=None) or next((told for told in open_ if told["state"] == RESTING), None)
        if first is None:
            return {"due_at": None, "due_name": "", "due_state": ""}
        due_at = datetime.fromisoformat(first["due_at"]) if first["due_at"] else None
        return {"due_at": due_at, "due_name": first["target"], "due_state": first["state"]}

    def state(self, name: str) -> str:
        """Of the newest promise of that name; "" without one."""
        return next((str(told["state"]) for told in reversed(self.targets.values()) if told["target"] == name), "")


def moment(told: dict[str, Any]) -> datetime:
    """When it is due."""
    return datetime.fromisoformat(told["due_at"]) if told["due_at"] else FAR
