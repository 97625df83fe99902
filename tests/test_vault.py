"""Keys: made once, kept for ever, and good for one purpose each."""

import multiprocessing
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from helpdesk import vault


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "secret.key"


def read(path: Path, lines: Any) -> None:
    lines.put(vault.load_keys(path))


def test_a_key_is_made_once_and_only_for_us(keys: Path) -> None:
    first = vault.load_keys(keys)
    assert len(first) == 1
    assert len(first[0]) == 32
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert vault.load_keys(keys) == first
    assert os.listdir(keys.parent) == ["secret.key"]


def test_of_eight_processes_that_start_together_all_have_the_same_key(keys: Path) -> None:
    context = multiprocessing.get_context("fork")
    lines = context.Queue()
    started = [context.Process(target=read, args=(keys, lines)) for _ in range(8)]
    for process in started:
        process.start()
    found = [lines.get(timeout=20) for _ in started]
    for process in started:
        process.join(20)
    assert all(one == found[0] for one in found)


def test_old_keys_go_on_working(app: Any) -> None:
    old_id, old_token = vault.mint_message_id(7, "example.com"), vault.mint_reply_token(7, 3)
    app.extensions["keys"].append(b"n" * 32)
    assert vault.ticket_of_message_id(old_id) == 7
    assert vault.read_reply_token(old_token) == (7, 3)
    new_id = vault.mint_message_id(8, "example.com")
    assert vault.ticket_of_message_id(new_id) == 8
    del app.extensions["keys"][0]
    assert vault.ticket_of_message_id(old_id) is None
    assert vault.ticket_of_message_id(new_id) == 8


def test_a_mac_is_good_for_its_purpose_and_number_alone(app: Any) -> None:
    token = vault.mint_reply_token(7, 3)
    mac = token.rpartition("-")[2]
    assert vault.read_reply_token(token.upper()) == (7, 3), "servers on the way may change the case"
    for other in (f"r8-3-{mac}", f"r7-4-{mac}", f"r07-3-{mac}", f"r7-3-{mac}x", token[:-1], f"r7-3-{mac[::-1]}", "", "r--", "r7-3-"):
        assert vault.read_reply_token(other) is None, other
    minted = vault.mint_message_id(7, "example.com")
    _, number, nonce, rest = minted.split(".", 3)
    for other in (minted.replace("hd.7", "hd.8"), f"hd.7.{nonce[::-1]}.{rest}", f"x{minted}", minted.replace("@", "x@")):
        assert vault.ticket_of_message_id(other) is None, other
    assert number == "7"
    assert vault.digest(b"k", "reply", "7") != vault.digest(b"k", "message-id", "7")


def test_ids_differ_each_time(app: Any) -> None:
    assert len({vault.mint_message_id(1, "example.com") for _ in range(1000)}) == 1000


def test_a_sealed_secret_opens_for_its_purpose_and_our_keys_alone(app: Any) -> None:
    sealed = vault.seal("كلمة السر", "imap")
    assert "كلمة" not in sealed
    assert vault.seal("كلمة السر", "imap") != sealed
    assert (vault.unseal(sealed, "imap"), vault.seal("", "imap"), vault.unseal("", "imap")) == ("كلمة السر", "", "")
    app.extensions["keys"].append(b"n" * 32)
    assert vault.unseal(sealed, "imap") == "كلمة السر", "older keys open what they sealed"
    for text, purpose in ((sealed, "smtp"), (sealed[:-8] + "AAAAAAA=", "imap")):
        with pytest.raises(vault.LostKey):
            vault.unseal(text, purpose)
    app.extensions["keys"] = [b"o" * 32]
    with pytest.raises(vault.LostKey):
        vault.unseal(sealed, "imap")
