"""The pages of webhooks: for admins, with the secret once, sentences at the fields, and a sample that is true."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from automations.webhooks import sender
from helpdesk.extensions import db
from helpdesk.models import Webhook, WebhookTelling
from tests.house import ROOT
from tests.web.site import Site

NO_ADDRESS = ["", "shop", "http://shop.example.com/", "https://a:b@shop.example.com/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/",
              "ftp://shop.example.com/", "https://169.254.169.254/latest"]  # fmt: skip


def rows(site: Site, model: Any) -> list[Any]:
    with site.app.app_context():
        return list(db.session.scalars(select(model).order_by(model.id.desc())))


def test_made_changed_switched_and_removed(site: Site) -> None:
    client = site.client("admin")
    typed = {"name": "Shop", "url": "https://shop.example.com/hook", "kinds": ["status_changed", "nonsense"]}
    answer = site.post(client, "/webhooks", typed)
    secret = re.findall(r"whsec_[\w-]{43}", answer.text)[0]
    webhook = rows(site, Webhook)[0]
    assert (webhook.kinds, webhook.with_texts, secret in webhook.secret) == (["status_changed"], False, False)
    page = client.get(f"/webhooks/{webhook.id}").text
    assert secret not in page
    assert "On. Nothing was told yet." in page
    again = site.post(client, f"/webhooks/{webhook.id}/secret").text
    assert secret not in again
    assert "whsec_" in again
    site.post(client, f"/webhooks/{webhook.id}/test")
    assert "a test" in client.get(f"/webhooks/{webhook.id}").text
    telling = rows(site, WebhookTelling)[0]
    assert telling.key in client.get(f"/webhooks/{webhook.id}/tellings/{telling.id}").text
    assert client.get(f"/webhooks/{webhook.id + 1}/tellings/{telling.id}").status_code == 404
    site.post(client, f"/webhooks/{webhook.id}/switch", {"on": "0"})
    assert "Switched off by hand." in client.get("/webhooks").text
    site.post(client, f"/webhooks/{webhook.id}/removal")
    assert webhook.id not in [row.id for row in rows(site, Webhook)]


def test_what_cannot_be_called_is_refused_at_its_field(site: Site) -> None:
    client, before = site.client("admin"), len(rows(site, Webhook))
    for url in NO_ADDRESS:
        answer = site.post(client, "/webhooks", {"name": "Shop", "url": url})
        assert (answer.status_code, 'id="f-url-problem"' in answer.text) == (422, True), url
    assert len(rows(site, Webhook)) == before


def test_the_sample_of_the_documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Literally as it stands there; and it is the one that the page shows."""
    text = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")
    sample = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    assert sample == (ROOT / "automations/webhooks/receiver.py").read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    exec(compile(sample, "sample", "exec"), found)
    body, moment = '{"subject":"طابعة"}'.encode(), 1_795_338_000
    monkeypatch.setattr("time.time", lambda: moment + 200.0)
    signed = {"Helpdesk-Timestamp": str(moment), "Helpdesk-Signature": f"v1={sender.signature('whsec_x', str(moment), body)}"}
    cases = [
        (signed, body, "whsec_x", True), (signed, body + b" ", "whsec_x", False), (signed, body, "whsec_y", False),
        ({}, body, "whsec_x", False), (signed | {"Helpdesk-Timestamp": str(moment + 1)}, body, "whsec_x", False),
        (signed | {"Helpdesk-Timestamp": "x"}, body, "whsec_x", False),
    ]  # fmt: skip
    for headers, told, secret, expected in cases:
        assert found["is_from_the_desk"](headers, told, secret) is expected
    monkeypatch.setattr("time.time", lambda: moment + 301.0)
    assert not found["is_from_the_desk"](signed, body, "whsec_x")
