"""Who may use which address: every route, by everybody. A missing right looks like a missing page."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.actions import people
from helpdesk.extensions import db
from helpdesk.models import Event, Message, Ticket
from helpdesk.visit.access import WHO, allow
from tests.web.site import Site

ROLES = {None: "", "lina": "agent", "omar": "agent", "rana": "agent", "supervisor": "supervisor", "admin": "admin"}
OF_A_TICKET = ("<int:number>", "<int:message_id>", "<int:attachment_id>", "<int:held_id>", "<int:address_id>", "<int:task_id>",
               "<int:notice_id>", "target_id>")
OWN = ("/attachments/<int:attachment_id>/removal", "/messages/<int:message_id>/cancellation", "/messages/<int:message_id>/delivery")
"""What even those who see the ticket may not do here: the file is a customer's, the message is no answer of theirs."""
NOT_HERE = ("/reset/<token>", "/invitation/<token>", "/first-run", "/pictures/<token>", "/sessions/<int(max=2147483647):session_id>/end")
LIST_ONLY = ("/tickets/<int:number>/next",)
"""Goes on in one's own list from wherever one is; says nothing of the ticket."""
BLIND = re.compile(r'nonce="[^"]+"|nonce-[\w-]+|content="[^"]{60,}"|value="[^"]{60,}"')


def may(site: Site, rule: str, allowed: str, who: str | None) -> bool:
    """Whether that person may come in, told apart from the product's own reasoning."""
    if allowed == "anyone":
        return True
    if who is None or WHO.index(ROLES[who]) < WHO.index(allowed):
        return False
    foreign = any(part in rule for part in OF_A_TICKET) and rule not in LIST_ONLY
    return not (foreign and who in ("omar", "lina"))


@pytest.mark.parametrize("who", ROLES)
def test_every_page_for_everybody(site: Site, who: str | None) -> None:
    wrong = []
    for rule, allowed in site.routes("GET"):
        answer = site.client(who).get(site.path(rule))
        if may(site, rule, allowed, who):
            fine = answer.status_code == 404 if rule in NOT_HERE else answer.status_code in (200, 302, 303)
        else:
            fine = answer.status_code == (302 if who is None else 404)
            if who is None and answer.status_code == 302:
                fine = answer.location.startswith("/login?next=")
        if not fine:
            wrong.append((rule, allowed, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("who", ROLES)
def test_no_form_for_those_who_may_not(site: Site, who: str | None) -> None:
    """With a good token of their own page; what they may not, they may not, and nothing changes by it."""
    with site.app.app_context():
        before = counted()
    wrong = []
    for rule, allowed in site.routes("POST"):
        if may(site, rule, allowed, who) and rule not in OWN:
            continue
        client = site.client(who)
        form = {"status": "solved", "assignee": "me", "body": "x", "idempotency_key": rule, "seen_event_id": "99", "decision": "again"}
        answer = site.post(client, site.path(rule), form)
        if answer.status_code != (401 if who is None else 404):
            wrong.append((rule, answer.status_code))
    assert wrong == []
    with site.app.app_context():
        assert counted() == before


def counted() -> list[Any]:
    return [db.session.scalar(select(func.count()).select_from(model)) for model in (Event, Message, Ticket)]


def test_foreign_and_missing_are_the_same_to_the_byte(site: Site) -> None:
    client = site.client("omar")
    client.get("/profile")  # the cookie of the forms is there
    missing = dict.fromkeys(("number", "message_id", "attachment_id", "held_id", "address_id", "task_id", "notice_id"), 99999)
    for method, rule in [*(("GET", rule) for rule, _ in site.routes("GET")), *(("POST", rule) for rule, _ in site.routes("POST"))]:
        if not any(part in rule for part in OF_A_TICKET) or rule in LIST_ONLY:
            continue
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            data = {"csrf_token": site.token(client)} if method == "POST" else None
            foreign = client.open(site.path(rule), method=method, headers=headers, data=data)
            gone = client.open(site.path(rule, **missing), method=method, headers=headers, data=data)
            assert foreign.status_code == gone.status_code == 404, rule
            assert BLIND.sub("", foreign.text) == BLIND.sub("", gone.text), rule
            assert set(foreign.headers.keys()) == set(gone.headers.keys())


def test_a_lost_membership_counts_at_once(site: Site) -> None:
    client, path = site.client("rana"), site.path("/tickets/<int:number>")
    assert client.get(path).status_code == 200
    with site.app.app_context():
        people.edit_agent(site.desk.ids["rana"], people.AgentChange("Rana", "", "agent", ()))
    assert client.get(path).status_code == 404
    assert f'href="{path}"' not in client.get("/tickets").text
    assert "X-Live-Topics" in client.get("/live").headers
    assert f"inbox:{site.desk.ids['support']}" not in client.get("/live").headers["X-Live-Topics"]


def test_a_route_without_a_policy_is_not_served(site: Site) -> None:
    site.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for who in (None, "admin"):
        answer = site.client(who).get("/forgotten")
        assert answer.status_code == 500
        assert "secret" not in answer.text
    with pytest.raises(ValueError, match="everybody"):
        allow("everybody")
    assert all(allowed in WHO for rule, allowed in [*site.routes("GET"), *site.routes("POST")] if rule != "/forgotten")


def test_who_is_switched_off_is_out(site: Site) -> None:
    client = site.client("rana")
    with site.app.app_context():
        people.deactivate(site.desk.ids["rana"])
    assert client.get("/tickets").status_code == 302
    assert site.post(client, site.path("/tickets/<int:number>/status"), {"status": "solved"}).status_code == 401


def test_a_draft_is_its_authors(site: Site) -> None:
    """Huda sees the ticket and not what Rana has begun."""
    path = f"/attachments/{site.ids['draft_file']}"
    assert [site.client(who).get(path).status_code for who in ("rana", "huda", "supervisor", "admin", "omar")] == [200, 404, 404, 404, 404]
    assert site.post(site.client("huda"), f"{path}/removal").status_code == 404
    assert site.post(site.client("rana"), f"{path}/removal").status_code == 204
