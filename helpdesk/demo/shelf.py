"""What the demo desk has at hand besides people: types of tickets and canned replies, from content/shelf/shelf.toml."""

import tomllib
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, not_, or_
from sqlalchemy.orm import Session

from helpdesk.demo.story import CONTENT
from helpdesk.folding import fold
from helpdesk.models import Calendar, CannedReply, CannedText, LongTask, Ticket, TicketType

PACK = "demo"
ORDERS = CONTENT / "shelf" / "orders.toml"
"""The standing orders, which the wing that knows them reads."""
Tables = list[dict[str, Any]]


def stock(session: Session, teams: dict[str, int], began: datetime) -> dict[str, int]:
    """Puts everything onto the shelf; key of an inbox -> the type of its tickets."""
    found = tomllib.loads((CONTENT / "shelf" / "shelf.toml").read_text(encoding="utf-8"))
    add_replies(session, found["reply"], teams, began)
    return add_types(session, found["type"])


def add_types(session: Session, types: Tables) -> dict[str, int]:
    """In the order of the file."""
    numbered = list(enumerate(types, 1))
    rows = [{"id": number, "name": one["name"], "name_ar": one["name_ar"], "position": number, "active": True, "pack": PACK}
            for number, one in numbered]  # fmt: skip
    session.execute(insert(TicketType), rows)
    return {inbox: number for number, one in numbered for inbox in one["inboxes"]}


def add_replies(session: Session, replies: Tables, teams: dict[str, int], began: datetime) -> None:
    """Each with the texts it has."""
    numbered = list(enumerate(replies, 1))
    session.execute(insert(CannedReply), [
        {"id": number, "name": one["name"], "name_ar": one["name_ar"], "folder": one["folder"], "folder_ar": one["folder_ar"],
         "team_id": teams.get(one.get("for", "")), "active": True, "uses": one["uses"], "pack": PACK, "created_at": began}
        for number, one in numbered])  # fmt: skip
    session.execute(insert(CannedText), [
        {"reply_id": number, "language": language, "text": text.strip(),
         "folded": fold(f"{one['name']}\n{one['name_ar']}\n{one['folder']}\n{one['folder_ar']}\n{text}")}
        for number, one in numbered for language in ("ar", "en") if (text := one.get(language))])  # fmt: skip


def clear(session: Session, agents: Any) -> None:
    """Takes the demo's own away, and what its agents wrote for themselves or asked of the desk;
    a type that a remaining ticket has stays."""
    session.execute(delete(LongTask).where(LongTask.agent_id.in_(agents)))
    session.execute(delete(Calendar).where(Calendar.pack == PACK))
    session.execute(delete(CannedReply).where(or_(CannedReply.pack == PACK, CannedReply.agent_id.in_(agents))))
    session.execute(delete(TicketType).where(TicketType.pack == PACK, not_(exists().where(Ticket.type_id == TicketType.id))))
