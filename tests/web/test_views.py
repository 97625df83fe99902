"""Saved views on their pages: made without a script, refused in place, shared, put in order, thrown away, brought back."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from helpdesk.actions import change, saved_views
from helpdesk.actions.saved_views import MOST, ViewChange
from helpdesk.extensions import db
from helpdesk.models import SavedView
from helpdesk.queries.saved_views import MOST_BESIDE
from helpdesk.web import saved
from tests.web.site import Site
from tests.web.test_rules import text

FORM = {
    "name": "Urgent ones", "name_ar": "العاجلة", "owner": "me", "queues": ["open", "waiting"], "sort": "newest", "revision": "0",
    "if.how": "all", "if.0.word": "priority", "if.0.test": "is", "if.0.value": ["high", "urgent"], "if.1.how": "none",
    "if.1.0.word": "tags", "if.1.0.test": "has_any", "if.1.0.value": "wait، later",
}  # fmt: skip
SAYS = {"all": [{"word": "priority", "test": "is", "value": ["high", "urgent"]},
                {"none": [{"word": "tags", "test": "has_any", "value": ["wait", "later"]}]}]}  # fmt: skip


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine counts everything too."""
    monkeypatch.setattr(saved, "SECONDS", 10.0)


def made(site: Site, client: FlaskClient, **changes: Any) -> int:
    """The number of a new view."""
    answer = site.post(client, "/views", FORM | changes)
    assert answer.status_code == 303, text(answer)
    return int(answer.location.rpartition("=v")[2])


def row(site: Site, number: int) -> Any:
    """What is kept of it."""
    with site.app.app_context():
        view = db.session.get_one(SavedView, number)
        db.session.expunge(view)
        return view


def beside(client: FlaskClient) -> list[str]:
    """The saved views beside a page."""
    return re.findall(r'href="/tickets\?view=v(\d+)" title', client.get("/profile").get_data(as_text=True))


def test_a_form_becomes_a_view_and_comes_back_as_the_same_form(site: Site) -> None:
    rana = site.client("rana")
    number = made(site, rana)
    view = row(site, number)
    assert (view.conditions, view.queues, view.sort, view.agent_id) == (SAYS, ["open", "waiting"], "newest", site.desk.ids["rana"])
    page = rana.get(f"/views/{number}").get_data(as_text=True)
    for part in ('value="urgent" checked', 'value="waiting" checked', 'value="wait, later"', 'value="العاجلة"'):
        assert part in page, part
    says = text(rana.get("/views"))
    assert "Among: Open or Waiting; all of this is true: the priority is High or Urgent, and (none of this is true: " in says
    assert "the tags hold any of “wait” or “later”). Newest first." in says


def test_a_view_shows_its_tickets_and_counts_them(site: Site) -> None:
    rana, ticket = site.client("rana"), site.ids["number"]
    number = made(site, rana)
    assert f'id="row-{ticket}"' not in rana.get(f"/tickets?view=v{number}").text
    with site.app.app_context():
        change.change(site.desk.viewer("rana"), ticket, change.set_priority("urgent"))
    page = rana.get(f"/tickets?view=v{number}").text
    assert f'id="row-{ticket}"' in page
    assert f'data-view="v{number}"' in page
    assert f'<span class="count" data-count="view-{number}" data-uncounted>' in page
    assert rana.get("/tickets/counts").json[f"view-{number}"] == "1"
    assert f'<span class="count" data-count="view-{number}">1</span>' in rana.get("/profile").text
    rows = rana.get(f"/tickets/rows?view=v{number}&ids={ticket}").text
    assert f'id="row-{ticket}"' in rows
    assert f'"view-{number}": "1"' in rows.replace('":"', '": "')
    assert rana.get(f"/tickets/{ticket}/next?view=v{number}").location == f"/tickets?view=v{number}"


def test_a_shared_view_shows_each_reader_what_he_may_see(site: Site) -> None:
    boss, ticket = site.client("supervisor"), site.ids["number"]
    number = made(site, boss, owner="all", **{"if.0.value": ["normal", "low", "high", "urgent"]})
    for who, sees in (("rana", True), ("huda", True), ("omar", False), ("lina", False), ("admin", True)):
        client = site.client(who)
        assert (f'id="row-{ticket}"' in client.get(f"/tickets?view=v{number}").text) is sees, who
        assert (f'id="row-{ticket}"' in client.get(f"/tickets/rows?view=v{number}&ids={ticket}").text) is sees, who
        assert client.get("/tickets/counts").json[f"view-{number}"] == ("1" if sees else ""), who


def test_who_sees_and_changes_which(site: Site) -> None:
    rana, huda, omar, boss = (site.client(who) for who in ("rana", "huda", "omar", "supervisor"))
    own, team = made(site, rana), made(site, boss, owner=f"team:{site.desk.ids['repairs']}")
    for who, sees in ((rana, (200, 200)), (huda, (404, 200)), (omar, (404, 404)), (boss, (404, 200))):
        assert tuple(who.get(f"/views/{number}").status_code for number in (own, team)) == sees
        assert tuple(who.get(f"/tickets?view=v{number}").status_code for number in (own, team)) == sees
    for who in (rana, huda, omar):
        for path, form in ((f"/views/{team}", FORM), (f"/views/{team}/removal", {}), (f"/views/{team}/return", {})):
            assert site.post(who, path, form).status_code == 404, path
    assert "name=\"if.how\"" not in rana.get(f"/views/{team}").text
    assert site.post(rana, "/views", FORM | {"owner": "all"}).status_code == 422
    assert site.post(rana, "/views", FORM | {"owner": f"team:{site.desk.ids['repairs']}"}).status_code == 422
    assert site.post(boss, "/views", FORM | {"owner": "team:99999"}).status_code == 422
    assert (row(site, team).name, row(site, own).name) == ("Urgent ones", "Urgent ones")


@pytest.mark.parametrize(("changes", "place", "words"), [
    ({"name": "x" * 500}, "f-name", "At most 120 characters."),
    ({"name": "", "name_ar": " "}, "f-name", "A name is needed"),
    ({"if.0.word": "gone"}, "if.0", "There is nothing called “gone” to ask for."),
    ({"if.0.word": "text", "if.0.test": "has_any", "if.0.value": "refund"}, "if.0", "A view cannot ask for “the text”"),
    ({"if.0.word": "by", "if.0.test": "is", "if.0.value": ["contact"]}, "if.0", "A view cannot ask for"),
    ({"if.0.word": "team", "if.0.value": ["99999"]}, "if.0", "is not there any more"),
    ({"if.0.value": []}, "if.0", "Choose something."),
    ({"queues": []}, "queues", "Choose where to look."),
    ({"queues": ["nowhere"]}, "queues", "Choose where to look."),
    ({"sort": "waiting"}, "sort", "Only open tickets can be put in this order."),
    ({"sort": "backwards"}, "sort", "Only open tickets can be put in this order."),
])  # fmt: skip
def test_what_cannot_be_taken_is_told_in_its_place(site: Site, changes: dict[str, Any], place: str, words: str) -> None:
    rana = site.client("rana")
    answer = site.post(rana, "/views", FORM | changes)
    assert answer.status_code == 422
    found = re.search(rf'id="{re.escape(place)}-problem">(.*?)</p>', answer.get_data(as_text=True), re.S)
    assert found, text(answer)
    assert words in re.sub(r"<[^>]+>", "", found[1])
    if place != "f-name":
        draft = site.post(rana, "/views/draft", FORM | changes)
        assert f'id="{place}-problem"' in draft.text
        assert "as soon as nothing is wrong" in draft.text


def test_a_word_of_the_moment_is_refused(site: Site) -> None:
    asked = FORM | {"if.0.word": "by", "if.0.test": "is", "if.0.value": ["contact"]}
    assert site.post(site.client("rana"), "/views", asked).status_code == 422


def test_a_draft_tells_how_many_and_saves_nothing(site: Site) -> None:
    rana = site.client("rana")
    assert "It shows you 0 tickets now." in text(site.post(rana, "/views/draft", FORM))
    assert "It shows you 1 ticket now." in text(site.post(rana, "/views/draft", FORM | {"if.0.value": ["normal"]}))
    added = site.post(rana, "/views", FORM | {"step": "add if"})
    assert (added.status_code, 'name="if.2.word"' in added.text) == (200, True)
    assert 'value="text"' not in added.text
    with site.app.app_context():
        assert db.session.query(SavedView).count() == 1, "the one of the site"


def test_what_it_named_is_gone(site: Site) -> None:
    rana = site.client("rana")
    number = made(site, rana)
    with site.app.app_context():
        for conditions, shows in (({"all": [{"word": "team", "test": "is", "value": ["99999"]}]}, "Nothing fits this view now"),
                                  ({"all": [{"word": "gone", "test": "is", "value": ["1"]}]}, "This view cannot be shown")):
            saved_views.edit(site.desk.viewer("rana"), number, ViewChange(
                "Lost", "", ("open",), conditions, agent_id=site.desk.ids["rana"]), row(site, number).revision)
            assert shows in text(rana.get(f"/tickets?view=v{number}"))
            assert "Something it asks for is not there any more." in text(rana.get("/views"))
            assert 'id="if.0-problem"' in rana.get(f"/views/{number}").text
            assert rana.get("/tickets/counts").json[f"view-{number}"] == ""


def test_two_people_edit_one_view(site: Site) -> None:
    boss, admin = site.client("supervisor"), site.client("admin")
    number = made(site, boss, owner="all")
    seen = {"revision": "1", "owner": "all"}
    assert site.post(boss, f"/views/{number}", FORM | seen | {"name": "The first"}).status_code == 303
    answer = site.post(admin, f"/views/{number}", FORM | seen | {"name": "The second"})
    assert answer.status_code == 409
    assert "Supervisor changed this view while you had it open." in text(answer)
    assert 'value="The second"' in answer.text
    assert row(site, number).name == "The first"
    assert 'name="revision" value="2"' in answer.text
    assert site.post(admin, f"/views/{number}", FORM | seen | {"name": "The second", "revision": "2"}).status_code == 303
    assert row(site, number).name == "The second"


def test_thrown_away_and_brought_back(site: Site) -> None:
    rana = site.client("rana")
    number = made(site, rana)
    answer = site.post(rana, f"/views/{number}/removal")
    page = rana.get(answer.location).text
    assert f'action="/views/{number}/return"' in page
    assert str(number) not in beside(rana)
    assert [rana.get(path).status_code for path in (f"/tickets?view=v{number}", f"/views/{number}")] == [404, 404]
    assert rana.get(f"/tickets/{site.ids['number']}?view=v{number}").status_code == 200, "beside a ticket the list is another one"
    assert site.post(rana, f"/views/{number}/removal").status_code == 404
    assert site.post(rana, f"/views/{number}/return").status_code == 303
    assert str(number) in beside(rana)


def test_what_a_page_fetches_leaves_its_cookie_alone(site: Site) -> None:
    """A count that was asked for before a form was sent, and answers after it, must not take the form's sentence away."""
    rana = site.client("rana")
    assert "Set-Cookie" in rana.get("/tickets").headers
    for path in ("/tickets/counts", "/tickets/rows", "/notices/short"):
        assert "Set-Cookie" not in rana.get(path, headers={"HX-Request": "true"}).headers, path


def test_each_has_an_order_of_his_own(site: Site) -> None:
    rana, boss = site.client("rana"), site.client("supervisor")
    shared = site.ids["view_id"]
    first, second = made(site, rana), made(site, rana)
    assert beside(rana) == [str(number) for number in (shared, first, second)]
    site.post(rana, "/views/order", {"up": str(second)})
    assert beside(rana) == [str(number) for number in (shared, second, first)]
    site.post(rana, "/views/order", {"ids": f"{first},{second},99999,{shared}"})
    assert beside(rana) == [str(number) for number in (first, second, shared)]
    assert beside(boss) == [str(shared)]
    assert 'data-action="go-saved-1"' in rana.get("/profile").text


def test_two_hundred_views(site: Site) -> None:
    rana = site.client("rana")
    with site.app.app_context():
        viewer = site.desk.viewer("rana")
        for place in range(MOST):
            saved_views.create(viewer, ViewChange(f"View {place}", "", ("open",), SAYS, agent_id=viewer.agent_id))
    answer = site.post(rana, "/views", FORM)
    assert answer.status_code == 422
    assert "There are 200 views already." in text(answer)
    assert len(beside(rana)) == MOST_BESIDE
    assert 'href="/views" title="All saved views"' in rana.get("/profile").text
    assert rana.get("/views").text.count('class="rule-row"') == MOST + 1
    assert len([key for key in rana.get("/tickets/counts").json if key.startswith("view-")]) >= 1


@pytest.mark.parametrize("key", ["v", "v99999", "v-1", "v1e3", "v٣", "v9999999999", "vv1"])
def test_a_view_that_is_none(site: Site, key: str) -> None:
    status = site.client("rana").get("/tickets", query_string={"view": key}).status_code
    assert status == (404 if re.fullmatch(r"v\d+", key, re.ASCII) else 200)
