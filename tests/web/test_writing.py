"""The composer's forms as a browser sends them: answers, notes, the stopped send, undo, files."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Attachment, Draft, Message, Ticket
from helpdesk.vault import mint_reply_token
from tests.web.site import PNG, Site

SCRIPT = {"HX-Request": "true"}


def form(**changes: Any) -> dict[str, Any]:
    """A filled composer; everything was seen."""
    return {"body": "Please send it to us.", "to": "noura@example.com", "idempotency_key": "k1", "seen_event_id": "999999"} | changes


def replies(site: Site) -> str:
    return site.path("/tickets/<int:number>/replies")


def said(site: Site) -> list[str]:
    with site.app.app_context():
        return list(db.session.scalars(select(Message.text).where(Message.kind != "incoming").order_by(Message.id)))


def seen(site: Site) -> str:
    with site.app.app_context():
        return str(db.session.get_one(Ticket, site.ids["number"]).last_event_id)


def customer_writes(site: Site, text: str) -> None:
    with site.app.app_context():
        contact = db.session.get_one(Ticket, site.ids["number"]).contact_id
        receive([site.desk.mail(text, tokens=[mint_reply_token(site.ids["number"], contact)])])


@pytest.mark.parametrize(("headers", "code"), [({}, 303), (SCRIPT, 200)])
def test_sent_and_sent_again_is_one(site: Site, headers: dict[str, str], code: int) -> None:
    client = site.client("rana")
    for _click in range(3):
        assert site.post(client, replies(site), form(), headers=headers).status_code == code
    assert said(site) == ["Please send it to us."]
    assert site.post(client, replies(site), form(body="Another text"), headers=headers).status_code == 409
    assert said(site) == ["Please send it to us."]


def test_the_page_itself_holds_what_its_form_needs(site: Site) -> None:
    text = site.client("rana").get(site.path("/tickets/<int:number>")).text
    for name in ("csrf_token", "body", "to", "cc", "files", "idempotency_key", "seen_event_id"):
        assert f'name="{name}"' in text, name
    assert f'name="seen_event_id" value="{seen(site)}"' in text


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_a_stopped_send_shows_what_is_new_and_keeps_the_text(site: Site, headers: dict[str, str]) -> None:
    client, before = site.client("huda"), seen(site)
    customer_writes(site, "It began to smoke, too!")
    file = (io.BytesIO(PNG), "plan.png")
    answer = site.post(client, replies(site), form(body="My careful answer", seen_event_id=before, files=file), headers=headers)
    assert answer.status_code == 409
    assert "It began to smoke, too!" in answer.text
    assert "My careful answer" in answer.text
    assert said(site) == []
    with site.app.app_context():
        draft = db.session.scalars(select(Draft).where(Draft.agent_id == site.desk.ids["huda"])).one()
        kept = db.session.scalars(select(Attachment.name).where(Attachment.draft_id == draft.id)).all()
        assert (draft.body, draft.to, kept) == ("My careful answer", "noura@example.com", ["plan.png"])
        file_id = db.session.scalars(select(Attachment.id).where(Attachment.draft_id == draft.id)).one()
    anyway = form(body="My careful answer", seen_event_id=seen(site), attachment_ids=str(file_id))
    assert site.post(client, replies(site), anyway, headers=headers).status_code in (200, 303)
    assert said(site) == ["My careful answer"]


def test_what_the_form_takes(site: Site) -> None:
    client = site.client("rana")
    refused = [{"body": " "}, {"to": "no address"}, {"to": ""}, {"cc": "noura@"}, {"idempotency_key": ""}, {"status": "perhaps"}]
    assert [site.post(client, replies(site), form(**one)).status_code for one in refused] == [422] * len(refused)
    assert said(site) == []
    people = "Noura <noura@example.com>, sami@example.com; huda@example.sa، ali@example.sa"
    assert site.post(client, replies(site), form(to=people, status="solved")).status_code == 303


def test_without_a_recipients_field_it_goes_to_the_contact(site: Site) -> None:
    fields = form()
    del fields["to"]
    assert site.post(site.client("rana"), replies(site), fields).status_code == 303
    with site.app.app_context():
        assert [one["address"] for one in db.session.scalars(select(Message.to).where(Message.kind == "outgoing")).one()] == [
            "noura@example.com"
        ]


def test_who_else_was_addressed_is_shown_and_left_out(site: Site) -> None:
    """A new Cc, a stranger with a token, a sender who is not proved: said plainly; none of them is in the form's lines."""
    with site.app.app_context():
        token = mint_reply_token(site.ids["number"], db.session.get_one(Ticket, site.ids["number"]).contact_id)
        copy = Person('"><script>alert(1)</script>', "eve@example.net")
        receive([site.desk.mail("more", tokens=[token], cc=[copy]), site.desk.mail("mine!", tokens=[token], sender="stranger@example.net")])
    text = site.client("rana").get(site.path("/tickets/<int:number>")).text
    assert re.findall(r'data-add="([^"]+)"', text) == ["stranger@example.net", "eve@example.net"]
    assert re.findall(r'name="(to|cc)" value="([^"]*)"', text) == [("to", "noura@example.com"), ("cc", "")]
    assert ("takes no part" in text, "sender not verified" in text, "<script>alert" in text) == (True, True, False)


def test_who_was_taken_in_stays_in_copy(site: Site) -> None:
    """From an answer that left on, whoever of us answers next."""
    path, copied = site.path("/tickets/<int:number>"), 'name="cc" value="sami@example.com"'
    site.post(site.client("rana"), replies(site), form(cc="sami@example.com"))
    assert copied not in site.client("huda").get(path).text
    with site.app.app_context(), transaction() as session:
        session.scalars(select(Message).where(Message.kind == "outgoing")).one().released_at = clock.now()
    assert copied in site.client("huda").get(path).text


def test_a_note_has_no_recipients_and_is_not_stopped(site: Site) -> None:
    before = seen(site)
    customer_writes(site, "more")
    path = site.path("/tickets/<int:number>/notes")
    assert site.post(site.client("rana"), path, form(body="He is angry.", seen_event_id=before, to="evil@example.net")).status_code == 303
    with site.app.app_context():
        note = db.session.scalars(select(Message).where(Message.kind == "note")).one()
        assert (note.to, note.cc, note.release_at) == ([], [], None)


def test_undo_by_its_author(site: Site) -> None:
    client = site.client("huda")
    site.post(client, replies(site), form(body="Too early"))
    with site.app.app_context():
        message_id = db.session.scalars(select(Message.id).where(Message.kind == "outgoing")).one()
    assert site.post(site.client("rana"), f"/messages/{message_id}/cancellation").status_code == 404
    assert site.post(client, f"/messages/{message_id}/cancellation").status_code == 303
    text = client.get(site.path("/tickets/<int:number>")).text
    assert "Too early" in text
    assert site.post(client, replies(site), form(body="Too early")).status_code == 409, "the old key"


def test_a_decision_is_one_of_two(site: Site) -> None:
    for decision in ("", "perhaps", "again "):
        answer = site.post(site.client("rana"), site.path("/messages/<int:message_id>/delivery"), {"decision": decision})
        assert answer.status_code == 422


def test_a_file_for_the_draft(site: Site) -> None:
    path = site.path("/tickets/<int:number>/files")
    answer = site.post(site.client("rana"), path, {"file": (io.BytesIO(PNG), "../../a\u202egnp.exe")})
    assert (answer.status_code, answer.json["size"]) == (200, len(PNG))
    assert answer.json["name"] == "agnp.exe"
    assert site.post(site.client("rana"), path, {}).status_code == 422
    assert site.post(site.client("rana"), path, {"kind": "letter", "file": (io.BytesIO(PNG), "a.png")}).status_code == 404
