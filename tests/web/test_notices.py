"""The bell and the page of notices: whose they are, what they say, where they lead, until they are read."""

from typing import Any

from sqlalchemy import select

from helpdesk.actions import notices
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Notice
from tests.web.site import Site

KINDS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "rule_told", "rule": "Late parts"}, "the rule “Late parts” asks you to look", "/tickets/{number}"),
    ({"kind": "sla_warning", "target": "first_response"}, "“First response” is due soon", "/tickets/{number}"),
    ({"kind": "sla_breach", "target": "x", "name": "Refund"}, "“Refund” was missed.", "/tickets/{number}"),
    ({"kind": "sla_escalation", "target": "resolution"}, "“Resolution” was missed and is still open", "/tickets/{number}"),
    ({"kind": "webhook_off", "webhook": "Shop", "webhook_id": 7, "why": "gone"}, "“Shop” was switched off: its", "/webhooks/7"),
    ({"kind": "rule_off", "rule": "Loop", "rule_id": 3}, "“Loop” was switched off", "/rules/3"),
    ({"kind": "import_done", "count": 2, "task_id": 5}, "2 rows were taken", "/tasks/5"),
    ({"kind": "of tomorrow", "text": "Said <b>so</b>"}, "Said &lt;b&gt;so&lt;/b&gt;", "/notices"),
]


def tell(site: Site, words: dict[str, Any], *who: str, number: int | None = None) -> None:
    with site.app.app_context(), transaction() as session:
        notices.notify(session, [site.desk.ids[name] for name in who], number, words)


def newest_of(site: Site, who: str) -> int:
    with site.app.app_context():
        found = select(Notice.id).where(Notice.agent_id == site.desk.ids[who]).order_by(Notice.id.desc())
        return db.session.scalars(found).first() or 0


def test_each_kind_has_its_sentence_and_leads_on(site: Site) -> None:
    number, client = site.ids["number"], site.client("huda")
    for words, sentence, target in KINDS:
        tell(site, words, "huda", number=number if "{number}" in target else None)
        for path in ("/notices", "/notices/short"):
            page = client.get(path).text.replace("<bdi>", "").replace("</bdi>", "")
            assert sentence in page, words
        answer = site.post(client, f"/notices/{newest_of(site, 'huda')}")
        assert (answer.status_code, answer.location) == (303, target.format(number=number))
        assert 'data-unread="0"' in client.get("/notices/short").text


def test_names_are_those_of_the_readers_language(site: Site) -> None:
    number = site.ids["number"]
    tell(site, {"kind": "rule_told", "rule": "Late parts", "rule_ar": "قطع متأخرة"}, "huda", number=number)
    tell(site, {"kind": "sla_breach", "target": "stage:Review", "name": "Review", "name_ar": "المراجعة"}, "huda", number=number)
    client, english, arabic = site.client("huda"), ("Late parts", "Review"), ("قطع متأخرة", "المراجعة")
    for language, there, elsewhere in (("en", english, arabic), ("ar", arabic, english)):
        site.post(client, "/language", {"language": language, "next": "/notices"})
        said = client.get("/notices/short").text
        assert [words for words in there if words not in said] == []
        assert [words for words in elsewhere if words in said] == []


def test_only_whose_they_are(site: Site) -> None:
    tell(site, {"kind": "rule_told", "rule": "R"}, "supervisor", "huda", number=site.ids["number"])
    supervisor, huda, omar = (site.client(who) for who in ("supervisor", "huda", "omar"))
    assert site.post(supervisor, f"/notices/{newest_of(site, 'huda')}").status_code == 404
    site.post(supervisor, "/notices/read")
    assert [client.get("/notices/short").text.count('data-unread="1"') for client in (supervisor, huda, omar)] == [0, 1, 0]
    assert 'data-bell="1"' in huda.get("/profile").text
    assert "Nothing to tell you." in omar.get("/notices").text
