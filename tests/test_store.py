"""The store of files: whole or not at all, and never outside its folder."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from helpdesk import store
from helpdesk.errors import NoRoom


def kept_files(app: Any) -> list[Path]:
    return sorted(path for path in (app.extensions["helpdesk"].data / "attachments").rglob("*") if path.is_file())


def test_bytes_lie_under_their_hash_once(app: Any) -> None:
    digest, size = store.keep(b"a file")
    assert (digest, size) == (sha256(b"a file").hexdigest(), 6)
    assert store.keep(iter([b"a ", b"", b"file"])) == (digest, size)
    assert kept_files(app) == [store.path_of(digest)]
    assert store.path_of(digest).read_bytes() == b"a file"
    assert store.path_of(digest).parent.stat().st_mode & 0o077 == 0


def test_what_breaks_off_leaves_nothing(app: Any) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half of a"
        raise OSError(28, "No space left on device")

    with pytest.raises(NoRoom):
        store.keep(broken())
    assert kept_files(app) == []


def test_only_a_hash_is_a_name(app: Any) -> None:
    for digest in ("", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 65, "/" * 64):
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.path_of(digest)


def test_it_is_on_the_disk_before_its_name_appears(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(store.os, name, lambda *a, real=real, name=name: (order.append(name), real(*a))[1])
    store.keep(b"a file")
    assert order[:2] == ["fsync", "replace"]
