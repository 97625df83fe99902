"""What a message's page says beside its text: events in the reader's zone, signatures in words, files that nothing else shows."""

import re
from datetime import datetime
from typing import Any

import pytest

from helpdesk import store
from helpdesk.actions.receive import receive
from helpdesk.incoming import StoredFile
from helpdesk.models import Delivery, Message
from helpdesk.web.ticket_shown import state_of
from tests.factories import NOW
from tests.web.site import Site

EVENT = {"summary": "<b>Visit</b>", "start": "", "end": "", "location": "", "organizer": "", "method": "REQUEST"}
TIMES = {  # rana reads English in Riyadh's time
    ("2027-03-05T07:00:00+00:00", "2027-03-05T08:30:00+00:00"): "Friday 5 March 2027, 10:00 – 11:30",
    ("2027-03-05T20:30:00+00:00", "2027-03-05T21:30:00+00:00"): "Friday 5 March 2027, 23:30 – Saturday 6 March 2027, 0:30",
    ("2027-03-05T10:00:00", ""): "Friday 5 March 2027, 10:00 (the mail names no time zone)",
    ("2027-03-05", "2027-03-06"): "Friday 5 March 2027",
    ("2027-03-05", "2027-03-08"): "Friday 5 March 2027 – Sunday 7 March 2027",
    ("2027-03-05T07:00:00+00:00", "2027-03-05T06:00:00+00:00"): "Friday 5 March 2027, 10:00",
    ("rubbish", ""): None,
    ("", ""): None,
}


def page_of(site: Site, **changes: Any) -> str:
    with site.app.app_context():
        ticket = receive([site.desk.mail(**changes)])[0].ticket_id
    return site.client("rana").get(f"/tickets/{ticket}").text


def test_events_are_told_in_the_readers_zone(site: Site) -> None:
    for (start, end), words in TIMES.items():
        page = page_of(site, calendar=[EVENT | {"start": start, "end": end}])
        assert "&lt;b&gt;Visit&lt;/b&gt;" in page
        found = re.search(r'<span class="muted">When</span> ([^<]*)</p>', page)
        assert (found[1] if found else None) == words, (start, end)
    for method, words in (("REQUEST", "Invitation"), ("CANCEL", "Cancelled event"), ("REPLY", "Answer to an invitation"), ("X", "Event")):
        assert f'<p class="happening-kind">{words}</p>' in page_of(site, calendar=[EVENT | {"method": method}])


def test_signatures_are_told_in_words_that_claim_no_more_than_is_known(site: Site) -> None:
    words = {"valid": "signed, certificate not checked", "invalid": "signed, but changed since", "unchecked": "signed, not checked"}
    for state, said in words.items():
        assert f">{said}</span>" in page_of(site, signature=state)
    assert not any(f">{said}</span>" in page_of(site) for said in words.values())


def test_every_file_is_somewhere(site: Site) -> None:
    def file(name: str, size: int, content_id: str = "", *, inline: bool = True) -> StoredFile:
        digest, _ = store.keep(name.encode())
        return StoredFile(name, "image/png", size, digest, inline=inline, content_id=content_id)

    with site.app.app_context():
        files = [file("logo.png", 900, "logo"), file("screen.png", 90_000, "screen"), file("lost.png", 900, "lost"), file("bare.png", 900),
                 file("sent.png", 900, "logo", inline=False)]
    page = page_of(site, html='<p><img data-cid="logo"><img data-cid="screen"></p>', files=files)
    shown = re.findall(r'<a class="file-name" href="/attachments/\d+"><bdi>([^<]*)</bdi>', page)
    assert shown == ["screen.png", "lost.png", "bare.png", "sent.png"], "a small picture of the formatting has its place there"


@pytest.mark.parametrize(("kind", "channel", "release_at", "delivery", "state"), [
    ("outgoing", "email", NOW, "", "pending"),  # in the undo window, and after it until the hand-over
    ("outgoing", "email", None, "", "pending"),  # a confirmation has no window
    ("outgoing", "email", NOW, "pending", "pending"),
    ("outgoing", "email", None, "sent", "sent"),
    ("outgoing", "email", None, "failed", "failed"),
    ("outgoing", "chat", None, "", "sent"),
    ("outgoing", "chat", NOW, "", "pending"),
    ("note", "email", None, "", ""),
    ("incoming", "email", None, "", ""),
])  # fmt: skip
def test_a_mail_is_sent_when_its_delivery_says_so(kind: str, channel: str, release_at: datetime | None, delivery: str, state: str) -> None:
    message = Message(kind=kind, channel=channel, release_at=release_at, delivery=Delivery(state=delivery) if delivery else None)
    assert state_of(message) == state
