"""Only what nobody refers to for a day leaves the store, whoever writes meanwhile."""

import os
import time
from typing import Any

import pytest

from helpdesk import store
from helpdesk.actions import sweep as sweeping
from helpdesk.actions.draft import attach, detach
from helpdesk.actions.receive import receive
from helpdesk.actions.sweep import MARKS, sweep
from helpdesk.incoming import StoredFile
from tests.factories import SmallDesk

TWO_DAYS = 2 * 24 * 3600


def file_of(content: bytes) -> StoredFile:
    digest, size = store.keep(content)
    return StoredFile("a.bin", "application/octet-stream", size, digest)


def age(app: Any, *, marks: bool = True) -> None:
    """Everything in the store, and its marks, is two days older."""
    for folder, _, names in os.walk(app.extensions["helpdesk"].data / "attachments"):
        for name in names if marks or MARKS not in folder else []:
            path = os.path.join(folder, name)
            os.utime(path, (time.time() - TWO_DAYS, os.stat(path).st_mtime - TWO_DAYS))


def there(file: StoredFile) -> bool:
    return store.path_of(file.sha256).exists()


def test_what_nobody_refers_to_goes_after_a_day_and_nothing_else(app: Any, desk: SmallDesk) -> None:
    of_mail, of_nobody, dropped, wanted_again = (file_of(content) for content in (b"mail", b"nobody", b"dropped", b"again"))
    ticket = receive([desk.mail(files=[of_mail])])[0].ticket_id
    attached = attach(desk.viewer("rana"), ticket, "reply", dropped)
    part = store.path_of(of_mail.sha256).parents[1] / ".dead.part"
    part.write_bytes(b"half")
    assert sweep(-1) == 0
    age(app)
    detach(desk.viewer("rana"), attached.id)
    assert sweep(-1) == 2, "the mail's and what was used until a moment ago stay"
    assert [there(one) for one in (of_mail, of_nobody, dropped, wanted_again)] == [True, False, True, False]
    assert not part.exists()
    assert sweep(-1) == 0, "it was in use a moment ago"
    age(app)
    file_of(b"dropped")  # somebody is writing it again at this moment; its row comes later
    assert sweep(-1) == 0
    assert there(dropped)
    age(app)
    assert sweep(-1) == 1
    assert not there(dropped)
    assert there(of_mail)
    assert {sweep(turn) for turn in range(sweeping.TURNS)} == {0}


def test_who_writes_while_it_is_swept_loses_nothing(app: Any, desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At both moments between the look and the removal: a mail with that very file comes in."""
    real, moments = sweeping.in_use, []

    def looked(digests: list[str]) -> set[str]:
        found = real(digests)
        moments.append(digests)
        if len(moments) in late:
            receive([desk.mail(files=[file_of(b"busy")])])
        return found

    for late in ([1], [2]):
        busy = file_of(b"busy")
        sweep(-1)
        age(app)
        moments.clear()
        monkeypatch.setattr(sweeping, "in_use", looked)
        folder = store.path_of(busy.sha256).parent
        sweeping.sweep_folder(folder.parent, folder.name)
        monkeypatch.setattr(sweeping, "in_use", real)
        assert there(busy), late
        break_row(app, busy)


def break_row(app: Any, file: StoredFile) -> None:
    """The mail is gone again, for the next turn."""
    from sqlalchemy import delete

    from helpdesk.actions.transaction import transaction
    from helpdesk.models import Attachment

    with transaction() as session:
        session.execute(delete(Attachment).where(Attachment.sha256 == file.sha256))


def test_a_sweeper_that_died_gives_back_what_it_held(app: Any, desk: SmallDesk) -> None:
    held = file_of(b"held")
    receive([desk.mail(files=[held])])
    path = store.path_of(held.sha256)
    marks = path.parents[1] / MARKS / path.parent.name
    marks.mkdir(parents=True)
    os.replace(path, marks / f"{held.sha256}.going")
    sweep(-1)
    assert path.read_bytes() == b"held"
