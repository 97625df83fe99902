"""The send is stopped when something came that its author has not seen, by whatever road."""

from collections.abc import Callable

import pytest

from helpdesk.actions import change
from helpdesk.actions.receive import receive
from helpdesk.actions.reply import note, reply
from helpdesk.errors import Stopped
from helpdesk.models.event import KINDS, STOPPING
from helpdesk.vault import mint_reply_token
from tests.factories import SmallDesk, kinds, messages, ticket, writing

Road = Callable[[SmallDesk, int], object]


def mail(desk: SmallDesk, number: int) -> object:
    return receive([desk.mail("And another thing.", tokens=[mint_reply_token(number, ticket(number).contact_id)])])


def by(*changes: change.Change) -> Road:
    return lambda desk, number: change.change(desk.viewer("huda"), number, *changes)


STOPS: dict[str, Road] = {
    "message_received": mail,
    "reply_written": lambda desk, number: reply(desk.viewer("huda"), number, writing(number, "huda's answer")),
    "note_written": lambda desk, number: note(desk.viewer("huda"), number, writing(number, "huda's note")),
    "status_changed": by(change.set_status("on_hold")),
    "ticket_assigned": lambda desk, number: by(change.assign(desk.ids["huda"]))(desk, number),
    "ticket_unassigned": lambda desk, number: by(change.assign(desk.ids["huda"]), change.assign(None))(desk, number),
}
PASSES: dict[str, Road] = {
    "priority_changed": by(change.set_priority("urgent")),
    "subject_changed": by(change.set_subject("Another subject")),
    "ticket_tagged": by(change.tag("printer")),
    "ticket_untagged": by(change.tag("printer"), change.untag("printer")),
    "team_changed": by(change.set_team(None)),
}


@pytest.mark.parametrize("kind", STOPS)
def test_stopped_by(desk: SmallDesk, kind: str) -> None:
    number = desk.ticket()
    written = writing(number, "rana's answer")
    STOPS[kind](desk, number)
    assert kind in kinds(number)
    before = kinds(number)
    with pytest.raises(Stopped) as stopped:
        reply(desk.viewer("rana"), number, written)
    assert stopped.value.seen_event_id == written.seen_event_id
    assert kinds(number) == before
    assert "rana's answer" not in [message.text for message in messages(number)]
    assert reply(desk.viewer("rana"), number, writing(number, "rana's answer")).kind == "outgoing", "seen, it goes"


def test_every_stopping_kind_has_its_row() -> None:
    assert set(STOPS) == set(STOPPING)
    assert set(PASSES) <= set(KINDS) - set(STOPPING)


def test_what_changes_no_meaning_stops_nobody(desk: SmallDesk) -> None:
    for kind, road in PASSES.items():
        number = desk.ticket()
        written = writing(number)
        road(desk, number)
        assert kind in kinds(number)
        assert reply(desk.viewer("rana"), number, written).kind == "outgoing"


def test_a_stale_tab_of_ones_own_is_stopped_too(desk: SmallDesk) -> None:
    number = desk.ticket()
    old_tab, me = writing(number, "from the old tab"), desk.viewer("rana")
    reply(me, number, writing(number, "from the new tab"))
    with pytest.raises(Stopped):
        reply(me, number, old_tab)


def test_what_one_changed_oneself_one_has_seen(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    written = writing(number)
    change.change(me, number, change.assign(me.agent_id), change.set_status("on_hold"))
    assert reply(me, number, written).kind == "outgoing"


def test_what_one_changed_oneself_is_no_news(desk: SmallDesk) -> None:
    number, me = desk.ticket(), desk.viewer("rana")
    written = writing(number)
    change.change(me, number, change.assign(me.agent_id), change.set_status("on_hold"))
    note(me, number, writing(number, "my own note"))
    assert reply(me, number, written).kind == "outgoing"


@pytest.mark.parametrize("seen", [0, -1])
def test_who_says_to_have_seen_nothing_is_stopped(desk: SmallDesk, seen: int) -> None:
    number = desk.ticket()
    with pytest.raises(Stopped):
        reply(desk.viewer("rana"), number, writing(number, seen_event_id=seen))


def test_another_tickets_events_stop_nobody(desk: SmallDesk) -> None:
    number, other = desk.ticket(), desk.ticket()
    written = writing(number)
    STOPS["note_written"](desk, other)
    assert reply(desk.viewer("rana"), number, written).kind == "outgoing"


def test_a_note_is_never_stopped(desk: SmallDesk) -> None:
    number = desk.ticket()
    written = writing(number, "a note")
    mail(desk, number)
    assert note(desk.viewer("rana"), number, written).kind == "note"
