"""Held mail on its page and on the ticket: who sees what, in whose words, and what each button does."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions.raw import put_aside, store_raw
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Mark
from helpdesk.models import Address, RawMessage, Ticket
from helpdesk.models.screening import STEPS
from helpdesk.web.held_words import REASONS
from tests.factories import ticket
from tests.web.site import Site

HOSTILE = {"name": "<script>x</script>", "from": "Evil@example.net", "subject": "<img src=x onerror=y>", "excerpt": "</td><h1>owned</h1>"}
LISTS = ("duplicate", "quarantined", "screened", "held")
OUT = ("unreadable", "too_large", "partial", "own_mail", "loop", "bounce", "complaint", "blocked", "spam", "auto_reply", "absence")


def kept_out(site: Site, inbox: str, step: str, state: str = "held", **detail: str) -> int:
    with site.app.app_context():
        raw_id = store_raw(site.desk.ids[inbox], b"Subject: x\r\n\r\nraw words", "pipe")
        put_aside(raw_id, state, step, step, HOSTILE | detail)
        db.session.remove()
    return raw_id


def state_of(site: Site, raw_id: int) -> str:
    with site.app.app_context():
        return db.session.get_one(RawMessage, raw_id).state


def test_every_reason_has_its_words_and_nothing_runs(site: Site) -> None:
    assert set(OUT) <= REASONS.keys() - {"duplicate"} <= set(STEPS)
    for step in OUT:
        state = "quarantined" if step == "unreadable" else "held"
        kept_out(site, "support", step, state, why="too many parts", size="60000000", ticket="1")
    page = site.client("rana").get("/held").text
    assert page.count("Block the sender") == len(OUT) + 1 - 3, "not ourselves, nor a mail system"
    assert not [step for step in OUT if f"<td>{step}</td>" in page]
    assert "<script>x" not in page
    assert "<img src=x" not in page
    assert "<h1>owned" not in page
    assert "#1" in page
    assert "Could not be read: too many parts." in page


def test_who_sees_what(site: Site) -> None:
    kept_out(site, "parcels", "spam", header="x-spam-flag: yes")
    seen = {who: site.client(who).get("/held").text.count('id="held-') for who in ("rana", "omar", "huda", "lina", "supervisor", "admin")}
    assert seen == {"rana": 1, "omar": 1, "huda": 2, "lina": 0, "supervisor": 2, "admin": 2}
    nav = site.client("huda").get("/tickets").text
    assert 'data-count="held">2<' in nav


def test_buttons(site: Site) -> None:
    one, two = kept_out(site, "support", "spam"), kept_out(site, "support", "absence")
    client = site.client("rana")
    for raw_id, decision, after in ((one, "leave", "screened"), (two, "release", "received")):
        assert site.post(client, f"/held/{raw_id}", {"decision": decision}).status_code == 303
        assert state_of(site, raw_id) == after
    assert site.post(client, f"/held/{two}", {"decision": "release"}).status_code == 404, "it is gone from the page"
    assert site.post(client, f"/held/{one}", {"decision": "burn"}).status_code == 422
    assert f'id="held-{one}"' in client.get("/held?kind=screened").text
    assert client.get(f"/held/{one}/raw").data.endswith(b"raw words")
    assert site.post(client, f"/held/{one}", {"decision": "block"}).status_code == 303
    assert "Unblock the sender" in client.get("/held?kind=screened").text


@pytest.mark.parametrize(
    ("content", "step", "why", "offered", "said"),
    [
        (b"Subject: x\r\n", "too_large", "", "Fetch it and make it a ticket", "Only its header is here."),
        (b"", "unreadable", "not_given", "Fetch it and make it a ticket", "Nothing of it is here."),
        (b"Subject: x\r\n", "partial", "wanted", "Ticket from its header alone", "Its mail server is being asked for all of it."),
        (b"Subject: x\r\n", "partial", "gone", "Ticket from its header alone", "It is no longer on its mail server"),
        (b"Subject: x\r\n", "partial", "too_large", "Ticket from its header alone", "it is too large to be fetched."),
        (b"", "partial", "gone", "Fetch it and make it a ticket", "Nothing of it is here."),
    ],
)
def test_what_is_here_in_part_says_so(site: Site, content: bytes, step: str, why: str, offered: str, said: str) -> None:
    raw_id = kept_out(site, "support", step, why=why, size="60000000")
    with site.app.app_context(), transaction() as session:
        raw = session.get_one(RawMessage, raw_id)
        raw.source, raw.content, raw.size, raw.reason = "imap", content, 60_000_000, why or step
    client = site.client("rana")
    page = client.get("/held").text
    assert offered in page
    assert said in page
    assert ("Ticket from its header alone" in page) == (step == "partial" and content != b"")
    assert ("Fetch it and make it a ticket" in page) == (why != "wanted")
    answer = site.post(client, f"/held/{raw_id}", {"decision": "release"})
    assert (answer.status_code, state_of(site, raw_id)) == (303, "held")
    assert "The rest of it is fetched within minutes" in client.get("/held").text
    if content:
        site.post(client, f"/held/{raw_id}", {"decision": "header"})
        assert state_of(site, raw_id) == "received"


def test_the_page_goes_on_by_key(site: Site) -> None:
    with site.app.app_context():
        for _ in range(30):
            put_aside(store_raw(site.desk.ids["support"], b"x", "pipe"), "screened", "own_mail", "own_mail", {"sign": "address"})
        db.session.remove()
    first = site.client("rana").get("/held?kind=screened").text
    assert first.count('id="held-') == 25
    after = first.partition("&amp;after=")[2].partition('"')[0]
    second = site.client("rana").get(f"/held?kind=screened&after={after}").text
    assert second.count('id="held-') == 5
    for strange in ("x", "-1", "9" * 40, "１"):
        assert site.client("rana").get(f"/held?kind=screened&after={strange}").status_code == 200


def test_what_came_twice_is_listed_beside_what_it_repeats(site: Site) -> None:
    """Of the inboxes that one sees; the way to the ticket only for those who see that. There is nothing to decide."""
    with site.app.app_context():
        mail = site.desk.mail(sender="layla@example.net", subject="Kettle & co")
        receipt = receive([mail])[0]
        again = {}
        for inbox in ("support", "parcels"):
            again[inbox] = store_raw(site.desk.ids[inbox], b"Subject: Kettle\r\n\r\n" + inbox.encode(), "pipe")
            receive([replace(mail, raw_message_id=again[inbox], inbox_id=site.desk.ids[inbox])])
        with transaction() as session:
            session.get_one(Ticket, receipt.ticket_id).also_inbox_id = None  # a third inbox's team does not see it
        db.session.remove()
    link = f'href="/tickets/{receipt.ticket_id}#message-{receipt.message_id}"'
    for who, rows, links in (("rana", ["support"], 1), ("omar", ["parcels"], 0), ("supervisor", ["support", "parcels"], 2)):
        page = site.client(who).get("/held?kind=duplicate").text
        assert [inbox for inbox in again if f'id="held-{again[inbox]}"' in page] == rows, who
        assert (page.count(link), page.count("Kettle &amp; co")) == (links, len(rows)), who
    page, client = site.client("rana").get("/held?kind=duplicate").text, site.client("rana")
    assert "Make it a ticket" not in page
    assert "Block the sender" not in page
    assert client.get(f"/held/{again['support']}/raw").data.endswith(b"\r\nsupport")
    assert client.get(f"/held/{again['parcels']}/raw").status_code == 404
    for decision in ("release", "leave", "block"):
        assert site.post(client, f"/held/{again['support']}", {"decision": decision}).status_code == 404
    assert f'id="held-{again["support"]}"' not in client.get("/held").text


def test_the_figures_of_the_ledger_lead_to_their_lists(site: Site) -> None:
    for state in ("quarantined", "screened", "held"):
        kept_out(site, "support", "own_mail", state)
    with site.app.app_context():
        mail = site.desk.mail()
        for _ in range(2):
            receive([replace(mail, raw_message_id=store_raw(site.desk.ids["support"], b"x", "pipe"))])
        db.session.remove()
    page, client = site.client("supervisor").get("/health").text, site.client("supervisor")
    for kind in LISTS:
        number = client.get(f"/held?kind={kind}").text.count('id="held-')
        assert number > 0
        assert f'<a href="/held?kind={kind}"><b class="num">{number}</b>' in page


def test_marks_stand_on_the_message_and_can_be_taken_back(site: Site) -> None:
    with site.app.app_context():
        raw_id = store_raw(site.desk.ids["support"], b"y", "pipe")
        marks = [Mark("absence", {"sign": "subject"}), Mark("bulk", {"sign": "list_id"})]
        receipt = receive([site.desk.mail(raw_message_id=raw_id, marks=marks, auto_reply="subject", sender="away@example.net")])[0]
        db.session.remove()
    client, path = site.client("rana"), f"/tickets/{receipt.ticket_id}"
    page = client.get(path).text
    assert "absence note" in page
    assert "mailing list" in page
    assert site.post(client, f"/messages/{receipt.message_id}/person").status_code == 303
    page = client.get(path).text
    assert "absence note" not in page
    assert "mailing list" not in page
    with site.app.app_context():
        assert ticket(receipt.ticket_id).status == "open"


def test_a_dead_address_is_seen_before_one_writes(site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        address = session.scalars(select(Address)).one()
        address.undeliverable_at, address.undeliverable_words = address.contact.created_at, "550 5.1.1 <b>unknown</b>"
    client, path = site.client("rana"), site.path("/tickets/<int:number>")
    page = client.get(path).text
    assert page.count("came back for good") == 1
    assert "550 5.1.1 &lt;b&gt;unknown" in page
    form: dict[str, Any] = {"decision": "alive", "number": site.ids["number"]}
    assert site.post(client, site.path("/addresses/<int:address_id>"), form).location.endswith(path)
    assert "came back for good" not in client.get(path).text
    assert site.post(client, site.path("/addresses/<int:address_id>"), form | {"decision": "block"}).status_code == 303
    assert "blocked" in client.get(path).text
