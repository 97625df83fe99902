"""The pages of canned replies and ticket types, and what the composer asks for."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.actions import canned
from helpdesk.actions.canned import CannedChange
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import CannedReply, Contact, Ticket, TicketType
from helpdesk.queries import roster
from tests.web.site import Site

TEMPLATES = "{{7*7}} {% raw %} ${7*7} #{7*7}"


def made(site: Site, **more: Any) -> int:
    with site.app.app_context():
        asked = {"name": "Arrived", "name_ar": "وصل", "folder": "", "texts": {"en": "Hello {{customer_name}}"}, "personal": False} | more
        return canned.create(site.desk.viewer("admin"), CannedChange(**asked)).id


def test_what_the_composer_is_offered(site: Site) -> None:
    client, path = site.client("rana"), site.path("/tickets/<int:number>/canned")
    number, other = made(site), made(site, name="Gone", team_id=site.desk.ids["returns"])
    text = client.get(f"{path}?q=وصل").text
    assert re.findall(r'data-canned="(\d+)"', text) == [str(number)]
    assert 'role="option"' in text
    sent = site.post(client, f"{path}/{number}/use")
    assert (sent.status_code, sent.json) == (200, {"text": "Hello Noura Saleh", "missing": []})
    assert site.post(client, f"{path}/{other}/use").status_code == 404
    assert re.findall(r'data-canned="(\d+)"', client.get(path).text)[0] == str(number)
    with site.app.app_context():
        canned.switch(site.desk.viewer("admin"), number, False)
    assert site.post(client, f"{path}/{number}/use").status_code == 404


def test_a_missing_language_says_so(site: Site) -> None:
    client, number = site.client("rana"), made(site, texts={"ar": "أهلا {{due_date}}"})
    path = site.path(f"/tickets/<int:number>/canned/{number}/use")
    refused = site.post(client, path)
    assert refused.status_code == 422
    assert refused.json["error"] == "This reply has no text in the customer's language (English)."
    assert refused.json["languages"] == [["ar", "Arabic"]]
    assert site.post(client, path, {"language": "ar"}).json == {"text": "أهلا {{due_date}}", "missing": ["due_date"]}
    with site.app.app_context():
        assert db.session.get_one(CannedReply, number).uses == 1


def test_an_answer_with_a_gap_is_refused_in_words(site: Site) -> None:
    form = {"body": "Until {{due_date}}", "to": "noura@example.com", "idempotency_key": "k1", "seen_event_id": "999999"}
    answer = site.post(site.client("rana"), site.path("/tickets/<int:number>/replies"), form, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Day on which it is due" in answer.text


def test_what_people_wrote_is_never_run(site: Site) -> None:
    """Names, subjects, replies: as they were written, on every page."""
    number = made(site, name=TEMPLATES, texts={"en": f"{TEMPLATES} {{{{customer_name}}}} {{{{subject}}}}"})
    with site.app.app_context(), transaction() as session:
        ticket = session.get_one(Ticket, site.ids["number"])
        ticket.subject = TEMPLATES
        session.get_one(Contact, ticket.contact_id).name = TEMPLATES
    client = site.client("admin")
    filled = site.post(client, site.path(f"/tickets/<int:number>/canned/{number}/use")).json["text"]
    assert filled == " ".join([TEMPLATES] * 3)
    form = {"name": "x", "owner": "all", "text_en": "{{customer_name}}|{{subject}}", "number": str(site.ids["number"]), "preview": "1"}
    pages = [client.get(path).text for path in ("/canned", f"/canned/{number}", site.path("/tickets/<int:number>"), "/tickets")]
    for text in [*pages, site.post(client, f"/canned/{number}", form).text]:
        assert TEMPLATES in text
        assert "49" not in re.sub(r"[\w-]*49[\w-]+|[\w-]+49", "", re.sub(r"<[^>]*>", "", text))


def test_one_is_written_changed_and_thrown_away(site: Site) -> None:
    client = site.client("rana")
    form = {"name": "Hi", "name_ar": "", "folder": " A  B ", "folder_ar": "ألف", "owner": "me", "text_en": "Hello\r\nyou", "text_ar": ""}
    assert site.post(client, "/canned", form).status_code == 302
    with site.app.app_context():
        reply = db.session.scalars(select(CannedReply).where(CannedReply.name == "Hi")).one()
        number, kept = reply.id, (reply.agent_id, reply.folder, [text.text for text in reply.texts])
    assert kept == (site.desk.ids["rana"], "A B", ["Hello\nyou"])
    for language, folder in (("en", "A B"), ("ar", "ألف")):
        site.post(client, "/language", {"language": language, "next": "/canned"})
        assert re.findall(r'<h2 id="folder-1"><bdi>(.*?)</bdi>', client.get("/canned").text) == [folder]
    site.post(client, "/language", {"language": "en", "next": "/canned"})
    refusals = (
        ({"text_en": "{{nothing}}"}, "text_en"), ({"name": ""}, "name"), ({"text_en": ""}, "text_ar"), ({"owner": "all"}, "owner"),
        ({"owner": "team:99"}, "owner"), ({"text_en": "x" * 20_001}, "text_en"), ({"preview": "1", "number": "0"}, "number"),
        ({"preview": "1", "number": "x"}, "number"),
    )  # fmt: skip
    for wrong, field in refusals:
        answer = site.post(client, f"/canned/{number}", form | wrong)
        assert answer.status_code == 422, wrong
        assert f'id="f-{field}-problem"' in answer.text, wrong
    assert site.client("huda").get(f"/canned/{number}").status_code == 404
    assert site.post(client, f"/canned/{number}/state", {"active": ""}).status_code == 302
    assert site.post(client, f"/canned/{number}/removal").status_code == 302
    assert client.get(f"/canned/{number}").status_code == 404


def test_a_preview_writes_nothing(site: Site) -> None:
    client = site.client("rana")
    form = {"name": "", "owner": "me", "text_en": "Hello {{customer_name}}, {{due_date}}", "number": str(site.ids["number"])}
    form["preview"] = "1"
    answer = site.post(client, "/canned", form)
    assert answer.status_code == 200
    assert "Hello Noura Saleh, {{due_date}}" in answer.text
    assert "Missing in this ticket" in answer.text
    assert site.post(site.client("lina"), "/canned", form).status_code == 422
    with site.app.app_context():
        assert db.session.scalars(select(CannedReply.name)).all() == ["Hello"]


def test_a_table_is_looked_at_before_it_is_taken_in(site: Site) -> None:
    client = site.client("supervisor")
    table = '\ufefffolder,name,name_ar,team,language,text\r\n,Hello,,,en,"Hello,\n\nyou"\r\n,New,,,ar,جديد\r\n'
    seen = site.post(client, "/canned/import", {"file": (io.BytesIO(table.encode()), "a.csv")})
    assert seen.status_code == 200
    assert re.findall(r"chip[^>]*>(\w+)</span></td></tr>", seen.text) == ["Changed", "New"]
    assert names(site) == ["Hello"]
    agreed = re.search(r'name="table" hidden>\n(.*?)</textarea>', seen.text, re.S)
    assert agreed
    table = agreed[1].replace("&#34;", '"')
    assert site.post(client, "/canned/import", {"table": table + ",Bad,,nobody,ar,x\r\n", "agreed": "1"}).status_code == 422
    assert names(site) == ["Hello"]
    assert site.post(client, "/canned/import", {"table": table, "agreed": "1"}).status_code == 302
    assert names(site) == ["Hello", "New"]
    out = client.get("/canned/export")
    assert out.mimetype == "text/csv"
    assert out.data.decode("utf-8-sig").split("\r\n")[1:3] == [',,Hello,,,en,"Hello,\n\nyou"', ",,New,,,ar,جديد"]
    for wrong in ({}, {"table": "x", "agreed": "1"}, {"file": (io.BytesIO(b"\xff\xfe"), "a.csv")}):
        assert site.post(client, "/canned/import", wrong).status_code == 422


def names(site: Site) -> list[str]:
    with site.app.app_context():
        return list(db.session.scalars(select(CannedReply.name).order_by(CannedReply.id)))


@pytest.mark.parametrize("who", ["rana", "supervisor"])
def test_only_admins_keep_the_list_of_types(site: Site, who: str) -> None:
    assert site.client(who).get("/ticket-types").status_code == 404
    assert "/ticket-types" not in site.client(who).get("/canned").text


def test_types_on_their_page_and_on_a_ticket(site: Site) -> None:
    client, number = site.client("admin"), site.path("/tickets/<int:number>")
    forms = (
        ("/ticket-types", {"name": "Return"}, 302), ("/ticket-types", {"name": "return"}, 422), ("/ticket-types/1", {"name": ""}, 422),
        ("/ticket-types/1", {"name": "Fix", "name_ar": "إصلاح"}, 302), ("/ticket-types/2/place", {"move": "up"}, 302),
    )  # fmt: skip
    for path, form, status in forms:
        assert site.post(client, path, form).status_code == status, (path, form)
    with site.app.app_context():
        assert db.session.scalars(select(TicketType.name).order_by(TicketType.position)).all() == ["Return", "Fix"]
    assert site.post(client, f"{number}/type", {"type": "1"}).status_code == 302
    roster.forget()
    page = client.get(number).text
    assert "Type set to <bdi>Fix</bdi> by <bdi>Admin</bdi>" in page
    assert re.findall(r'name="type" value="(\d*)"', page) == ["2", "1", ""]
    assert site.post(client, "/ticket-types/2/state", {"active": ""}).status_code == 302
    assert site.post(client, f"{number}/type", {"type": "2"}).status_code == 422
