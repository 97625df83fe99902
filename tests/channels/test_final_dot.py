"""The one moment after which nobody can say whether a mail arrived: its final dot. Whatever falls before it is tried again."""

import time
from collections.abc import Callable

import pytest

from channels import delivery
from channels.email import smtp
from helpdesk.actions import deliver
from helpdesk.queries.ledger import ledger_out
from tests.channels.deliveries import Send, row, sent_id, told
from tests.factories import Clock
from tests.smtp_sink import Sink


class Killed(BaseException):
    """Nothing of ours catches it, as nothing catches a kill."""


def killed_at(point: str) -> Callable[[str], None]:
    def falls(passed: str) -> None:
        if passed == point:
            raise Killed

    return falls


@pytest.mark.parametrize(("point", "state", "arrived"), [
    ("delivery.before_mark", "sent", 1), ("delivery.data_marked", "uncertain", 0), ("delivery.after_dot", "uncertain", 1),
])  # fmt: skip
def test_a_kill_before_the_mark_is_tried_again_and_one_behind_it_is_uncertain(
    send: Send, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch, point: str, state: str, arrived: int
) -> None:
    message_id = send("noura@example.com", attempt=False)
    held = deliver.lease_next()
    assert held is not None
    with monkeypatch.context() as fallen:
        fallen.setattr(smtp, "crash_point", killed_at(point))
        with pytest.raises(Killed):
            delivery.attempt(held)
    clock.move(seconds=deliver.LEASE_SECONDS + 1)
    delivery.drain()
    assert (row(message_id).state, [kept.message_id for kept in sink.journal]) == (state, [sent_id(message_id)] * arrived)
    assert ledger_out().difference == 0


@pytest.mark.parametrize(("recipient", "state", "words"), [
    ("cut@example.com", "retry", ""), ("busy@example.com", "retry", "421 4.3.2 Closing down"),
    ("big@example.com", "failed", "552 5.3.4 Too big"),
])  # fmt: skip
def test_a_server_that_ends_in_the_midst_of_a_mail_leaves_no_doubt(
    send: Send, sink: Sink, clock: Clock, monkeypatch: pytest.MonkeyPatch, recipient: str, state: str, words: str
) -> None:
    on_record = deliver.mark_data_started

    def slowly(delivery_id: int, token: str) -> bool:
        time.sleep(0.3)
        return on_record(delivery_id, token)

    monkeypatch.setattr(deliver, "mark_data_started", slowly)
    message_id = send(recipient)
    found = row(message_id)
    assert (found.state, sink.journal) == (state, [])
    assert words in found.provider_words
    assert [kind for kind, _ in told(message_id)] == (["delivery_failed"] if state == "failed" else [])


def test_a_mail_that_took_long_has_the_whole_time_for_its_answer(send: Send, clock: Clock) -> None:
    message_id = send("noura@example.com", attempt=False)
    held = deliver.lease_next()
    assert held is not None
    clock.move(seconds=deliver.LEASE_SECONDS - 60)
    assert deliver.mark_data_started(held.id, held.lease_token or "")
    clock.move(seconds=smtp.DOT_SECONDS)
    assert deliver.lease_next() is None, "held"
    deliver.settle(held.id, held.lease_token or "", "sent", "250")
    assert row(message_id).state == "sent"
