"""The page of a slow task: how far it has come, and the way on, for whoever asked and for supervisors."""

from typing import Any

from helpdesk.actions.transaction import transaction
from helpdesk.models import LongTask
from tests.factories import NOW
from tests.web.site import Site


def task(site: Site, **columns: Any) -> str:
    """The address of rana's task."""
    with site.app.app_context(), transaction() as session:
        row = LongTask(kind="count", asked={}, agent_id=site.desk.ids["rana"], created_at=NOW, **columns)
        session.add(row)
        session.flush()
        return f"/tasks/{row.id}"


def test_from_its_beginning_to_its_end(site: Site) -> None:
    client = site.client("rana")
    asks = 'hx-trigger="every 1s"'
    cases: list[tuple[dict[str, Any], str, bool]] = [
        ({"state": "waiting"}, "Waits for its turn", True), ({"state": "running", "done": 2, "total": 5}, 'max="5" value="2"', True),
        ({"state": "done", "result": {"url": "/tickets"}}, 'href="/tickets">To the result', False),
        ({"state": "done", "result": {"url": "https://elsewhere.example.com/"}}, 'href="/">To the result', False),
        ({"state": "failed", "result": {"error": "There is no <such> file."}}, "There is no &lt;such&gt; file.", False),
    ]  # fmt: skip
    for columns, words, moves in cases:
        path = task(site, **columns)
        page, part = client.get(path).text, client.get(path, headers={"HX-Request": "true"}).text
        assert (words in page, words in part, asks in page, asks in part, "<html" in part) == (True, True, moves, moves, False), columns


def test_for_whoever_asked_and_for_supervisors(site: Site) -> None:
    path = task(site)
    assert [site.client(who).get(path).status_code for who in ("rana", "omar", "supervisor", "admin")] == [200, 404, 200, 200]
