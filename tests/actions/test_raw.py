"""Raw messages: committed before anybody looks at them, and leased so that one bad mail takes no other with it."""

import io
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from channels.email import deliver_pipe
from helpdesk import disk
from helpdesk.actions.raw import LEASE_SECONDS, MOST_ATTEMPTS, give_back, lease_raw, put_aside, store_raw, try_again
from helpdesk.errors import NoRoom, SettingError
from helpdesk.extensions import db
from helpdesk.models import RawMessage
from helpdesk.queries import due
from helpdesk.queries.ledger import ledger_in
from helpdesk.settings import disks
from tests.factories import Clock, SmallDesk

MANY = 1_000_000


def stored(desk: SmallDesk, count: int, size: int = 10) -> list[int]:
    return [store_raw(desk.ids["support"], b"x" * size, "pipe") for _ in range(count)]


def held(most: int = 10, most_bytes: int = MANY) -> list[int]:
    return [raw.id for raw in lease_raw(most, most_bytes)]


def raw(raw_id: int) -> RawMessage:
    db.session.rollback()
    return db.session.get_one(RawMessage, raw_id, populate_existing=True)


def test_nobody_holds_what_another_holds(desk: SmallDesk, clock: Clock) -> None:
    ids = stored(desk, 3)
    assert held(2) == ids[:2]
    assert held() == ids[2:]
    assert held() == []
    clock.move(seconds=LEASE_SECONDS + 1)
    assert due.mail_is_due()
    assert held(1) == ids[:1], "its reader died"


def test_a_set_has_a_size_but_one_mail_always_goes(desk: SmallDesk) -> None:
    ids = [*stored(desk, 1, 900), *stored(desk, 3, 300)]
    assert held(10, 700) == ids[:1]
    assert held(10, 700) == ids[1:3]


def test_one_whose_reader_died_is_read_alone_from_then_on(desk: SmallDesk, clock: Clock) -> None:
    """A mail that kills its reader is put aside; the nine that were in its set are not blamed."""
    ids = stored(desk, 4)
    poison, rounds = ids[1], 0
    while lease := held():
        rounds += 1
        for one in lease:
            if poison not in lease:
                put_aside(one, "screened", "read")
        clock.move(seconds=LEASE_SECONDS + 1)
    held()
    assert (raw(poison).state, raw(poison).reason, raw(poison).attempts) == ("quarantined", "reader_died", MOST_ATTEMPTS)
    assert [raw(one).state for one in ids if one != poison] == ["screened"] * 3
    assert ledger_in().difference == 0


def test_whoever_could_not_work_gives_them_back(desk: SmallDesk) -> None:
    ids = stored(desk, 2)
    for _outage in range(MOST_ATTEMPTS + 2):
        assert held() == ids
        give_back(ids)
    assert [raw(one).attempts for one in ids] == [0, 0]


def test_what_was_put_aside_can_be_tried_again(desk: SmallDesk) -> None:
    (one,) = stored(desk, 1)
    held()
    put_aside(one, "quarantined", "too many parts")
    assert held() == []
    try_again(one)
    assert (raw(one).attempts, raw(one).reason, held()) == (0, "", [one])


def test_done_is_not_done_again(desk: SmallDesk) -> None:
    (one,) = stored(desk, 1)
    put_aside(one, "done", "")
    try_again(one)
    assert raw(one).state == "done"


def test_a_pipe_hears_what_became_of_its_mail(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """sysexits.h: 65 too large, 67 no such inbox, 75 later."""

    def piped(address: str, content: bytes = b"Subject: x\r\n\r\nHello") -> int:
        return deliver_pipe.deliver(lambda: desk.app, address, io.BytesIO(content))

    assert [piped("Support+x@example.com"), piped("nobody@example.com"), piped("support@example.com", b"x" * (50 * 2**20 + 1))] == [
        0,
        67,
        65,
    ]
    monkeypatch.setattr(disk, "free_bytes", lambda: 1000)
    assert piped("support@example.com") == 75
    assert len(db.session.scalars(select(RawMessage)).all()) == 1


def test_below_the_low_water_mark_nothing_is_taken_in(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda: 1000)
    with pytest.raises(NoRoom):
        stored(desk, 1)
    assert db.session.scalars(select(RawMessage)).all() == []


def test_the_fullest_disk_counts(desk: SmallDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that of the database, where it is named; a folder that is not there is said at the start."""
    free = {str(tmp_path): 300_000_000}
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free.get(str(path), 900_000_000)))
    settings = desk.app.extensions["helpdesk"]
    assert disk.free_bytes() == 900_000_000
    desk.app.extensions["helpdesk"] = replace(settings, disks=disks(f" {tmp_path}, "))
    assert (disk.free_bytes(), disk.has_room()) == (300_000_000, True)
    free[str(tmp_path)] = 100_000_000
    assert not disk.has_room()
    with pytest.raises(SettingError, match="HELPDESK_DISKS names"):
        disks(str(tmp_path / "nowhere"))
