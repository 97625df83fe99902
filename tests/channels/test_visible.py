"""What a customer's server made of an answer stands on its ticket as soon as it is known, well within a minute (M13, M14)."""

import pytest

from channels import delivery
from channels.email import smtp
from helpdesk.actions import drain_outbox
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, reply
from helpdesk.incoming import Person
from tests.factories import Clock, SmallDesk, writing
from tests.web.site import Site

SHOWN = {  # recipient -> what the page says
    "no@example.com": ("Not delivered", "550 5.1.1 No such mailbox"),
    "e554@example.com": ("Not delivered", "554 5.7.1 Not wanted"),
    "grey@example.com": ("Not accepted yet, trying again", "450 4.2.0 Come again"),
    "e451@example.com": ("Not accepted yet, trying again", "451 4.3.0 Not now"),
    "drop@example.com": ("Uncertain, you decide", 'value="sent"'),
    "hang@example.com": ("Uncertain, you decide", 'value="sent"'),
    "slow@example.com": ("Sent",),
}


def test_each_outcome_is_on_the_page(desk: SmallDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "DOT_SECONDS", 2)
    rana, tickets = desk.viewer("rana"), {}
    for recipient in SHOWN:
        tickets[recipient] = desk.ticket()
        reply(rana, tickets[recipient], writing(tickets[recipient], to=[Person("", recipient)]))
    clock.move(seconds=UNDO_SECONDS)
    release_due()
    drain_outbox.drain()
    delivery.drain()
    client = Site(desk.app, desk).client("rana")
    pages = {recipient: client.get(f"/tickets/{number}").text for recipient, number in tickets.items()}
    assert [(recipient, word) for recipient, words in SHOWN.items() for word in words if word not in pages[recipient]] == []
