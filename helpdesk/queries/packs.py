"""Packs that are installed: what became of each of their pieces since, and what would stay if the pack were taken away."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.folding import fold
from helpdesk.models import (
    Calendar,
    CannedReply,
    Holiday,
    Pack,
    Rule,
    RuleVersion,
    SlaPolicy,
    SlaPolicyVersion,
    SlaTarget,
    Ticket,
    TicketType,
)
from helpdesk.starter import Piece, Starter, filled

Row = Any
"""A row of any of the tables below."""
TABLES: dict[str, type[Row]] = {
    "type": TicketType, "reply": CannedReply, "macro": Rule, "trigger": Rule, "timed": Rule, "policy": SlaPolicy, "calendar": Calendar,
    "holiday": Holiday,
}  # fmt: skip
NAMED_BY = {"set_type": "type", "reply": "reply", "run_macro": "macro"}
"""Act -> the kind of piece that its value is."""
Folder = tuple[str, str]
"""Its name, and its name in Arabic."""
TYPE_WORDS = ("type", "type_changed")


@dataclass(frozen=True)
class Standing:
    """A piece that the pack wrote. `state`: "same" as it was written, "changed" by hand, or "gone"."""

    place: str
    row: Row | None
    state: str

    @property
    def kind(self) -> str:
        """Which table it is of."""
        return self.place.partition(":")[0]


def all_packs(session: Session) -> dict[str, Pack]:
    """Key -> what is installed."""
    return {pack.key: pack for pack in session.scalars(select(Pack))}


def standings(session: Session, pack: Pack) -> list[Standing]:
    """What it wrote, in the order in which it did; what it only found here is none of it."""
    return [standing(session, pack, place) for place, (_number, written) in pack.made["pieces"].items() if written]


def standing(session: Session, pack: Pack, place: str) -> Standing:
    """One piece as it is now."""
    number, written = pack.made["pieces"][place]
    kind = place.partition(":")[0]
    row = session.get(TABLES[kind], number)
    if row is None:
        return Standing(place, None, "gone")
    return Standing(place, row, "same" if print_of(content(session, kind, row)) == written else "changed")


def print_of(said: Mapping[str, Any]) -> str:
    """The same for the same content, in whatever order a database keeps it."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def content(session: Session, kind: str, row: Row) -> dict[str, Any]:
    """All that people could have changed of a row by hand. On or off is no change: switching is what a pack asks for."""
    names = {"name": row.name, "name_ar": row.name_ar}
    if kind == "reply":
        texts = {one.language: one.text for one in row.texts}
        return names | folder_of(row.folder, row.folder_ar) | {"owner": [row.agent_id, row.team_id], "texts": texts}
    if kind in ("macro", "trigger", "timed"):
        return names | {"owner": [row.agent_id, row.team_id], "says": session.get_one(RuleVersion, row.version_id).definition}
    if kind == "policy":
        return names | {"says": session.get_one(SlaPolicyVersion, row.version_id).definition}
    if kind == "calendar":
        return names | {"zone": row.time_zone, "week": row.week, "for": [row.team_ids, row.channels]}
    if kind == "holiday":
        return names | {"dates": [row.from_date.isoformat(), row.to_date.isoformat()], "periods": row.periods, "state": row.state}
    return names


def folder_of(name: str, name_ar: str) -> dict[str, str]:
    """A folder that has one name says what it said when folders had one."""
    return {"folder": name} | ({"folder_ar": name_ar} if name_ar else {})


def wanted(piece: Piece, folder: Folder, names: Mapping[str, str]) -> dict[str, Any]:
    """What `content` will say of a piece once it is written."""
    called = {"name": piece.name, "name_ar": piece.name_ar}
    if piece.kind == "type":
        return called
    if piece.kind == "reply":
        return called | folder_of(*folder) | {"owner": [None, None], "texts": dict(piece.body)}
    owner = {} if piece.kind == "policy" else {"owner": [None, None]}
    return called | owner | {"says": filled(dict(piece.body), names)}


def fate(session: Session, pack: Pack | None, piece: Piece, folder: Folder, names: Mapping[str, str]) -> str:
    """What installing makes of a piece: "new", "changed", "same", "kept" (changed by hand), "gone" (thrown away by hand), "found" (here
    already, so used as it is)."""
    before = pack.made["pieces"].get(piece.place) if pack is not None else None
    if pack is None or before is None:
        here = type_named(session, (piece.name, piece.name_ar)) if piece.kind == "type" else None
        return "found" if here is not None else "new"
    if not before[1]:
        return "found"
    state = standing(session, pack, piece.place).state
    if state == "same" and print_of(wanted(piece, folder, names)) != before[1]:
        return "changed"
    return {"same": "same", "changed": "kept", "gone": "gone"}[state]


def difference(session: Session, pack: Pack | None, starter: Starter, language: str) -> dict[str, str]:
    """Place -> what installing this version would make of it; "removed" for what it has no more."""
    made: dict[str, Any] = pack.made if pack is not None else {"language": language, "teams": {}, "pieces": {}}
    names = starter.words(made["language"]) | {f"team:{key}": str(number) for key, number in made["teams"].items() if number}
    names |= {place: str(number) for place, (number, _written) in made["pieces"].items()}
    found = {piece.place: fate(session, pack, piece, (starter.name, starter.name_ar), names) for piece in starter.pieces}
    lost = [one for one in standings(session, pack) if one.place not in found] if pack is not None else []
    going = [one for one in lost if one.kind not in ("calendar", "holiday")]
    stay = staying(session, pack, going) if pack is not None else {}
    return found | {one.place: "kept" if one.place in stay else "removed" for one in going if one.row is not None}


def staying(session: Session, pack: Pack, found: Iterable[Standing]) -> dict[str, str]:
    """Place -> why it stays when these pieces are taken away: "changed" by hand, on "tickets", "promised" to some, "named" by what stays,
    or "counted" by as business hours."""
    going = {one.place: one for one in found if one.row is not None}
    stay = {place: "changed" for place, one in going.items() if one.state == "changed"}
    stay |= {place: why for place, one in going.items() if place not in stay and (why := in_use(session, one))}
    while more := named_by_what_stays(session, going, stay):
        stay |= more
    hours = [place for place, one in going.items() if one.kind == "calendar" and place not in stay]
    if not hours or hours_are_needed(session, pack, going, stay):  # holidays leave with the hours that they came with
        stay |= {place: "counted" for place, one in going.items() if one.kind in ("calendar", "holiday") and place not in stay}
    return stay


def in_use(session: Session, one: Standing) -> str:
    """Why something outside the standing orders needs it; "" for nothing."""
    assert one.row is not None
    if one.kind == "type" and session.scalar(select(Ticket.id).where(Ticket.type_id == one.row.id).limit(1)) is not None:
        return "tickets"
    if one.kind == "policy":
        promised = select(SlaTarget.id).join(SlaPolicyVersion, SlaPolicyVersion.id == SlaTarget.version_id)
        if session.scalar(promised.where(SlaPolicyVersion.policy_id == one.row.id).limit(1)) is not None:
            return "promised"
    return ""


def named_by_what_stays(session: Session, going: Mapping[str, Standing], stay: Mapping[str, str]) -> dict[str, str]:
    """Types, replies and macros that a rule or policy names which is not taken away."""
    leaving = {(one.kind, one.row.id) for place, one in going.items() if place not in stay and one.row is not None}
    rules = session.execute(select(Rule.kind, Rule.id, RuleVersion.definition).join(RuleVersion, RuleVersion.id == Rule.version_id))
    policies = session.execute(
        select(SlaPolicy.id, SlaPolicyVersion.definition).join(SlaPolicyVersion, SlaPolicyVersion.id == SlaPolicy.version_id))
    said = [definition for kind, number, definition in rules if (kind, number) not in leaving]
    said += [definition for number, definition in policies if ("policy", number) not in leaving]
    needed = set().union(*(named(definition) for definition in said))
    return {place: "named" for place, one in going.items()
            if place not in stay and one.row is not None and (one.kind, str(one.row.id)) in needed}  # fmt: skip


def named(value: Any) -> set[tuple[str, str]]:
    """(kind, id) of the types, replies and macros that a definition names."""
    if isinstance(value, list):
        return set().union(*(named(part) for part in value))
    if not isinstance(value, Mapping):
        return set()
    found = set().union(*(named(part) for part in value.values()))
    if value.get("do") in NAMED_BY:
        found.add((NAMED_BY[value["do"]], str(value.get("value"))))
    if value.get("word") in TYPE_WORDS:
        found |= {("type", one) for one in value.get("value") or []}
    return found


def hours_are_needed(session: Session, pack: Pack, going: Mapping[str, Standing], stay: Mapping[str, str]) -> bool:
    """Whether anything else counts by the hours: another pack, a policy that stays, or any promise that runs."""
    leaving = [one.row.id for place, one in going.items() if one.kind == "policy" and place not in stay and one.row is not None]
    running = select(func.count()).select_from(SlaTarget).where(SlaTarget.state.in_(["running", "paused"]))
    others = select(Pack.key).where(Pack.key != pack.key).limit(1)
    policies = select(SlaPolicy.id).where(SlaPolicy.active, SlaPolicy.id.not_in(leaving)).limit(1)
    return bool(session.scalar(others) or session.scalar(policies) or session.scalar(running))


def switched_off(session: Session, pack: Pack) -> list[Row]:
    """Its rules and policies that do nothing yet."""
    rows = [one.row for one in standings(session, pack) if one.kind in ("trigger", "timed", "policy") and one.row is not None]
    return [row for row in rows if not row.active]


def type_named(session: Session, names: Iterable[str]) -> TicketType | None:
    """The desk's own type that has one of these names in any spelling."""
    wanted = {fold(name) for name in names if name}
    types = session.scalars(select(TicketType).order_by(TicketType.position, TicketType.id))
    return next((one for one in types if wanted & {fold(name) for name in (one.name, one.name_ar) if name}), None)


def has_hours(session: Session) -> bool:
    """Whether the desk has business hours of its own."""
    return session.scalar(select(Calendar.id).limit(1)) is not None
