"""An answer that waits to leave can be kept back or hurried by whoever sees its ticket; one that is on its way cannot."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from channels import delivery
from helpdesk.actions import deliver
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Delivery, Message
from helpdesk.policy import Viewer
from helpdesk.queries import ledger
from tests.channels.deliveries import Send, row, told
from tests.factories import Clock, SmallDesk, at_once, kinds
from tests.smtp_sink import Sink
from tests.web.site import Site

Decide = Callable[[Viewer, int], None]
BECOMES: dict[Decide, dict[str, str]] = {  # what a person decides -> in which states, and the state then
    deliver.send_again: {"uncertain": "pending", "failed": "pending", "bounced": "pending", "cancelled": "pending"},
    deliver.take_as_sent: {"uncertain": "sent", "failed": "sent", "bounced": "sent"},
    deliver.keep_back: {"pending": "cancelled", "retry": "cancelled"},
    deliver.try_now: {"pending": "pending", "retry": "retry"},
}
STATES = ("pending", "sending", "sent", "retry", "uncertain", "failed", "bounced", "cancelled")


@pytest.mark.parametrize("decide", BECOMES, ids=lambda decide: decide.__name__)
def test_each_decision_has_its_states(send: Send, desk: SmallDesk, decide: Decide) -> None:
    message_id, found = send("noura@example.com", attempt=False), {}
    for state in STATES:
        with transaction() as session:
            session.execute(update(Delivery).values(state=state))
        with pytest.raises(NotFound):
            decide(desk.viewer("omar"), message_id)
        try:
            decide(desk.viewer("rana"), message_id)
        except Invalid:
            assert row(message_id).state == state
        else:
            found[state] = row(message_id).state
    assert found == BECOMES[decide]


def test_what_is_kept_back_never_leaves_until_somebody_sends_it_again(send: Send, sink: Sink, desk: SmallDesk, clock: Clock) -> None:
    message_id = send("once@example.com")
    assert row(message_id).state == "retry"
    number = db.session.get_one(Message, message_id).ticket_id
    deliver.keep_back(desk.viewer("rana"), message_id)
    assert kinds(number)[-1] == "delivery_resolved"
    for _day in range(4):
        clock.move(days=1)
        delivery.drain()
    assert (row(message_id).state, sink.journal) == ("cancelled", [])
    out = ledger.as_told()["out"]
    assert (out["cancelled"], out["waiting"], ledger.ledger_out().difference) == (1, 0, 0)
    deliver.send_again(desk.viewer("huda"), message_id)
    delivery.drain()
    assert (row(message_id).state, len(sink.journal), ledger.ledger_out().difference) == ("sent", 1, 0)


def test_an_answer_that_is_hurried_is_tried_at_once(send: Send, sink: Sink, desk: SmallDesk) -> None:
    message_id = send("once@example.com")
    delivery.drain()
    assert row(message_id).state == "retry"
    deliver.try_now(desk.viewer("rana"), message_id)
    delivery.drain()
    assert (row(message_id).state, row(message_id).attempts, len(sink.journal)) == ("sent", 2, 1)
    assert [kind for kind, _ in told(message_id)] == ["delivery_resolved"]


def test_whoever_comes_first_decides(send: Send, sink: Sink, desk: SmallDesk) -> None:
    """Pressed in the moment in which it leaves: it is kept back, or it has gone, never both."""
    rana = desk.viewer("rana")
    for _time in range(6):
        message_id, too_late = send("noura@example.com", attempt=False), list[Invalid]()

        def press(message_id: int = message_id, too_late: list[Invalid] = too_late) -> None:
            try:
                deliver.keep_back(rana, message_id)
            except Invalid as error:
                too_late.append(error)

        before = len(sink.journal)
        at_once(desk, [delivery.drain, press])
        delivery.drain()
        assert (row(message_id).state, len(sink.journal) - before) == (("sent", 1) if too_late else ("cancelled", 0))


def test_what_was_read_before_decides_nothing(send: Send, desk: SmallDesk) -> None:
    message_id = send("noura@example.com", attempt=False)
    shown = row(message_id)
    at_once(desk, [deliver.lease_next])
    assert shown.state == "pending", "as this process knows it"
    with pytest.raises(Invalid):
        deliver.keep_back(desk.viewer("rana"), message_id)
    assert row(message_id).state == "sending"


def test_the_page_offers_both_and_says_what_was_decided(send: Send, desk: SmallDesk) -> None:
    site = Site(desk.app, desk)
    client, message_id = site.client("rana"), send("grey@example.com")
    number = db.session.get_one(Message, message_id).ticket_id
    page = client.get(f"/tickets/{number}").text
    assert all(f'name="decision" value="{each}"' in page for each in ("now", "never"))
    assert site.post(client, f"/messages/{message_id}/delivery", {"decision": "now"}).status_code == 303
    assert site.post(client, f"/messages/{message_id}/delivery", {"decision": "never"}).status_code == 303
    assert site.post(client, f"/messages/{message_id}/delivery", {"decision": "never"}).status_code == 422
    page = client.get(f"/tickets/{number}").text
    assert "Cancelled" in page
    assert "The answer was kept back by" in page
    assert 'name="decision" value="again"' in page
    assert 'name="decision" value="never"' not in page
