"""From the demo to one's own desk: with an admin of one's own the desk stays, without one it begins anew."""

import pytest
from sqlalchemy import select

from helpdesk import demo
from helpdesk.actions import inboxes
from helpdesk.actions.inbox_servers import Line, Sending
from helpdesk.models import Agent, Desk, Inbox, Mailbox, Ticket
from helpdesk.queries import roster
from tests.people.conftest import PASSWORD, World

OWN = {"email": "boss@example.net", "name": "Boss", "role": "admin", "language": "en"}


@pytest.fixture
def shop(bare: World) -> World:
    """The demo desk."""
    with bare.app.app_context():
        demo.ensure()
    roster.forget()
    bare.ids = {agent.email.partition("@")[0]: agent.id for agent in bare.rows(select(Agent))}
    return bare


def test_says_what_goes_and_removes_it(shop: World) -> None:
    client = shop.client("admin")
    tickets = len(shop.rows(select(Ticket.id)))
    shop.post(client, "/language", {"language": "en"})
    page = client.get("/desk").text
    assert f"{tickets} tickets of the demo" in page
    assert "the first-run page opens afterwards" in page
    shop.told.clear()
    answer = shop.post(client, "/desk/demo/removal", follow_redirects=True)
    assert answer.request.path == "/first-run"
    assert not shop.rows(select(Desk)) + shop.rows(select(Agent)) + shop.rows(select(Ticket)) + shop.rows(select(Inbox))
    assert f"end:agent:{shop.ids['agent']}" in shop.told
    assert shop.client().get("/login").location == "/first-run"


def test_an_admin_of_ones_own_keeps_the_desk(shop: World) -> None:
    from helpdesk.actions import people

    with shop.app.app_context():
        shop.ids["boss"] = people.create(people.Invitation("boss@example.net", "Boss", "", "admin", "en"), PASSWORD).id
    client = shop.client("boss")
    shop.post(client, "/inboxes", {"address": "help@example.net", "name": "Help"})
    assert "the first-run page opens afterwards" not in client.get("/desk").text
    assert shop.post(client, "/desk/demo/removal").location == "/desk"
    assert client.get("/desk").status_code == 200
    assert "/desk/demo/removal" not in client.get("/desk").text
    assert shop.post(client, "/desk/demo/removal").status_code == 404
    assert shop.rows(select(Agent.email)) == ["boss@example.net"]
    assert shop.rows(select(Inbox.address)) == ["help@example.net"]
    assert shop.rows(select(Desk.demo)) == [False]


def test_in_the_demo_mail_leaves_by_the_practice_post_office_alone(shop: World) -> None:
    client = shop.client("admin")
    servers = {"smtp_host": "smtp.example.com", "imap_host": "imap.example.com", "imap_password": "x"}
    shop.post(client, "/inboxes", {"address": "new@example.com", "name": "New"} | servers)
    assert shop.rows(select(Inbox.smtp).where(Inbox.address == "new@example.com")) == [{}]
    assert not shop.rows(select(Mailbox))
    with shop.app.app_context():  # whoever runs the machine may say otherwise; the page leaves that as it is
        line = Line("smtp.example.com", 25, "none")
        made = inboxes.create(inboxes.InboxChange("own@example.com", "Own", "", servers=inboxes.Servers(sending=Sending(line))))
    assert shop.post(client, f"/inboxes/{made.id}", {"address": "own@example.com", "name": "Other", "active": "1"}).status_code == 302
    assert shop.rows(select(Inbox.smtp["host"].as_string()).where(Inbox.name == "Other")) == ["smtp.example.com"]
    assert "_host" not in client.get("/inboxes/new").text


def test_only_admins(shop: World) -> None:
    for who in ("supervisor", "agent"):
        assert shop.post(shop.client(who), "/desk/demo/removal").status_code == 404
    assert shop.rows(select(Desk.demo)) == [True]
