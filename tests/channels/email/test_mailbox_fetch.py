"""Fetching from a real server: everything since the start once, older mail quietly, nothing changed there, whatever people do there."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.email import imap, imap_wire, mailbox_fetch, mailbox_hard
from channels.email.mailbox_watch import Pace
from helpdesk import clock, disk
from helpdesk.extensions import db
from helpdesk.models import Screening
from helpdesk.queries.ledger import ledger_in
from tests.channels.email.mailbox_desk import CALM, QUICK, SUPPORT, Boxes, letter, mailbox_now, mark_now, raws, subjects
from tests.servers import until
from tests.tcp_proxy import TcpProxy


def test_live_upward_and_older_mail_quietly_downward(boxes: Boxes) -> None:
    now = datetime.now(UTC)
    with boxes.login() as person:
        for days in (40, 35.1, 30, 20, 10):
            person.append("INBOX", letter(f"{days} days"), msg_time=now - timedelta(days=days))
    boxes.post.deliver(SUPPORT, letter("today 1"), letter("today 2"))
    box = boxes.add(start_at=now - timedelta(hours=1), backfill_from=now - timedelta(days=35))
    boxes.look()
    boxes.come(5)
    boxes.post.deliver(SUPPORT, letter("today 3"))
    boxes.come(6)
    assert subjects(lambda raw: not raw.backfilled) == ["today 1", "today 2", "today 3"]
    assert subjects(lambda raw: raw.backfilled) == ["10 days", "20 days", "30 days"]
    assert subjects()[:2] == ["today 1", "today 2"], "live mail goes first"
    assert [(clock.now() - raw.received_at).days for raw in raws()] == [0, 0, 10, 20, 30, 0]
    mark = mark_now(box)
    assert (mark.start_uid, mark.live_uid, mark.backfill_uid, mark.backfill_done, mark.backfill_total) == (6, 8, 3, 3, 3)
    boxes.swept(box)
    assert (mailbox_now(box).on_server, mailbox_now(box).removed, boxes.adds_up(box)) == (3, 0, True)
    boxes.change(box, start_at=now - timedelta(days=60), backfill_from=None)
    boxes.look()
    boxes.come(8)
    until(lambda: mailbox_now(box).on_server == 8, "counted from the earlier start")
    assert (subjects()[-2:], boxes.adds_up(box)) == (["40 days", "35.1 days"], True)
    with boxes.login() as person:
        assert person.search("UNSEEN") == [1, 2, 3, 4, 5, 6, 7, 8], "nothing was marked as read"
    server, login = imap.Server("127.0.0.1", boxes.post.port, "none"), imap.Login(SUPPORT, boxes.post.users[SUPPORT])
    with imap.connect(server, login) as line:
        assert b"READ-ONLY" in line.examine("INBOX")


def test_a_hint_brings_mail_in_seconds(boxes: Boxes) -> None:
    boxes.watchers.pace = CALM
    boxes.add()
    boxes.look()
    time.sleep(0.3)
    boxes.post.deliver(SUPPORT, letter("one"))
    assert boxes.come(1) < 3
    boxes.post.deliver(SUPPORT, letter("two"))
    assert boxes.come(2) < 3


def test_mail_that_comes_while_we_look_is_not_slept_over(boxes: Boxes) -> None:
    """The server announces it in the answer to another command, and then no more."""
    server, login = imap.Server("127.0.0.1", boxes.post.port, "none"), imap.Login(SUPPORT, boxes.post.users[SUPPORT])
    with imap.connect(server, login) as line:
        line.examine("INBOX")
        line.forget_news()
        boxes.post.deliver(SUPPORT, letter("in between"))
        line.noop()
        assert line.doze(2)
        line.forget_news()
        assert not line.doze(0.2)


def test_a_line_that_died_in_silence_is_replaced_by_the_sweep(boxes: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Pace().sweep + imap_wire.SILENT_SECONDS < 300, "within five minutes"
    monkeypatch.setattr(imap_wire, "SILENT_SECONDS", 0.5)
    with TcpProxy(boxes.post.port) as proxy:
        box = boxes.add(port=proxy.port)
        boxes.look()
        boxes.swept(box)
        proxy.swallow()
        boxes.post.deliver(SUPPORT, letter("unannounced"))
        assert boxes.come(1) < QUICK.sweep + 0.5 + 3
        assert proxy.connections > 1


def test_cut_in_the_middle_of_mails(boxes: Boxes) -> None:
    """Each connection gets 90 kB far: a set of twelve never comes whole, two mails do."""
    boxes.post.deliver(SUPPORT, *(letter(f"mail {number}", 30_000) for number in range(12)))
    with TcpProxy(boxes.post.port) as proxy:
        proxy.cut_server_after(90_000)
        box = boxes.add(port=proxy.port)
        boxes.look()
        boxes.come(12, 30)
        proxy.heal()
        boxes.swept(box)
        assert sorted(raw.uid or 0 for raw in raws()) == list(range(1, 13))
        assert all(raw.size == len(raw.content) > 30_000 and raw.content.endswith(b"cdef\r\n") for raw in raws())
        assert boxes.adds_up(box)


def test_a_dead_or_slow_mailbox_delays_no_other(boxes: Boxes) -> None:
    with TcpProxy(boxes.post.port) as proxy:
        proxy.swallow(new=True)
        boxes.add(port=proxy.port)
        good = boxes.add("parcels")
        boxes.look()
        boxes.swept(good)
        proxy.heal()
        proxy.slow(1)
        proxy.cut()
        boxes.post.deliver("parcels@example.com", letter("quick"))
        assert boxes.come(1) < 3
        assert mailbox_now(good).problem == ""


@pytest.mark.parametrize("begins_again", [False, True])
def test_new_numbers_are_the_same_mails(boxes: Boxes, begins_again: bool) -> None:
    """F7: the index is lost, all mails get new numbers, two in between were taken away; also when the UIDVALIDITY stays the same."""
    boxes.post.deliver(SUPPORT, *(letter(f"mail {number}") for number in range(5)))
    box = boxes.add()
    boxes.look()
    boxes.come(5)
    first = mailbox_now(box).uidvalidity
    boxes.watchers.end()
    with boxes.login() as person:
        person.delete_messages([2, 3])
        person.expunge()
    boxes.post.forget_numbering(SUPPORT, first if begins_again else None)
    boxes.post.deliver(SUPPORT, letter("fresh"))
    boxes.look()
    boxes.come(6)
    until(lambda: mailbox_now(box).counted_at is not None and boxes.adds_up(box) and mailbox_now(box).on_server == 4, "counted")
    assert (mailbox_now(box).uidvalidity == first) is begins_again
    assert subjects() == [*(f"mail {number}" for number in range(5)), "fresh"], "nothing twice, nothing skipped"
    with boxes.login() as person:
        found = {uid: item[b"BODY[]"] for uid, item in person.fetch(person.search(), ["BODY.PEEK[]"]).items()}
    now = mailbox_now(box).uidvalidity
    assert {raw.uid: raw.content for raw in raws() if raw.uid and raw.uidvalidity == now} == found


def test_what_people_do_there_changes_nothing_here(boxes: Boxes) -> None:
    boxes.post.deliver(SUPPORT, *(letter(f"mail {number}") for number in range(4)))
    box = boxes.add()
    boxes.look()
    boxes.come(4)
    with boxes.login() as person:
        person.add_flags([1, 2, 3], [b"\\Seen", b"\\Answered"])
        person.create_folder("Old")
        person.move([1, 2], "Old")
        person.append("INBOX", letter("years ago"), msg_time=datetime.now(UTC) - timedelta(days=900))
    boxes.come(5)
    assert [(raw.backfilled, raw.state) for raw in raws()] == [(False, "received")] * 4 + [(True, "received")]
    until(lambda: mailbox_now(box).removed == 2, "two are gone there")
    with boxes.login() as person:
        person.delete_messages(person.search())
        person.expunge()
    until(lambda: mailbox_now(box).on_server == 0, "emptied")
    assert (len(raws()), mailbox_now(box).removed, boxes.adds_up(box)) == (5, 5, True)


def test_too_large_waits_for_a_person_with_its_header(boxes: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_fetch, "MOST_BYTES", 20_000)
    monkeypatch.setattr(mailbox_fetch, "SET_BYTES", 10_000)
    boxes.post.deliver(SUPPORT, letter("before"), letter("large", 30_000), letter("after"))
    box = boxes.add()
    boxes.look()
    boxes.come(3)
    boxes.swept(box)
    assert sorted(subjects(lambda raw: raw.state == "received")) == ["after", "before"]
    (large,) = [raw for raw in raws() if raw.state == "held"]
    assert (large.reason, large.size > 30_000, b"Subject: large\r\n" in large.content, b"Hello" in large.content) == (
        "too_large", True, True, False)
    assert boxes.adds_up(box)
    assert ledger_in().difference == 0


def test_a_mail_that_cannot_be_read_holds_up_no_other(boxes: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file is locked on the server. In the end a person sees it; when the server gives it after all, it comes in."""
    monkeypatch.setattr(mailbox_hard, "LISTED_SECONDS", 0.3)
    boxes.watchers.pace = replace(QUICK, patience=0.5)
    boxes.post.deliver(SUPPORT, letter("one"), letter("poison"), letter("three"))
    poison = next(path for path in boxes.post.files(SUPPORT) if b"poison" in path.read_bytes())
    poison.chmod(0)
    box = boxes.add()
    boxes.look()
    assert boxes.come(2) < 5
    assert sorted(subjects()) == ["one", "three"]
    assert (boxes.swept(box).on_server, boxes.adds_up(box)) == (3, False)
    boxes.post.deliver(SUPPORT, letter("four"))
    boxes.come(4)
    held = next(raw for raw in raws() if raw.state == "held")
    until(lambda: boxes.adds_up(box), "listed")
    assert (held.reason, ledger_in().difference) == ("not_given", 0)
    poison.chmod(0o600)
    until(lambda: all(raw.state == "received" for raw in raws()), "given after all")
    assert sorted(subjects()) == ["four", "one", "poison", "three"]
    assert [verdict.undone_at is not None for verdict in db.session.query(Screening)] == [True]
    assert ledger_in().difference == 0


def test_below_the_low_water_mark_mail_stays_where_it_is(boxes: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.email.mailbox_watch.OURS_PAUSE_SECONDS", 0.1)
    full = [True]
    monkeypatch.setattr(disk, "free_bytes", lambda: 1000 if full[0] else 10**12)
    boxes.post.deliver(SUPPORT, letter("waits"))
    box = boxes.add()
    boxes.look()
    time.sleep(0.5)
    assert (raws(), mailbox_now(box).problem) == ([], "")
    full[0] = False
    boxes.come(1)
