"""Pictures from elsewhere: none before a click, then through us alone, and drawn anew (safety S19, S22)."""

import html
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from channels.email.html import sanitise
from helpdesk.actions.receive import receive
from helpdesk.extensions import db
from helpdesk.models import Message
from helpdesk.web import remote_pictures
from tests.journeys.conftest import CHROMIUM
from tests.servers import Missing
from tests.web.site import PNG, Site
from tests.web.test_downloads import HTML, SVG, picture

ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "/a.png": (200, "image/png", PNG), "/photo.jpg": (200, "text/plain", picture("jpeg", (400, 300)) + HTML),
    "/page": (200, "image/png", HTML),
    "/vector.svg": (200, "image/svg+xml", SVG), "/missing": (404, "image/png", PNG), "/large": (200, "image/png", PNG + b"\0" * 6_000_000),
    "/moved": (302, "/a.png", b""), "/inside": (302, "http://127.0.0.1:1/a.png", b""), "/round": (302, "/round", b""),
    "/bomb": (200, "image/png", picture("png", (6_000, 6_000))),
}


class Elsewhere:
    """Another host: what it was asked, and with which headers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        there = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                there.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                status, kind, body = ANSWERS[self.path.partition("?")[0]]
                self.send_response(status)
                self.send_header("Location" if status == 302 else "Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.name}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def elsewhere(site: Site) -> Iterator[Elsewhere]:
    """It runs on the loopback, so the operator names it."""
    there = Elsewhere()
    site.app.extensions["helpdesk"] = replace(site.app.extensions["helpdesk"], egress_allow=(there.name,))
    yield there
    there.server.shutdown()
    there.server.server_close()


def message_with(site: Site, *sources: str) -> int:
    markup = "".join(f'<img src="{source}">' for source in sources) + f'<div style="background:url({sources[0]})">x</div>'
    with site.app.app_context():
        return receive([site.desk.mail(html=sanitise(markup))])[0].message_id


def sources(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'src="([^"]*)"', page)]


def test_nothing_is_fetched_before_the_click_and_then_by_us(site: Site, elsewhere: Elsewhere) -> None:
    client = site.client("rana")
    number = message_with(site, *(elsewhere.url + path for path in ANSWERS))
    before = client.get(f"/messages/{number}/html")
    assert "img-src data:;" in before.headers["Content-Security-Policy"]
    after = site.post(client, f"/messages/{number}/pictures")
    assert "img-src data: http://localhost/pictures/;" in after.headers["Content-Security-Policy"]
    assert "sandbox" in after.headers["Content-Security-Policy"]
    assert "allow-s" not in after.headers["Content-Security-Policy"]
    assert elsewhere.asked == [], "the page names them; who looks at it fetches them"
    found = {path: site.client().get(source) for path, source in zip(ANSWERS, sources(after.text), strict=True)}
    assert {path for path, answer in found.items() if answer.status_code == 200} == {"/a.png", "/photo.jpg", "/moved"}
    assert {answer.status_code for path, answer in found.items() if path not in ("/a.png", "/photo.jpg", "/moved")} == {404}
    for path in ("/a.png", "/photo.jpg", "/moved"):
        headers = found[path].headers
        assert headers["Content-Type"] == "image/webp", path
        assert (headers["X-Content-Type-Options"], headers["Content-Security-Policy"]) == ("nosniff", "default-src 'none'; sandbox")
        assert HTML not in found[path].data
    assert not any(name in asked for _, asked in elsewhere.asked for name in ("cookie", "referer", "origin", "x-forwarded-for"))
    assert len([path for path, _ in elsewhere.asked if path == "/round"]) <= 3


def test_only_our_own_addresses_are_fetched(site: Site, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.client("rana")
    good = sources(site.post(client, f"/messages/{message_with(site, elsewhere.url + '/a.png')}/pictures").text)[0]
    said, _, mac = good.removeprefix("/pictures/").rpartition(".")
    expires, message, url = said.split(".")
    others = [f"{int(expires) + 1}.{message}.{url}.{mac}", f"{expires}.1{message}.{url}.{mac}", f"{expires}.{message}.{url[:-4]}.{mac}",
              f"{said}.", f"{said}.{mac[:-1]}a", mac, f".{mac}", "...", "x" * 2000]
    assert {site.client().get(f"/pictures/{token}").status_code for token in others} == {404}
    assert elsewhere.asked == []
    real = time.time
    monkeypatch.setattr(remote_pictures.time, "time", lambda: real() + 3700)
    assert site.client().get(good).status_code == 404, "an hour later"
    assert elsewhere.asked == []
    assert client.post(f"/messages/{message}/pictures").status_code == 403, "nobody else's page can ask"


def test_strangers_take_no_more_than_a_few_threads(site: Site, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.client("rana")
    good = sources(site.post(client, f"/messages/{message_with(site, elsewhere.url + '/a.png')}/pictures").text)[0]
    monkeypatch.setattr(remote_pictures, "LINE", threading.BoundedSemaphore(1))
    with remote_pictures.LINE:
        answer = site.client().get(good)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert site.client().get(good).status_code == 200


def test_in_a_browser_the_click_shows_them(site: Site, elsewhere: Elsewhere) -> None:
    """In the frame that the ticket has: it may run nothing, and its pictures come from the desk alone."""
    program = shutil.which("chromium")
    if program is None:
        raise Missing("this test needs Chromium: apt-get install chromium")
    number, client = message_with(site, elsewhere.url + "/photo.jpg"), site.client("rana")
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.port}"
    site.app.extensions["helpdesk"] = replace(site.app.extensions["helpdesk"], base_url=origin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        context = browser.new_context(base_url=origin)
        client.get("/profile")
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": origin} for cookie in client._cookies.values()])
        page, asked = context.new_page(), []
        context.on("request", lambda request: asked.append(request.url))
        with site.app.app_context():
            ticket = db.session.get_one(Message, number).ticket_id
        page.goto(f"/tickets/{ticket}")
        page.locator(f"#formatted-{number} > summary").click()
        shown = page.frame_locator(f"[name=letter-{number}]").locator("img")
        expect(shown).to_have_count(1)
        assert elsewhere.asked == []
        page.locator(f"#formatted-{number} form button").click()
        expect(shown).to_have_js_property("naturalWidth", 400)
        assert [path for path, _ in elsewhere.asked] == ["/photo.jpg"]
        assert [url for url in asked if not url.startswith((origin, "data:"))] == [], "the browser asked nobody but the desk"
        browser.close()
    server.shutdown()


def test_what_was_kept_before_a_rule_was_mended_is_held_too(site: Site) -> None:
    """The column holds safe HTML; should it ever not, the page does all the same."""
    with site.app.app_context():
        number = receive([site.desk.mail(html='<p onclick="x()">a<script>alert(1)</script><img src="https://example.com/a.png"></p>')])[0].message_id
    page = site.client("rana").get(f"/messages/{number}/html").text
    assert "<p>a<img></p>" in page
    assert not any(word in page for word in ("script", "onclick", "example.com"))
