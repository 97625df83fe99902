"""Ports, the data folder, the private Valkey: what must be there before the desk opens."""

import os
import socket
import stat
from pathlib import Path

import pytest
import redis

from helpdesk.errors import SettingError
from helpdesk.serving import child, folder, listening, valkey
from tests.servers import until


def test_a_listening_socket_sends_small_answers_at_once() -> None:
    """asyncio sets TCP_NODELAY only where proto is IPPROTO_TCP; without it a page takes 44 ms, not 8."""
    with listening.listen("127.0.0.1", 0) as sock:
        assert sock.proto == socket.IPPROTO_TCP
        assert listening.shown(sock).startswith("127.0.0.1:")
        assert listening.is_loopback(sock)


def test_a_taken_port_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HANDOVER_SECONDS", 0.1)
    with listening.listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        with pytest.raises(SettingError) as refused:
            listening.listen("127.0.0.1", port)
    assert refused.value.sentence == (
        f"Port {port} is in use by another program. Stop it, or choose another: HELPDESK_PORT={port + 1} make run")


def test_a_port_that_becomes_free_in_a_moment_is_waited_for() -> None:
    held = listening.listen("127.0.0.1", 0)
    port = held.getsockname()[1]
    pid = child.fork("holder", lambda: until(lambda: False, "never", 0.3))  # holds the socket for 0.3 s, then ends
    held.close()
    listening.listen("127.0.0.1", port).close()
    os.waitpid(pid, 0)


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_one_sentence(host: str) -> None:
    with pytest.raises(SettingError):
        listening.listen(host, 0)


def test_what_everybody_reaches_is_not_loopback() -> None:
    with listening.listen("0.0.0.0", 0) as sock:
        assert not listening.is_loopback(sock)
        assert listening.shown(sock).startswith("127.0.0.1:")
    with listening.listen("::1", 0) as sock:
        assert listening.is_loopback(sock)
        assert listening.shown(sock).startswith("[::1]:")


def test_a_socket_file_of_a_dead_process_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    path = str(tmp_path / "lmtp.sock")
    listening.listen_unix(path).close()
    with listening.listen_unix(path), pytest.raises(SettingError):
        listening.listen_unix(path)
    (tmp_path / "file").write_text("kept")
    with pytest.raises(SettingError):
        listening.listen_unix(str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "kept"


def test_a_new_data_folder_is_private(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    folder.prepare(data)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "run")] == [0o700, 0o700]


def test_an_old_data_folder_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder.prepare(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_data_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError):
        folder.prepare(tmp_path / "file")


def test_two_desks_never_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "WAIT_SECONDS", 0.1)
    folder.prepare(tmp_path)
    held = folder.lock(tmp_path)
    with pytest.raises(SettingError):
        folder.lock(tmp_path)
    os.close(held)
    os.close(folder.lock(tmp_path))


def test_a_deep_folder_has_its_socket_elsewhere(tmp_path: Path) -> None:
    assert valkey.socket_path(Path("/srv/desk")) == Path("/srv/desk/run/valkey.sock")
    deep = tmp_path.joinpath(*["deep"] * 30)
    path = valkey.socket_path(deep)
    assert len(os.fsencode(path)) <= valkey.LONGEST_SOCKET_PATH
    assert path == valkey.socket_path(deep)  # the same for each process
    assert path != valkey.socket_path(deep / "other")


def test_a_folder_that_is_not_ours_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o777)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open")
    for place in ("open", "link"):
        with pytest.raises(SettingError):
            valkey.own_folder(tmp_path / place)


@pytest.mark.parametrize("own", [False, True], ids=["of the machine", "of the wheel"])
def test_the_private_valkey(own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if own:
        monkeypatch.setenv("PATH", "/nowhere")
    folder.prepare(tmp_path)
    pid = child.fork("valkey", valkey.server(tmp_path))
    path = valkey.socket_path(tmp_path)
    until(lambda: valkey.answers(path), "it answers", 10)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    with redis.Redis.from_url(valkey.address(tmp_path)) as client:
        client.set("a", "b")
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("save") == {"save": ""}
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    assert not list(tmp_path.glob("**/*.rdb"))
