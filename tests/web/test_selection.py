"""Several tickets at once as a browser without scripts sends them, and what of it nobody may."""

import re
from html import unescape
from typing import Any

from helpdesk.actions import change
from helpdesk.actions.receive import receive
from helpdesk.actions.several import MOST
from helpdesk.extensions import db
from tests.factories import ticket
from tests.web.site import Site

ALL = "/tickets/selection"


def filled(site: Site, how_many: int = 3) -> list[int]:
    """Tickets of the support inbox."""
    with site.app.app_context():
        return [receive([site.desk.mail(f"Number {place}")])[0].ticket_id for place in range(how_many)]


def states(site: Site, numbers: list[int], column: str) -> list[Any]:
    with site.app.app_context():
        return [getattr(ticket(number), column) for number in numbers]


def undo(page: str) -> str:
    """The address of the button that takes it back."""
    found = re.search(r'action="(/tickets/selection/undo[^"]*)"', page)
    assert found, page[-2000:]
    return unescape(found[1])


def test_chosen_changed_and_put_back_without_a_script(site: Site) -> None:
    client, numbers = site.client("rana"), filled(site)
    with site.app.app_context():
        change.change(site.desk.viewer("rana"), numbers[0], change.set_status("pending"))
        change.change(site.desk.viewer("rana"), numbers[2], change.set_status("solved"))
    page = client.get(ALL, query_string={"number": numbers, "view": "open"})
    assert [page.text.count(f'name="number" value="{number}"') >= 6 for number in numbers] == [True] * 3
    answer = site.post(client, ALL, {"number": numbers, "view": "open", "status": "solved"})
    assert (answer.status_code, answer.location) == (303, "/tickets?view=open")
    assert states(site, numbers, "status") == ["solved"] * 3
    page = client.get("/tickets")
    assert "2 tickets were changed. 1 ticket was so already." in page.text
    site.post(client, undo(page.text))
    assert states(site, numbers, "status") == ["pending", "open", "solved"]


def test_every_field_goes_there_and_back(site: Site) -> None:
    client, numbers = site.client("rana"), filled(site, 2)
    values = {
        "assignee": "me", "team": str(site.desk.ids["returns"]), "priority": "urgent", "type": str(site.ids["type_id"]), "add": "a b:c,1",
        "place": "spam", "until": "tomorrow",
    }  # fmt: skip
    columns = ("assignee_id", "team_id", "priority", "type_id", "place", "snoozed_until", "tags")
    with site.app.app_context():
        was = [[str(getattr(ticket(number), column)) for column in columns] for number in numbers]
    for name, value in values.items():
        answer = site.post(client, ALL, {"number": numbers, name: value}, headers={"HX-Request": "true"})
        assert "2 tickets were changed." in answer.text, name
        again = site.post(client, undo(answer.text), headers={"HX-Request": "true"})
        assert "2 tickets were changed." in again.text, name
        with site.app.app_context():
            assert [[str(getattr(ticket(number), column)) for column in columns] for number in numbers] == was, name


def test_what_cannot_be_done_is_said(site: Site) -> None:
    script = {"HX-Request": "true"}
    rana, [mine, other] = site.client("rana"), filled(site, 2)
    with site.app.app_context():
        change.change(site.desk.viewer("admin"), other, change.set_team(site.desk.ids["repairs"]))
        db.session.remove()
    for wrong in ({}, {"number": mine}, {"status": "solved"}, {"number": "x", "status": "solved"}):
        answer = site.post(rana, ALL, wrong, headers=script)
        assert (answer.status_code, "Choose tickets first." in answer.text) == (422, True), wrong
    cases = [("status", "x", "That is not a status."), ("add", "#", "A tag needs"), ("assignee", "99999", "not here any more"),
             ("until", "2020-01-01T10:00", "That time has passed")]  # fmt: skip
    for name, value, words in cases:
        answer = site.post(rana, ALL, {"number": mine, name: value}, headers=script)
        assert (answer.status_code, words in answer.text) == (422, True), name
    answer = site.post(rana, ALL, {"number": [mine, 99999], "status": "solved"}, headers=script)
    assert "1 ticket was changed. 1 ticket could not be changed." in answer.text
    assert site.post(rana, f"{ALL}/undo?put=color:red:{mine}", headers=script).status_code == 422
    assert site.post(rana, f"{ALL}/undo?put=%3A&put=status", headers=script).status_code in (200, 422)


def test_nobody_changes_what_he_does_not_see(site: Site) -> None:
    numbers = filled(site)
    lina = site.client("lina")
    assert "Number" not in lina.get(ALL, query_string={"number": numbers}).text
    answer = site.post(lina, ALL, {"number": numbers, "status": "solved"}, headers={"HX-Request": "true"})
    assert "3 tickets could not be changed." in answer.text
    site.post(lina, f"{ALL}/undo?put=status:solved:{','.join(map(str, numbers))}")
    assert states(site, numbers, "status") == ["open"] * 3


def test_no_more_than_so_many(site: Site) -> None:
    client, [number] = site.client("rana"), filled(site, 1)
    answer = site.post(client, ALL, {"number": [*range(90_000, 90_000 + MOST), number], "priority": "high"}, headers={"HX-Request": "true"})
    assert "100 tickets could not be changed." in answer.text
    assert states(site, [number], "priority") == [1]
