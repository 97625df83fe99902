"""What the shim does for ordinary requests: bodies, files, assets, compression, slow senders."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.serving.files import wanted
from helpdesk.serving.statics import Statics, tag, twin
from tests.servers import until
from tests.serving.parts import EventStream, FakeDesk


def test_pages_are_timed_and_compressed(desk: FakeDesk) -> None:
    status, headers, body = desk.ask("GET", "/page", Accept_Encoding="gzip")
    assert status == 200
    assert headers["server-timing"].startswith("app;dur=")
    assert headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in headers["vary"]
    assert gzip.decompress(body) == b"<p>a long page</p>" * 2000
    assert "content-encoding" not in desk.ask("GET", "/page")[1]
    assert "content-encoding" not in desk.ask("GET", "/healthz", Accept_Encoding="gzip")[1]  # too short to be worth it


def test_the_size_of_a_compressed_page_is_blurred(desk: FakeDesk) -> None:
    assert len({len(desk.ask("GET", "/page", Accept_Encoding="gzip")[2]) for _ in range(30)}) > 5


def test_sleeping_counts_as_application_time(desk: FakeDesk) -> None:
    assert float(desk.ask("GET", "/nap/0.2")[1]["server-timing"].removeprefix("app;dur=")) >= 200


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_bodies_arrive_whole(desk: FakeDesk, size: int) -> None:
    assert json.loads(desk.ask("POST", "/echo", b"x" * size)[2])["length"] == size


def test_a_body_in_chunks_arrives_whole(desk: FakeDesk) -> None:
    answer = desk.ask("POST", "/echo", iter([b"a" * 1000, b"b" * 2_000_000]))
    assert json.loads(answer[2])["length"] == 2_001_000


def test_a_body_over_the_limit_is_refused(desk: FakeDesk) -> None:
    line = socket.create_connection(("127.0.0.1", desk.port))
    line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
    assert line.recv(100).startswith(b"HTTP/1.1 413")
    line.close()
    line = socket.create_connection(("127.0.0.1", desk.port))
    line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(20):
            line.sendall(b"80000\r\n" + b"x" * 0x80000 + b"\r\n")
    except OSError:
        pass  # it is cut off while it still sends
    line.close()
    assert desk.ask("GET", "/healthz")[0] == 200


def test_headers_that_wsgi_would_confuse(desk: FakeDesk) -> None:
    line = socket.create_connection(("127.0.0.1", desk.port))
    line.sendall(b"GET /echo?q=%D8%A7 HTTP/1.1\r\nHost: x\r\nX_Forwarded_For: 6.6.6.6\r\n"
                 b"Cookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n")
    answer = b""
    while chunk := line.recv(65536):
        answer += chunk
    line.close()
    content = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert content == {"length": 0, "cookies": {"a": "1", "b": "2"}, "query": "q=%D8%A7", "forged": None}


def test_twenty_slow_senders_hold_no_thread(desk: FakeDesk) -> None:
    lines = [socket.create_connection(("127.0.0.1", desk.port)) for _ in range(20)]
    for line in lines:
        line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    begun = time.monotonic()
    assert desk.ask("GET", "/healthz")[0] == 200
    assert time.monotonic() - begun < 8
    for line in lines:
        line.close()


def test_a_silent_sender_is_answered_408(start_desk: Callable[..., FakeDesk]) -> None:
    line = socket.create_connection(("127.0.0.1", start_desk("SILENT_SECONDS=0.3").port), timeout=10)
    line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    assert line.recv(100).startswith(b"HTTP/1.1 408")
    line.close()


def test_headers_that_never_end_are_cut_off(start_desk: Callable[..., FakeDesk]) -> None:
    desk = start_desk("HEADER_SECONDS=0.5")
    slow, silent = (socket.create_connection(("127.0.0.1", desk.port), timeout=10) for _ in range(2))
    slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    stream = EventStream(desk.port, "agent:1")
    begun = time.monotonic()
    until(lambda: is_closed(slow), "the slow one is cut off", 10)
    assert silent.recv(1) == b""
    assert time.monotonic() - begun < 8
    assert not stream.ended.is_set()
    slow.close()
    silent.close()


def is_closed(line: socket.socket) -> bool:
    """Sends one more header; whether nobody listens any more."""
    try:
        line.sendall(b"X-More: 1\r\n")
        line.setblocking(False)
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_a_file_is_sent_whole_and_in_parts(desk: FakeDesk, big_file: Path) -> None:
    content = big_file.read_bytes()
    status, headers, body = desk.ask("GET", "/file")
    assert (status, body == content, headers["content-disposition"]) == (200, True, "attachment; filename=x.bin")
    assert "x-send-file" not in headers
    status, headers, body = desk.ask("GET", "/file", Range="bytes=1000-1999")
    assert (status, body, headers["content-range"]) == (206, content[1000:2000], f"bytes 1000-1999/{len(content)}")
    assert desk.ask("GET", "/file", Range="bytes=-5")[2] == content[-5:]
    assert desk.ask("GET", "/file", Range="bytes=99999999-")[0] == 416
    status, headers, body = desk.ask("HEAD", "/file")
    assert (status, headers["content-length"], body) == (200, str(len(content)), b"")


def test_a_file_that_is_gone_is_not_found(desk: FakeDesk, tmp_path: Path) -> None:
    assert desk.ask("GET", f"/file?path={tmp_path}/nothing")[0] == 404
    (tmp_path / "link").symlink_to("/etc/hostname")
    assert desk.ask("GET", f"/file?path={tmp_path}/link")[0] == 404


def test_fifty_slow_downloads_leave_the_pages_alone(desk: FakeDesk) -> None:
    lines = [socket.create_connection(("127.0.0.1", desk.port)) for _ in range(50)]
    for line in lines:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(20).startswith(b"HTTP/1.1 200")
    begun = time.monotonic()
    assert desk.ask("GET", "/page")[0] == 200
    assert time.monotonic() - begun < 8
    for line in lines:
        line.close()


@pytest.mark.parametrize(("asked", "part"), [
    (None, range(10)), (b"bytes=0-3", range(4)), (b"bytes=4-", range(4, 10)), (b"bytes=-3", range(7, 10)), (b"bytes=-30", range(10)),
    (b"bytes=0-99", range(10)), (b"bytes=10-", None), (b"bytes=-0", None), (b"bytes=5-2", range(10)), (b"bytes=0-1,3-4", range(10)),
    (b"bytes=-", range(10)), (b"items=0-3", range(10)), (b"bytes=" + b"9" * 400 + b"-", range(10)),
])
def test_ranges(asked: bytes | None, part: range | None) -> None:
    assert wanted(asked, 10) == part


@pytest.fixture
def assets(tmp_path: Path) -> Statics:
    folder = tmp_path / "static"
    (folder / "fonts").mkdir(parents=True)
    (folder / "app-NA4OYLBC.js").write_text("let a = 1")
    (folder / "app-NA4OYLBC.js.gz").write_bytes(b"packed")
    (folder / "manifest.json").write_text("{}")
    (folder / "fonts" / "a.woff2").write_text("font")
    (folder / ".hidden").write_text("no")
    (folder / "out").symlink_to(tmp_path)
    (tmp_path / "secret.key").write_text("no")
    return Statics(folder)


@pytest.mark.parametrize("url", [
    "/static/../secret.key", "/static/out/secret.key", "/static/.hidden", "/static/", "/static/fonts", "/static//etc/hostname",
    "/static/a\0b",
    "/static/" + "x" * 5000,
])
def test_assets_outside_the_folder_are_not_found(assets: Statics, url: str) -> None:
    assert assets.find(url) is None


def test_assets_are_kept_for_a_year_when_their_name_has_a_hash(assets: Statics) -> None:
    path = assets.find("/static/app-NA4OYLBC.js")
    assert path is not None
    headers = dict(assets.headers(path))
    assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
    assert headers[b"content-type"] == b"text/javascript; charset=utf-8"
    assert dict(assets.headers(assets.folder / "manifest.json"))[b"cache-control"] == b"no-cache"
    assert twin(path, b"gzip, deflate, br")[1] == [(b"content-encoding", b"gzip")]
    assert twin(path, b"identity") == (path, [])
    assert tag(path).startswith(b'"')


def test_sixteen_sleepers_do_not_stop_streams(desk: FakeDesk) -> None:
    sleepers = [threading.Thread(target=desk.ask, args=("GET", "/nap/1.0")) for _ in range(16)]
    stream = EventStream(desk.port, "agent:1")
    for sleeper in sleepers:
        sleeper.start()
    desk.here(stream, 1)
    for sleeper in sleepers:
        sleeper.join()
    assert not stream.ended.is_set()
