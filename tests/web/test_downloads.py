"""What leaves as a file or as a customer's HTML can run nothing (safety S16, S17)."""

import resource
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from helpdesk import store
from helpdesk.actions.receive import receive
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import Attachment
from helpdesk.pictures import drawn_anew, kind_of
from tests.web.site import PNG, Site

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
FILES = {  # what a customer may call a picture, and is none
    "picture.svg": SVG,
    "picture.png": HTML,
    "picture.gif": b"GIF8" + HTML,
    "picture.jpg": b"\xff\xd8" + HTML,
    "picture.webp": b"RIFF1234" + HTML,
    "page.html": HTML,
    "page.txt": HTML,
    "page.xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "doc.pdf": b"%PDF-1.4\n" + HTML,
    "bare.svg": b"<svg onload=alert(1)>",
    "spaces.svg": b"   \n" + SVG,
    "bom.html": b"\xef\xbb\xbf" + HTML,
    "empty.png": b"",
    "x.ico": b"\0\0\1\0" + HTML,
    "x.bmp": b"BM" + HTML,
    "x.tif": b"II*\0" + HTML,
    "x.xml": b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>',
    "x.js": b"alert(1)",
}
BROKEN = {"a.png": PNG[:40], "a.jpg": b"\xff\xd8\xff\xe0JFIF", "a.gif": b"GIF89a" + HTML, "a.webp": b"RIFF\0\0\0\0WEBPVP8 "}
NAMES = [
    "../../etc/passwd",
    'a"b.txt',
    "a\r\nSet-Cookie: x=1",
    "\u202egnp.exe",
    "\u200b.htaccess",
    "a" * 300 + ".pdf",
    "CON",
    "خطة.pdf",
    "",
    "a;b.txt",
    "\0",
]


def attached(site: Site, files: dict[str, bytes]) -> dict[str, int]:
    """A mail with these files; their ids by name. They are put into the store as intake does."""
    with site.app.app_context():
        stored = [StoredFile(name, kind_of(content[:4096]), len(content), store.keep(content)[0]) for name, content in files.items()]
        receipt = receive([site.desk.mail(files=stored)])[0]
        rows = db.session.query(Attachment).filter_by(message_id=receipt.message_id).order_by(Attachment.id)
        return {name: row.id for name, row in zip(files, rows, strict=True)}


def test_every_file_is_a_download(site: Site) -> None:
    client = site.client("rana")
    files = FILES | BROKEN | {"photo.png": PNG}
    for name, number in attached(site, files).items():
        answer = client.get(f"/attachments/{number}")
        assert answer.data == files[name]
        assert answer.headers["Content-Type"] == "application/octet-stream", name
        assert answer.headers["Content-Disposition"].startswith("attachment;"), name
        guarded(answer.headers)


def test_only_a_picture_is_looked_at_and_only_drawn_anew(site: Site) -> None:
    client = site.client("rana")
    for name, number in attached(site, FILES | BROKEN).items():
        assert {client.get(f"/attachments/{number}/{form}").status_code for form in ("thumbnail", "picture")} == {404}, name
    polyglots = {f"a.{kind}": picture(kind) + HTML for kind in ("png", "jpeg", "gif", "webp")}
    for name, number in attached(site, polyglots).items():
        for form, most in (("thumbnail", 176), ("picture", 1600)):
            answer = client.get(f"/attachments/{number}/{form}")
            assert answer.headers["Content-Type"] == "image/webp", name
            assert HTML not in answer.data
            assert b"secret" not in answer.data, "what stood beside the picture stays behind"
            guarded(answer.headers)
            with Image.open(BytesIO(answer.data)) as drawn:
                assert (drawn.format, max(drawn.size)) == ("WEBP", most), name


def test_what_is_no_picture_is_not_opened_as_one() -> None:
    """Pillow would take a picture that begins a little later, or of a kind that we do not know, too."""
    bitmap, photograph = BytesIO(), picture("jpeg", (90, 60))
    Image.new("RGB", (90, 60)).save(bitmap, "BMP")
    assert drawn_anew(photograph, (9, 9))
    others = (bitmap.getvalue(), b" " + photograph, b"GIF" + photograph, b"", *FILES.values())
    assert {drawn_anew(one, (9, 9)) for one in others} == {None}


def picture(kind: str, size: tuple[int, int] = (3000, 2000)) -> bytes:
    """A plain picture with a word in its metadata."""
    made = BytesIO()
    more = {"pnginfo": PngInfo()} if kind == "png" else {"comment": b"secret"} if kind in ("jpeg", "gif") else {"exif": b"secret"}
    if kind == "png":
        more["pnginfo"].add_text("Comment", "secret")
    Image.new("RGB", size, "teal").save(made, kind, **more)
    return made.getvalue()


def test_a_picture_that_would_fill_the_memory_is_not_drawn() -> None:
    """A few kB on the disk, hundreds of MB when opened."""
    bombs = {kind: picture(kind, (6_000, 6_000)) for kind in ("png", "gif", "webp")}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert {kind: drawn_anew(bomb, (100, 100)) for kind, bomb in bombs.items()} == dict.fromkeys(bombs)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000
    photograph = picture("jpeg", (9_000, 6_000))
    assert drawn_anew(photograph, (100, 100)), "a camera's is decoded at a fraction of its size"


def guarded(headers: dict[str, str]) -> None:
    """Every download."""
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "allow-" not in headers["Content-Security-Policy"]
    assert "X-Send-File" not in headers


@pytest.mark.parametrize("rule", ["/messages/<int:message_id>/raw", "/held/<int:held_id>/raw", "/practice/mail/<int:mail_id>/raw"])
def test_a_raw_mail_is_a_file(site: Site, rule: str) -> None:
    answer = site.client("admin").get(site.path(rule))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    guarded(answer.headers)


def test_a_table_is_a_file(site: Site) -> None:
    answer = site.client("supervisor").get("/canned/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_download_route_is_looked_at_here(site: Site) -> None:
    """A new route that answers with a file has to be added to these tests."""
    client, files = site.client("admin"), set()
    for rule, _allowed in site.routes("GET"):
        answer = client.get(site.path(rule))
        if "Content-Disposition" in answer.headers:
            files.add(rule)
        elif answer.status_code == 200:
            assert answer.mimetype in ("text/html", "text/plain", "application/json", "text/event-stream"), rule
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert files == {
        "/attachments/<int:attachment_id>",
        "/attachments/<int:attachment_id>/picture",
        "/attachments/<int:attachment_id>/thumbnail",
        "/messages/<int:message_id>/raw",
        "/held/<int:held_id>/raw",
        "/practice/mail/<int:mail_id>/raw",
        "/canned/export",
    }


def test_a_name_is_one_line_and_shows_what_it_is(site: Site) -> None:
    client = site.client("rana")
    for name, number in attached(site, dict.fromkeys(NAMES, b"x")).items():
        line = client.get(f"/attachments/{number}").headers["Content-Disposition"]
        assert line.isascii(), name
        assert "\r" not in line
        assert "\n" not in line
        assert line.count(";") == 1, "the name is written by RFC 5987 alone"
        assert "%E2%80%AE" not in line, name
        assert "%2F" not in line, name
        assert len(line) < 1000
    kept = [path for path in Path(site.app.extensions["helpdesk"].data / "attachments").rglob("*") if path.is_file()]
    assert all(len(path.name) == 64 for path in kept)


@pytest.mark.parametrize("rule", ["/messages/<int:message_id>/html", "/practice/mail/<int:mail_id>/html"])
def test_a_customers_html_lives_in_a_page_that_can_do_nothing(site: Site, rule: str) -> None:
    answer = site.client("rana").get(site.path(rule))
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    for word in ("allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation", "script-src", "img-src *", "https:"):
        assert word not in policy
    assert "nosniff" in answer.headers["X-Content-Type-Options"]


def test_every_page_has_its_policy(site: Site) -> None:
    client = site.client("admin")
    for rule, _allowed in site.routes("GET"):
        answer = client.get(site.path(rule))
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), rule
        if answer.mimetype == "text/html" and "sandbox" not in policy:
            assert "unsafe-inline" not in policy, rule
            assert "frame-ancestors 'self'" in policy
            assert "base-uri 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store", rule
        assert "Server" not in answer.headers
