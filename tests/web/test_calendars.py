"""The pages of business hours: what they take, what they refuse at which field, and that one press is enough."""

from datetime import date
from typing import Any

from sqlalchemy import select

from helpdesk.extensions import db
from helpdesk.models import Calendar, Holiday
from tests.web.site import Site


def row(site: Site, model: type[Any], name: str) -> Any:
    with site.app.app_context():
        found = db.session.scalars(select(model).where(model.name == name)).first()
        db.session.expunge_all()
        return found


def test_pages(site: Site) -> None:
    client = site.client("admin")
    given = {"name": "Shop", "time_zone": "Asia/Riyadh", "preset": "retail", "channels": ["email", "nonsense"], "id": "77", "revision": "9"}
    assert site.post(client, "/calendars", given).status_code == 302
    shop = row(site, Calendar, "Shop")
    assert (shop.week[6], shop.channels, shop.standard, shop.revision) == ([[600, 780], [960, 1380]], ["email"], False, 1)
    looked = site.post(client, f"/calendars/{shop.id}", given | {"name": "Other", "look": "1"})
    assert (looked.status_code, "Nothing is saved yet" in looked.text, row(site, Calendar, "Other")) == (200, True, None)
    refused = site.post(client, f"/calendars/{shop.id}", {"name": "Shop", "time_zone": "x", "sun": "9-8", "mon": "24-25"})
    assert refused.status_code == 422
    assert all(f'id="f-{field}-problem"' in refused.text for field in ("time_zone", "sun"))
    assert 'value="9-8"' in refused.text
    site.post(client, f"/calendars/ranges/{site.ids['range_id']}/deletion")
    never = site.post(client, f"/calendars/{shop.id}", {"name": "Shop", "time_zone": "Asia/Riyadh"})
    assert (never.status_code, "no open minute in a year" in never.text) == (422, True)
    assert site.post(client, "/calendars/ranges", {"name": "R", "from_date": "2027-02-08", "to_date": "tomorrow"}).status_code == 422
    site.post(client, "/holidays/import", {"year": "2027", "country": "SA"})
    assert "Shawwal" in client.get("/holidays?year=2027").text
    eid = row(site, Holiday, "Eid al-Fitr Holiday")
    for _press in range(2):
        assert site.post(client, f"/holidays/{eid.id}/move", {"seen": "2027-03-09", "days": "1"}).location == "/holidays?year=2027"
    assert site.post(client, f"/holidays/{eid.id}/move", {"seen": "x", "days": "1"}).status_code == 422
    moved = row(site, Holiday, "Eid al-Fitr Holiday")
    assert (moved.from_date, moved.state) == (date(2027, 3, 10), "confirmed")
    for path, more in ((f"/holidays/{eid.id}", {"state": "confirmed"}), ("/calendars/ranges", {"sun": "9-10"})):
        given = {"name": "Thought", "from_date": "2027-03-01", "to_date": "2027-03-09", "look": "1", **more}
        assert "Nothing is saved yet" in site.post(client, path, given).text
    assert row(site, Holiday, "Thought") is None
    assert site.post(client, f"/calendars/{shop.id}/deletion").status_code == 302
    assert row(site, Calendar, "Shop") is None
