"""An agent at work beside the holiday that is moved: what she waits for."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.results import percentile

PAUSE_SECONDS = 0.05


def agent_at_work(meanwhile: Callable[[], None]) -> dict[str, Any]:
    """What an agent in a process of her own waited for lists and for answers while something else was done."""
    agent = subprocess.Popen([sys.executable, "-m", "bench.sla_agent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert agent.stdout is not None
    agent.stdout.readline()  # she sits down
    meanwhile()
    found: dict[str, Any] = json.loads(agent.communicate("\n")[0])
    return found


def agent() -> None:
    """Opens the list and answers a ticket, again and again, until told to stop: milliseconds, p95 and the longest of each."""
    import select as waiting

    from sqlalchemy import func, select

    from helpdesk.actions.reply import Writing, reply
    from helpdesk.app import create_app
    from helpdesk.extensions import db
    from helpdesk.incoming import Person
    from helpdesk.models import Agent, Ticket
    from helpdesk.queries.people import viewer_of
    from helpdesk.queries.ticket_list import ticket_page

    lists, answers, to = list[float](), list[float](), [Person("", "noura@example.com")]
    with create_app().app_context():
        viewer, number = viewer_of(db.session.get_one(Agent, 1)), db.session.scalar(select(func.max(Ticket.id))) or 0
        print("here", flush=True)
        while not waiting.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
            number -= 7
            began = time.perf_counter()
            ticket_page(viewer, "open")
            lists.append((time.perf_counter() - began) * 1000)
            seen = db.session.get_one(Ticket, number, populate_existing=True).last_event_id
            began = time.perf_counter()
            reply(viewer, number, Writing(body="Yes.", key=f"{number} {began}", seen_event_id=seen, to=to))
            answers.append((time.perf_counter() - began) * 1000)
    print(json.dumps({"n": len(lists), "list": percentile(lists, 0.95), "reply": percentile(answers, 0.95), "most": round(max(answers))}))


if __name__ == "__main__":
    agent()
