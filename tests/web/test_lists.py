"""Addresses that anybody may edit: views, orders, keys and searches never break a page, and never show more."""

import re

from tests.web.site import Site

STRANGE = [
    "",
    "0",
    "-1",
    "1.5",
    "9" * 40,
    "9" * 18,
    "2147483648",
    "null",
    "'",
    "' OR 1=1 --",
    "../..",
    "%00",
    "%ff",
    "%0d%0aX:y",
    "٣",
    "%F0%9F%98%80",
    "a" * 3000,
    "{{7*7}}",
    "newest;drop",
    "1.2",
    "1.2.3.4",
    "..",
    "999999999999999999.1.1",
    "1.999999999999999999.1",
    "1.1.999999999999999999",
    "-1.1.1",
    "1e3.1.1",
]
QUERIES = [
    "'",
    '"',
    '"a" OR "b"',
    "a*",
    "NEAR(a b)",
    "a:b",
    "tokens:a",
    "!a",
    "a & b",
    "(",
    "-",
    "^a",
    "\\",
    "a'b",
    "#1",
    "# 1",
    "9" * 30,
    "أ" * 400,
    "؟",
    "a b " * 200,
]


def test_strange_views_orders_and_keys(site: Site) -> None:
    client = site.client("rana")
    wrong = []
    for value in STRANGE:
        pages = [f"{page}?view={value}&sort={value}&before={value}&all={value}&after={value}" for page in ("/tickets", "/practice/mail")]
        pages += [f"/tickets/rows?sort={sort}&after={value}" for sort in ("newest", "waiting", "priority")]
        wrong += [(page[:60], code) for page in pages if (code := client.get(page).status_code) >= 500]
    assert wrong == []


def test_strange_searches(site: Site) -> None:
    client = site.client("rana")
    wrong = [query for query in [*STRANGE, *QUERIES] if client.get("/search", query_string={"q": query}).status_code >= 500]
    assert wrong == []


def test_strange_numbers_are_no_page(site: Site) -> None:
    client = site.client("admin")
    for rule, _allowed in site.routes("GET"):
        for part in re.findall(r"<int[^>]*>", rule):
            for number in ("2147483648", "9" * 25, "-1", "1e3", "1%00", "0x1", "%20"):
                path = site.path(rule.replace(part, number))
                assert client.get(path).status_code == 404, path


def test_a_key_shows_nothing_that_a_list_would_not(site: Site) -> None:
    """A forged key leads into one's own list at another place."""
    path = site.path("/tickets/<int:number>")
    for sort in ("newest", "waiting", "priority"):
        for after in ("999999999999999999.1.1", "4102444800000000.999999.9", "0.0.0"):
            assert f'href="{path}"' not in site.client("omar").get(f"/tickets?sort={sort}&after={after}").text


def test_a_list_leads_to_its_tickets(site: Site) -> None:
    text = site.client("rana").get("/tickets?view=open").text
    assert f'href="{site.path("/tickets/<int:number>")}' in text
