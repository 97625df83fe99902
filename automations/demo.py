"""The standing orders of the demo desk: rules that are on, and promises whose clocks run, on the tickets that it comes with. Everything
acts here as it does every day, by the same functions; nothing is written beside them."""

from sqlalchemy import select

from automations import triggers
from automations.packs.reader import read
from automations.sla import watch
from automations.sla.presets import PRESETS
from helpdesk.actions import calendars, packs
from helpdesk.actions.record import held_ticket
from helpdesk.actions.transaction import transaction
from helpdesk.demo.shelf import ORDERS, PACK
from helpdesk.extensions import db
from helpdesk.models import Agent, Desk, Event, Team, Ticket
from helpdesk.policy import Viewer

LIVING = Ticket.status.not_in(("solved", "closed")), Ticket.place == "inbox"


def begin() -> None:
    """After the demo is built: hours of the shop, the orders of its file, and what they make of the tickets that are open."""
    starter = read(PACK, ORDERS.read_text(encoding="utf-8"))
    names = [one.name for one in starter.teams]
    teams = {name: number for name, number in db.session.execute(select(Team.name, Team.id).where(Team.name.in_(names)))}  # noqa: C416  rows
    admin = db.session.scalars(select(Agent.id).where(Agent.role == "admin").order_by(Agent.id)).first()
    zone = db.session.get_one(Desk, 1).time_zone
    db.session.rollback()
    viewer = Viewer(admin or 0, "admin")
    hours = [[list(period) for period in day] for day in PRESETS["retail"].week]
    calendars.create(calendars.CalendarChange("Shop", "المعرض", zone, hours, tuple(teams.values()), pack=PACK))
    packs.install(viewer, starter, {one.key: teams[one.name] for one in starter.teams})
    packs.switch_on(viewer, PACK)
    promise(list(teams.values()))
    sort(list(teams.values()))


def promise(teams: list[int]) -> None:
    """The clocks of the open tickets begin, each at the moment that its history says."""
    numbers = db.session.scalars(select(Ticket.id).where(Ticket.team_id.in_(teams), *LIVING).order_by(Ticket.id)).all()
    with transaction() as session:
        for number in numbers:
            newest = select(Event).where(Event.ticket_id == number, Event.kind.in_(watch.HEARS)).order_by(Event.id.desc()).limit(1)
            watch.follow(session, held_ticket(session, number), session.scalars(newest).one())


def sort(teams: list[int]) -> None:
    """The rules hear the first mail of every open ticket."""
    waiting = select(Ticket.id).where(Ticket.team_id.in_(teams), *LIVING)
    for number in db.session.scalars(waiting.order_by(Ticket.id)).all():
        with transaction() as session:
            first = select(Event).where(Event.ticket_id == number, Event.kind == "message_received").order_by(Event.id).limit(1)
            triggers.handle(session, session.scalars(first).one())
