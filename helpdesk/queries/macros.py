"""Macros: who sees and changes which, what a search while typing finds, and which were used on tickets like this one."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, case, exists, func, literal, select, union_all

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.folding import fold
from helpdesk.models import Rule, RuleRun, Ticket, ticket_tag
from helpdesk.policy import Viewer
from helpdesk.queries.owned import seen_by

MOST_MACROS, MOST_OFFERED, MOST_SUGGESTED, MOST_USES = 300, 30, 3, 200


def usable_by(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Those that the viewer sees."""
    return Rule.kind == "macro", seen_by(viewer, Rule)


def macro(viewer: Viewer, rule_id: int) -> Rule:
    """One that the viewer sees, else NotFound."""
    found: Rule | None = db.session.scalar(select(Rule).where(Rule.id == rule_id, *usable_by(viewer)))
    if found is None:
        raise NotFound
    return found


def macros(viewer: Viewer) -> Sequence[Rule]:
    """All that the viewer sees, by name; those that are switched off, too."""
    return db.session.scalars(select(Rule).where(*usable_by(viewer)).order_by(Rule.name, Rule.id).limit(MOST_MACROS)).all()


def offered(viewer: Viewer, query: str = "") -> list[Rule]:
    """Those that can be used, whose names have every word of the query, begun or whole, in any spelling of its letters."""
    words = fold(query[:200]).split()
    usable = [rule for rule in macros(viewer) if rule.active]
    return [rule for rule in usable if all(word in fold(f"{rule.name} {rule.name_ar}") for word in words)][:MOST_OFFERED]


def used_on_tickets_like(ticket: Ticket, rules: Sequence[Rule]) -> dict[int, int]:
    """Rule id -> how often, of its last MOST_USES, agents used it on a ticket of the same inbox, of the same type or with a common tag;
    what has more in common counts first. Counted from the log alone; those without any are left out."""
    if not rules:
        return {}
    uses = union_all(*(select(last_uses(rule.id)) for rule in rules)).subquery()
    inbox = case((Ticket.inbox_id == ticket.inbox_id, 1), else_=0)
    kind = case((Ticket.type_id == ticket.type_id, 1), else_=0) if ticket.type_id is not None else literal(0)
    mine = select(ticket_tag.c.tag_id).where(ticket_tag.c.ticket_id == ticket.id)
    common = exists().where(ticket_tag.c.ticket_id == Ticket.id, ticket_tag.c.tag_id.in_(mine))
    alike = inbox + kind + case((common, 1), else_=0)
    counted = (
        select(uses.c.rule_id, func.count().label("uses"))
        .join(Ticket, Ticket.id == uses.c.ticket_id)
        .where(alike > 0, Ticket.id != ticket.id)
        .group_by(uses.c.rule_id)
        .order_by(func.sum(alike).desc(), uses.c.rule_id)
    )
    return {row.rule_id: row.uses for row in db.session.execute(counted)}


def last_uses(rule_id: int) -> Subquery:
    """(rule_id, ticket_id) of the tickets on which agents used it last, by a walk along one index."""
    run = select(RuleRun.rule_id, RuleRun.ticket_id).where(RuleRun.rule_id == rule_id, RuleRun.agent_id.is_not(None))
    return run.order_by(RuleRun.id.desc()).limit(MOST_USES).subquery()
