"""Named places at which a test may kill the process, to prove that nothing is lost or done twice."""

import os
import signal

POINTS: dict[str, str] = {
    "store_raw.before_commit": "a mail has arrived and is not yet kept",
    "store_raw.after_commit": "a mail is kept and not yet acknowledged",
    "fetch.fetched": "a mail was read from its server and nothing is written of it",
    "fetch.before_commit": "a mail from a server and the mark are written and not committed",
    "fetch.after_commit": "a mail from a server and the mark are committed and nobody was told",
    "receive.parsed": "a kept mail is parsed and nothing is written of it",
    "receive.before_commit": "ticket and message are written and not committed",
    "receive.after_commit": "ticket and message are committed and nobody was told",
    "reply.before_commit": "a reply is written and not committed",
    "reply.after_commit": "a reply is committed and the browser has no answer",
    "release.before_commit": "the undo window is over and the release is not committed",
    "release.after_commit": "a reply is released and no subscriber was told",
    "outbox.leased": "a subscriber holds its row and has done nothing",
    "outbox.before_commit": "a subscriber's effect is written and not committed",
    "delivery.leased": "a delivery is leased and nothing was said to the server",
    "delivery.before_mark": "the server has a mail but for its final dot, and nothing of that is on record",
    "delivery.data_marked": "it is on record that the final dot may leave, and it has not left",
    "delivery.after_dot": "the server has the mail and its answer was not read",
    "delivery.before_commit": "the server said yes and it is not on record",
    "delivery.after_commit": "a delivery is on record as sent",
    "webhook.sent": "a webhook was told and its answer is not on record",
}
passes: dict[str, int] = {}


def crash_point(name: str) -> None:
    """Kills this process with SIGKILL at the N-th pass when HELPDESK_TEST_CRASH=name:N; else nothing."""
    wanted = os.environ.get("HELPDESK_TEST_CRASH")
    if not wanted or os.environ.get("HELPDESK_TESTING") != "1":
        return
    if name not in POINTS:
        raise LookupError(f"unknown crash point {name}")
    point, _, count = wanted.partition(":")
    if point != name:
        return
    passes[name] = passes.get(name, 0) + 1
    if passes[name] == int(count or 1):
        os.write(2, f"crash point {name}\n".encode())  # for whoever counts
        os.kill(os.getpid(), signal.SIGKILL)
