"""The pages of starter packs: what they show before and after, what they refuse, and that a second press changes nothing."""

from html.parser import HTMLParser
from typing import Any

from sqlalchemy import func, select

from automations.packs import reader
from helpdesk.extensions import db
from helpdesk.models import CannedReply, Pack, Rule, SlaPolicy
from tests.web.site import Site


class Words(HTMLParser):
    """What stands in the list of pieces, without addresses and names of classes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page[page.index('<main') : page.index('</main>')])

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def count(site: Site, model: type[Any], *wanted: Any) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model).where(*wanted)) or 0


def test_a_pack_is_read_installed_switched_on_and_taken_away(site: Site) -> None:
    admin, returns = site.client("admin"), str(site.desk.ids["returns"])
    before = count(site, Rule), count(site, CannedReply)
    assert site.post(admin, "/packs/returns-shop/installation", {"team-returns": "999"}).status_code == 422
    assert count(site, Pack) == 0
    for _press in range(2):
        assert site.post(admin, "/packs/returns-shop/installation", {"team-returns": returns}).status_code == 303
    assert count(site, Rule, Rule.active, Rule.kind != "macro") == 0
    page = admin.get("/packs/returns-shop").text
    assert "move to the team" in page
    assert "10 rules and promises of this pack are switched off." in page
    assert site.post(admin, "/packs/returns-shop/switch").status_code == 303
    rules = len(reader.pack("returns-shop").of("trigger", "timed", "macro"))
    assert (count(site, Rule, Rule.active, Rule.pack == "returns-shop"), count(site, SlaPolicy, SlaPolicy.active)) == (rules, 1)
    assert "Nothing of it would stay." in admin.get("/packs/returns-shop").text
    for status in (303, 404):
        assert site.post(admin, "/packs/returns-shop/removal").status_code == status
    assert (count(site, Rule), count(site, CannedReply)) == before
    assert site.post(admin, "/packs/nothing/installation").status_code == 404


def test_everything_is_told_in_the_readers_language(site: Site) -> None:
    admin = site.client("admin")
    for pack in reader.packs():
        shown = "".join(Words(admin.get(f"/packs/{pack.key}").text).found)
        missing = [piece.name for piece in pack.pieces if piece.name not in shown]
        assert not missing, f"{pack.key}: {missing}"
        assert not [mark for mark in ("type:", "reply:", "tag:", "team:", "text:", "{{", "#none") if mark in shown], pack.key


def test_what_was_left_out_for_want_of_a_team_is_not_promised(site: Site) -> None:
    admin = site.client("admin")
    assert "move to the team" in admin.get("/packs/repair").text
    site.post(admin, "/packs/repair/installation", {"team-repair": ""})
    page = admin.get("/packs/repair").text
    assert "move to the team" not in page
    assert "No team was chosen" in page
