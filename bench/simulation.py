"""A simulation of 30 days over 100,000 tickets, on PostgreSQL, as the slow task does it; and how soon it tells of its progress."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from bench.desk import HELPDESK, Grounds
from bench.results import Row
from tests.servers import PostgreSQL, Redis

TICKETS, OTHERS = 100_000, 10
RULE: dict[str, Any] = {
    "on": ["message_received"], "stop": False, "then": [{"do": "tag", "value": ["refund"]}, {"do": "set_priority", "value": "high"}],
    "if": {"all": [
        {"word": "text", "test": "has_any", "value": ["refund", "استرجاع"]}, {"word": "status", "test": "is_not", "value": ["closed"]},
        {"word": "channel", "test": "is", "value": ["email"]}, {"word": "tags", "test": "has_none", "value": ["refund"]},
        {"word": "from_us", "test": "under", "value": 5}]},
}  # fmt: skip
TEXT = "Where is my order? It was to come on Sunday, and nobody has called since. The number is on the label. "


def measure(_grounds: Grounds) -> Iterator[Row]:
    """One process on an own desk, with other rules in force."""
    with PostgreSQL() as server, Redis() as redis:
        assert isinstance(server, PostgreSQL)
        env = os.environ | {"HELPDESK_DATA": tempfile.mkdtemp(prefix="helpdesk-simulation-"), "HELPDESK_REDIS_URL": redis.url,
                            "HELPDESK_DATABASE_URL": server.url(server.new_database())}  # fmt: skip
        subprocess.run([HELPDESK, "migrate"], env=env, check=True)
        told = json.loads(subprocess.check_output([sys.executable, "-m", "bench.simulation", str(TICKETS)], env=env, text=True))
    yield Row("simulation of 30 days over 100,000 tickets", told["seconds"], "s", 60.0, n=told["tickets"])
    yield Row("simulation: the longest between two tellings of its progress", told["longest"], "s", 3.0, n=told["steps"])
    yield Row("simulation: tickets that would have changed", told["changed"], "tickets", n=told["tickets"])


FILL = (
    """INSERT INTO contact (id, name, language, created_at)
    SELECT n, 'Customer ' || n, 'en', now() - interval '40 days' FROM generate_series(1, :many) n""",
    """INSERT INTO ticket (id, inbox_id, contact_id, subject, snippet, status, priority, place, queue, last_at, waiting_since,
    last_event_id, created_at, due_name, due_state) SELECT n, 1, n, 'Order ' || n, '', 'open', 1, 'inbox', 'open', at, at, 0, at, '', ''
    FROM (SELECT n, now() - interval '29 days' * n / :many AS at FROM generate_series(1, :many) n) rows""",
    """INSERT INTO message (id, ticket_id, inbox_id, kind, channel, contact_id, from_name, from_address, to_people, cc_people, subject,
    text, reply_text, in_reply_to, reference_ids, content_hash, language, verified, auto_reply, created_at)
    SELECT id, id, 1, 'incoming', 'email', id, '', 'c' || id || '@example.net', '[]', '[]', subject, text, text, '', '[]', '', 'en',
    true, '', created_at FROM (SELECT *, repeat(:text, 3) || CASE WHEN id % 20 = 0 THEN 'A refund, please.' ELSE '' END AS text
    FROM ticket) rows""",
    """INSERT INTO event (ticket_id, kind, at, actor, message_id, data) SELECT ticket.id, kind, created_at, 'contact', ticket.id, '{}'
    FROM ticket, (VALUES ('ticket_opened'), ('message_received')) AS kinds (kind) ORDER BY ticket.id""",
    """INSERT INTO event (ticket_id, kind, at, actor, data) SELECT id, 'priority_changed', created_at + interval '1 hour', 'system',
    '{"from": "low", "to": "normal"}' FROM ticket""",
)


def fill(many: int) -> None:
    """A ticket a customer, each with a message and three events, spread over 29 days; other rules in force."""
    from sqlalchemy import text

    from helpdesk import clock
    from helpdesk.actions import rules
    from helpdesk.actions.transaction import transaction
    from helpdesk.models import Agent, Desk, Inbox
    from helpdesk.policy import Viewer

    with transaction() as session:
        agent = Agent(email="admin@example.com", name="Admin", role="admin", created_at=clock.now())
        inbox = Inbox(id=1, address="support@example.com", name="Support")
        session.add_all([Desk(id=1, name="Bench", created_at=clock.now()), agent, inbox])
        session.flush()
        for statement in FILL:
            session.execute(text(statement), {"many": many, "text": TEXT} if ":text" in statement else {"many": many})
    for place in range(OTHERS):
        says = RULE | {"if": {"all": [{"word": "subject", "test": "has_any", "value": [f"word{place}"]}]}}
        made = rules.create(Viewer(agent.id, "admin"), rules.RuleChange("trigger", f"Rule {place}", "", says))
        rules.switch(made.id, on=True)


def run(many: int) -> dict[str, Any]:
    """Fills, and simulates."""
    from sqlalchemy import text

    from automations.simulate import Simulated, simulate
    from helpdesk.extensions import db

    fill(many)
    db.session.execute(text("ANALYZE"))
    db.session.commit()  # taken back, it would leave the planner in the dark
    begun = last = time.perf_counter()
    longest, steps, found, spent = 0.0, 0, Simulated(), time.process_time()
    for _done, _total, found in simulate(db.session(), "trigger", 0, RULE, 30):  # noqa: B007  the last one is kept
        now, steps = time.perf_counter(), steps + 1
        longest, last = max(longest, now - last), now
    return {"seconds": round(time.perf_counter() - begun, 1), "longest": round(longest, 2), "steps": steps, "changed": found.changed,
            "tickets": found.total, "processor": round(time.process_time() - spent, 2)}  # fmt: skip


if __name__ == "__main__":
    from helpdesk.app import create_app

    with create_app().app_context():
        print(json.dumps(run(int(sys.argv[1]))))
