"""The rules in force, ready to be tried: read once, and again when somebody has changed one."""

import threading
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.actions.stamps import stamp
from helpdesk.models import Rule, RuleVersion
from helpdesk.queries import together

lock = threading.Lock()
kept: dict[str, tuple[int, Any]] = {}


@dataclass(frozen=True)
class Order:
    """A rule in force: `definition` is {"on", "if", "then", "stop"}, of rules of the clock also "after"."""

    rule_id: int
    version_id: int
    name: str
    definition: dict[str, Any]


def in_force(session: Session, kind: str) -> list[Order]:
    """Every rule of the kind that is switched on, in order. Asks for one number, and for the rules when it has changed."""
    now = newest(session)
    with lock:
        database = session.get_bind().engine.url
        known = kept.get(f"{database} {kind}")
        if known is not None and known[0] == now:
            return list(known[1])
        found = read(session, kind)
        kept[f"{database} {kind}"] = now, found
        return found


def newest(session: Session) -> int:
    """The stamp, asked once a transaction."""
    return together.once(session, "orders", lambda: stamp(session))


def read(session: Session, kind: str) -> list[Order]:
    """As the tables say."""
    rows = session.execute(
        select(Rule.id, RuleVersion.id, Rule.name, RuleVersion.definition).join(RuleVersion, RuleVersion.id == Rule.version_id)
        .where(Rule.kind == kind, Rule.active).order_by(Rule.position, Rule.id))
    return [Order(*row) for row in rows]
