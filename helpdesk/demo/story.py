"""The demo's content as it lies in content/*.toml."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
DOMAIN = "example.com"
PASSWORD = "helpdesk-demo"  # noqa: S105 - printed at the start of every demo
LOGINS = ("admin", "supervisor", "agent")


@dataclass(frozen=True)
class Customer:
    """Somebody who writes. `phone` is "" or a number that cannot be dialled."""

    name: str
    address: str
    language: str
    phone: str


@dataclass(frozen=True)
class Step:
    """One moment of a ticket: the customer wrote (`incoming`), or an agent (`by`) answered, noted or changed something.

    `after` is the time since the step before, in seconds."""

    after: int
    by: str = ""
    incoming: str = ""
    outgoing: str = ""
    note: str = ""
    auto: str = ""
    assign: str = ""
    team: str = ""
    status: str = ""
    priority: str = ""
    place: str = ""
    snooze_seconds: int = 0
    tags: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What was said, if anything was."""
        return self.incoming or self.outgoing or self.note


@dataclass(frozen=True)
class Story:
    """One ticket from its first mail on. `ago`: seconds between that mail and now."""

    customer: str
    inbox: str
    subject: str
    ago: int
    steps: list[Step]


@dataclass(frozen=True)
class Cast:
    """Who and what there is besides tickets; inboxes, teams and agents as tables of content/people.toml."""

    desk: dict[str, str]
    inboxes: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    customers: dict[str, Customer]

    def addresses(self) -> list[str]:
        """E-mail addresses of the agents."""
        return [f"{agent['key']}@{DOMAIN}" for agent in self.agents]


def read_cast() -> Cast:
    """The people and places."""
    found = tomllib.loads((CONTENT / "people.toml").read_text(encoding="utf-8"))
    customers = {
        key: Customer(name, address, language, f"+966 50 000 0{last:03d}" if last else "")
        for key, (name, address, language, last) in found["customers"].items()
    }
    return Cast(found["desk"], found["inbox"], found["team"], found["agent"], customers)


def read_stories() -> list[Story]:
    """Every ticket of the demo."""
    files = sorted(path for path in CONTENT.glob("*.toml") if path.name != "people.toml")
    return [story_of(table) for path in files for table in tomllib.loads(path.read_text(encoding="utf-8"))["ticket"]]


def story_of(table: dict[str, Any]) -> Story:
    """One table of a content file."""
    steps = [step_of(dict(step)) for step in table["steps"]]
    return Story(table["customer"], table["inbox"], table["subject"], seconds(table["ago"]), steps)


def step_of(table: dict[str, Any]) -> Step:
    """One step; an unknown word in it is a TypeError."""
    texts = {long: table.pop(short, "").strip() for short, long in (("in", "incoming"), ("out", "outgoing"), ("note", "note"))}
    after, snooze = seconds(table.pop("after", "0m")), seconds(table.pop("snooze", "0m"))
    return Step(after=after, snooze_seconds=snooze, tags=table.pop("tag", []), **texts, **table)


def seconds(span: str) -> int:
    """ "1d 4h 30m" in seconds."""
    units = {"d": 86_400, "h": 3_600, "m": 60}
    return sum(int(part[:-1]) * units[part[-1]] for part in span.split())
