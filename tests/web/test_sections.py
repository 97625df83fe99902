"""The navigation below the views: what each role finds there, under which heading, and which line a page belongs to."""

import re

from tests.web.site import Site

FOOT = ["practice", "away"]
AGENT = ["canned-replies", "views-settings", "macros-settings"]
SUPERVISOR = ["health", "queue", "sla-board", *AGENT, "rules"]
ADMIN = [*SUPERVISOR, "policies", "hours", "packs", "webhooks", "agents", "teams-settings", "inboxes", "types", "settings"]


def lines(page: str) -> list[str]:
    """The keys of the lines after the views, fixed ones and saved ones."""
    below = page.partition('data-action="go-view-new"')[2].partition('data-action="go-profile"')[0]
    return re.findall(r'data-action="go-([\w-]+)"', below)


def test_each_role_finds_its_pages(site: Site) -> None:
    found = {who: lines(site.client(who).get("/tickets").text) for who in ("rana", "supervisor", "admin")}
    assert found == {"rana": AGENT + FOOT, "supervisor": SUPERVISOR + FOOT, "admin": ADMIN + FOOT}


def test_every_line_leads_somewhere(site: Site) -> None:
    for who in ("rana", "supervisor", "admin"):
        client = site.client(who)
        nav = client.get("/tickets").text.split('id="views"')[1].split("</nav>")[0]
        broken = [path for path in re.findall(r'href="(/[^"]*)"', nav) if client.get(path.replace("&amp;", "&")).status_code != 200]
        assert broken == [], who


def test_a_page_marks_its_line(site: Site) -> None:
    client = site.client("admin")
    for path, key in (("/holidays", "hours"), ("/sla/policies", "policies"), ("/sla/board", "sla-board"), ("/teams", "teams-settings")):
        nav = client.get(path).text.split('id="views"')[1].split("</nav>")[0]
        assert re.findall(r'aria-current="page" data-action="go-([\w-]+)"', nav) == [key]
