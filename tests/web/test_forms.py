"""Forms: only from pages of ours, only the fields that they have, and nothing that anybody may type breaks them."""

from typing import Any

from sqlalchemy import select

from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Agent, AgentSession, Attachment, Desk, Draft, Inbox, Message, Ticket
from tests.web.site import Site

STRANGE = [
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "1e9",
    "2147483648",
    "9" * 40,
    "null",
    "None",
    "true",
    "[]",
    "{}",
    "'",
    '"',
    "' OR 1=1 --",
    "../../etc/passwd",
    "%00",
    "\u0660",
    "١٢٣",
    "\u202e",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "<script>",
    "a" * 5000,
    "\r\nX: y",
    "{{7*7}}",
    "${7*7}",
    "9999-12-31T23:59:59.999999",
    "0001-01-01T00:00",
    "2026-11-23T10:00+99:00",
]
FIELDS = {
    "assignee": "assignee",
    "team": "team",
    "status": "status",
    "priority": "priority",
    "subject": "subject",
    "tags": "add",
    "place": "place",
    "snooze": "until",
}


def columns(site: Site, model: Any, row_id: int) -> dict[str, Any]:
    with site.app.app_context():
        row = db.session.get_one(model, row_id)
        return {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs}


def test_nothing_changes_by_get(site: Site) -> None:
    client, readable = site.client("admin"), {rule for rule, _ in site.routes("GET")}
    for rule, _allowed in site.routes("POST"):
        if rule not in readable:
            assert client.get(site.path(rule)).status_code == 405, rule
            assert client.head(site.path(rule)).status_code == 405, rule


def test_every_post_needs_the_token_of_its_page(site: Site) -> None:
    other = site.token(site.client("rana"))
    client = site.client("admin")
    for rule, _allowed in site.routes("POST"):
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": other}):
            assert client.post(site.path(rule), data=data).status_code == 403, (rule, data)


def test_no_form_from_another_origin(site: Site) -> None:
    client = site.client("admin")
    foreign = ["https://evil.example", "null", "http://desk.example.com.evil.example", "http://localhost:81", ""]
    for rule, _allowed in site.routes("POST"):
        for origin in foreign:
            assert site.post(client, site.path(rule), headers={"Origin": origin}).status_code == 403, (rule, origin)


def test_no_form_from_another_site(site: Site) -> None:
    client = site.client("admin")
    for rule, _allowed in site.routes("POST"):
        for relation in ("cross-site", "same-site"):
            assert site.post(client, site.path(rule), headers={"Sec-Fetch-Site": relation}).status_code == 403, (rule, relation)


def test_our_own_page_does(site: Site) -> None:
    path, client = site.path("/tickets/<int:number>/priority"), site.client("rana")
    ours = [
        {"Origin": "http://desk.example.com"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ]
    for headers in [*ours, {}]:
        assert site.post(client, path, {"priority": "high"}, headers=headers).status_code == 302, headers


def test_a_form_writes_its_own_field_and_no_other(site: Site) -> None:
    """Every column of the ticket, posted by an agent to every small form (safety S43)."""
    hostile = {column.key: "7" for column in Ticket.__mapper__.column_attrs} | {"id": "77", "inbox_id": str(site.desk.ids["parcels"])}
    good = {
        "assignee": "me",
        "team": str(site.desk.ids["returns"]),
        "status": "pending",
        "priority": "high",
        "subject": "New",
        "add": "tag",
        "place": "trash",
        "until": "tomorrow",
    }
    may_change = {
        "assignee": {"assignee_id"},
        "team": {"team_id"},
        "status": {"status", "queue"},
        "priority": {"priority"},
        "subject": {"subject"},
        "tags": set(),
        "place": {"place", "queue"},
        "snooze": {"snoozed_until", "queue"},
    }
    for form, field in FIELDS.items():
        before = columns(site, Ticket, site.ids["number"])
        path = site.path(f"/tickets/<int:number>/{form}")
        assert site.post(site.client("supervisor"), path, hostile | {field: good[field]}).status_code == 302, form
        after = columns(site, Ticket, site.ids["number"])
        assert {name for name in before if before[name] != after[name]} <= may_change[form] | {"last_event_id"}, form


def test_an_answer_is_its_authors_whatever_is_posted(site: Site) -> None:
    client = site.client("rana")
    hostile = {
        "agent_id": "1",
        "kind": "incoming",
        "verified": "1",
        "external_id": "x@example.com",
        "release_at": "2020-01-01",
        "released_at": "2020-01-01",
        "from_address": "evil@example.com",
        "ticket_id": "77",
        "inbox_id": "2",
        "message_id": "1",
        "created_at": "2020-01-01",
        "html": "<b>",
    }
    form = {"body": "Hello", "to": "noura@example.com", "idempotency_key": "k1", "seen_event_id": "999999", "status": ""}
    assert site.post(client, site.path("/tickets/<int:number>/replies"), hostile | form).status_code == 303
    with site.app.app_context():
        written = db.session.scalars(select(Message).where(Message.idempotency_key == "k1")).one()
        assert (written.agent_id, written.kind, written.ticket_id) == (site.desk.ids["rana"], "outgoing", site.ids["number"])
        assert (written.from_address, written.released_at, written.html) == ("support@example.com", None, None)
        assert (written.external_id or "").startswith("hd.")


def test_nothing_typed_anywhere_is_a_fault(site: Site) -> None:
    """Every small form, with what nobody should type (safety S42); NUL, too, which PostgreSQL refuses."""
    client = site.client("supervisor")
    wrong = []
    for form, field in FIELDS.items():
        for value in [*STRANGE, "a\0b"]:
            code = site.post(client, site.path(f"/tickets/<int:number>/{form}"), {field: value}).status_code
            if code >= 500:
                wrong.append((form, value[:20], code))
    assert wrong == []


def test_a_time_at_the_end_of_all_times(site: Site) -> None:
    """In zones west of Greenwich the last local moment is in the year 10,000."""
    with site.app.app_context(), transaction() as session:
        session.get_one(Agent, site.desk.ids["rana"]).time_zone = "America/New_York"
    for until in ("9999-12-31T23:59:59.999999", "0001-01-01T00:00"):
        assert site.post(site.client("rana"), site.path("/tickets/<int:number>/snooze"), {"until": until}).status_code == 422


def test_nothing_typed_in_the_composer_is_a_fault(site: Site) -> None:
    client = site.client("rana")
    wrong = []
    for path in ("replies", "draft"):
        for field in ("body", "to", "cc", "status", "seen_event_id", "idempotency_key", "attachment_ids", "kind", "files", "file"):
            for value in ["", "9" * 40, "2147483648", "٣", "\r\nX: y", "a" * 5000, "a\0b"]:
                form = {
                    "body": "x",
                    "to": "noura@example.com",
                    "idempotency_key": f"{path}{field}",
                    "seen_event_id": "999999",
                    field: value,
                }
                code = site.post(client, site.path(f"/tickets/<int:number>/{path}"), form).status_code
                if code >= 500:
                    wrong.append((path, field, value[:20], code))
    assert wrong == []


def test_the_desk_itself_takes_its_own_fields_alone(site: Site) -> None:
    hostile = {"demo": "", "id": "9", "created_at": "2020-01-01", "active": "", "role": "admin", "authserv_id": "evil", "smtp": "{}"}
    before = {model: columns(site, model, 1) for model in (Desk, Inbox, Agent)}
    client = site.client("admin")
    site.post(client, "/desk", hostile | {"name": "Example Store", "name_ar": "متجر المثال", "language": "ar", "time_zone": "Asia/Riyadh"})
    site.post(client, "/profile", hostile | {"name": "Admin", "name_ar": "", "language": "en"})
    after = {model: columns(site, model, 1) for model in (Desk, Inbox, Agent)}
    for model, columns_before in before.items():
        changed = {name for name, value in columns_before.items() if value != after[model][name]}
        assert changed <= {"name", "name_ar", "language", "time_zone", "sound", "single_keys", "theme", "digits"}, model


def test_a_session_of_another_is_not_ended(site: Site) -> None:
    client = site.client("rana")
    site.client("admin")
    with site.app.app_context():
        others = db.session.scalars(select(AgentSession.id).where(AgentSession.agent_id != site.desk.ids["rana"])).all()
    assert {site.post(client, f"/sessions/{one}/end").status_code for one in others} == {404}


def test_files_of_others_are_not_attached_by_their_ids(site: Site) -> None:
    """An answer takes files of its author's own draft along, and no other."""
    client = site.client("huda")
    form = {"body": "x", "to": "noura@example.com", "idempotency_key": "k2", "seen_event_id": "999999"}
    ids = [str(site.ids["draft_file"]), str(site.ids["attachment_id"])]
    assert site.post(client, site.path("/tickets/<int:number>/replies"), form | {"attachment_ids": ids}).status_code == 303
    with site.app.app_context():
        assert db.session.get_one(Attachment, site.ids["attachment_id"]).message_id == site.ids["message_id"]
        assert db.session.get_one(Attachment, site.ids["draft_file"]).message_id is None
        assert db.session.scalars(select(Draft.agent_id)).all() == [site.desk.ids["rana"]]
