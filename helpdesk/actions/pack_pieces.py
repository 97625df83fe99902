"""The pieces of a pack as rows: written, written anew, taken away. Part of the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import calendars, canned, due_moments, rules, sla_policies, ticket_types
from helpdesk.errors import Invalid
from helpdesk.models import CannedReply, RuleVersion, TicketType
from helpdesk.policy import Viewer
from helpdesk.queries.packs import Folder, Row, Standing, wanted
from helpdesk.starter import Piece, Starter

Texts = Mapping[str, canned.Texts]
"""Key of a reply -> its texts with what they are found by."""


@dataclass(frozen=True)
class Bench:
    """What writing a piece needs: `folder` is where replies go, `names` what the pieces' names stand for by now."""

    session: Session
    viewer: Viewer
    pack: str
    folder: Folder
    texts: Texts
    names: dict[str, str]

    def wanted(self, piece: Piece) -> dict[str, Any]:
        """See queries.packs.wanted."""
        return wanted(piece, self.folder, self.names)

    def write(self, piece: Piece, row: Row | None) -> Row:
        """A new row, or what the row says from now on."""
        return WRITERS[piece.kind](self, piece, row)


def write_type(bench: Bench, piece: Piece, row: Row | None) -> Row:
    """At the end of the desk's list."""
    if row is None and (bench.session.scalar(select(func.count()).select_from(TicketType)) or 0) >= ticket_types.MOST:
        raise Invalid(_("There are %(num)s types already. Switch off or rename one.", num=ticket_types.MOST))
    last = bench.session.scalar(select(func.max(TicketType.position)))
    kind = row or TicketType(position=0 if last is None else last + 1, active=True, pack=bench.pack)
    ticket_types.named(bench.session, kind, piece.name, piece.name_ar)
    bench.session.add(kind)
    bench.session.flush()
    return kind


def write_reply(bench: Bench, piece: Piece, row: Row | None) -> Row:
    """For everybody, in the pack's folder."""
    reply = row or CannedReply(active=True, uses=0, created_at=clock.now(), texts=[], pack=bench.pack)
    canned.write(bench.session, bench.viewer, reply, asked_of(piece, bench.folder), bench.texts[piece.key])
    bench.session.add(reply)
    bench.session.flush()
    return reply


def asked_of(piece: Piece, folder: Folder) -> canned.CannedChange:
    """A reply as the form would say it."""
    return canned.CannedChange(piece.name, piece.name_ar, folder[0], dict(piece.body), personal=False, folder_ar=folder[1])


def write_rule(bench: Bench, piece: Piece, row: Row | None) -> Row:
    """A trigger or a rule of the clock, switched off; a macro, in use at once."""
    asked = rules.RuleChange(piece.kind, piece.name, piece.name_ar, bench.wanted(piece)["says"], pack=bench.pack)
    if row is None:
        return rules.add(bench.session, bench.viewer.agent_id, asked)
    rules.write(bench.session, bench.viewer, row, asked)
    return row


def write_policy(bench: Bench, piece: Piece, row: Row | None) -> Row:
    """Switched off."""
    says = bench.wanted(piece)["says"]
    if row is None:
        asked = sla_policies.PolicyChange(piece.name, piece.name_ar, says, pack=bench.pack)
        return sla_policies.add(bench.session, bench.viewer.agent_id, asked)
    row.name, row.name_ar = piece.name, piece.name_ar
    if sla_policies.in_force(bench.session, row).definition != says:
        sla_policies.put_in_force(bench.session, row, says, bench.viewer.agent_id)
    return row


WRITERS = {
    "type": write_type, "reply": write_reply, "macro": write_rule, "trigger": write_rule, "timed": write_rule, "policy": write_policy,
}  # fmt: skip


def prepared(starter: Starter, folder: Folder) -> Texts:
    """The texts of its replies, folded before the writer's turn; Problems for one that the desk would not take."""
    asked = {piece.key: asked_of(piece, folder) for piece in starter.of("reply")}
    for one in asked.values():
        canned.check(one)
    return {key: canned.prepared(one) for key, one in asked.items()}


def write_hours(session: Session, starter: Starter, time_zone: str) -> Row | None:
    """Business hours for a desk that has none."""
    if starter.hours is None:
        return None
    week = [[list(period) for period in day] for day in starter.hours.week]
    return calendars.add(session, calendars.CalendarChange(
        starter.hours.name, starter.hours.name_ar, time_zone, week, standard=True, pack=starter.key))


def take_away(session: Session, one: Standing) -> None:
    """The row with its versions; what it did to tickets stays."""
    if one.row is None:
        return
    if one.kind == "timed":
        for version_id in session.scalars(select(RuleVersion.id).where(RuleVersion.rule_id == one.row.id)):
            due_moments.cancel(session, "rule", version_id)
    session.delete(one.row)
    session.flush()


def let_go(one: Standing, why: str) -> None:
    """It stays, as the desk's own. What only tickets still need is switched off: nothing new comes under it."""
    if one.row is None:
        return
    one.row.pack = ""
    if why in ("tickets", "promised"):
        one.row.active = False
