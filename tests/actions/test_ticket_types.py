"""Types of tickets: the list, and the type of a ticket."""

import pytest
from sqlalchemy import select

from helpdesk.actions import ticket_types
from helpdesk.actions.change import change, set_type
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Event, TicketType
from tests.factories import SmallDesk, kinds, ticket


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(TicketType.name).order_by(TicketType.position, TicketType.id)))


def test_the_list(desk: SmallDesk) -> None:
    repair, back, question = (ticket_types.add(*both).id for both in (("Repair", "صيانة"), ("Return", "استرجاع"), ("Question", "")))
    ticket_types.reorder([question, 999, repair])
    assert names() == ["Question", "Repair", "Return"]
    ticket_types.move(back, -1)
    ticket_types.move(question, -1)
    assert names() == ["Question", "Return", "Repair"]
    for verb in (lambda: ticket_types.add("repair"), lambda: ticket_types.add("x", "صِيَانه"), lambda: ticket_types.add(""),
                 lambda: ticket_types.rename(back, "QUESTION")):  # fmt: skip
        with pytest.raises(Invalid):
            verb()
    ticket_types.rename(back, "return", "إرجاع")
    assert names() == ["Question", "return", "Repair"]
    for verb in (lambda: ticket_types.rename(99, "x"), lambda: ticket_types.switch(99, False), lambda: ticket_types.move(99, 1)):
        with pytest.raises(NotFound):
            verb()


def test_the_type_of_a_ticket(desk: SmallDesk) -> None:
    repair, back, number = ticket_types.add("Repair").id, ticket_types.add("Return").id, desk.ticket()
    rana, before = desk.viewer("rana"), len(kinds(number))
    for type_id in (repair, repair, back, None, None):
        change(rana, number, set_type(type_id))
    told = db.session.scalars(select(Event).where(Event.kind == "type_changed").order_by(Event.id)).all()
    assert [event.data for event in told] == [{"from": None, "to": repair}, {"from": repair, "to": back}, {"from": back, "to": None}]
    assert len(kinds(number)) == before + 3
    change(rana, number, set_type(repair))
    ticket_types.switch(repair, False)
    ticket_types.switch(back, False)
    for wrong in (back, 999):
        with pytest.raises(Invalid):
            change(rana, number, set_type(wrong))
    assert ticket(number).type_id == repair
