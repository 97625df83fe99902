"""Four processes that write at once on SQLite, while an agent looks at the list."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.desk import LARGE, Grounds
from bench.load import bare
from bench.pages import warm_up
from bench.results import Row, percentile
from bench.seed.people import FIRST_AGENT, SUPERVISOR

PROCESSES, SECONDS = 4, 10.0


def measure(grounds: Grounds) -> Iterator[Row]:
    """Notes a second of all four, their errors, and the page beside them."""
    commits = bare("commits", f"sqlite:///{Path(tempfile.mkdtemp(prefix='helpdesk-bare-')) / 'bare.db'}")["per_second"]
    with grounds.desk("sqlite", LARGE) as desk:
        warm_up(desk, "/tickets")
        command = [sys.executable, "-m", "bench.writers"]
        environment = os.environ | desk.environment | {"HELPDESK_REDIS_URL": f"unix://{desk.product.data / 'run' / 'valkey.sock'}"}
        writers = [
            subprocess.Popen([*command, str(place)], env=environment, stdout=subprocess.PIPE, text=True) for place in range(PROCESSES)
        ]
        client, taken = desk.client(FIRST_AGENT), []
        while any(writer.poll() is None for writer in writers):
            taken.append(client.get("/tickets").ms)
            time.sleep(0.05)
        said = [json.loads(writer.communicate()[0]) for writer in writers]
    notes = sum(one["notes"] for one in said)
    value = round(notes / SECONDS)
    yield Row("writers sqlite 4 processes, notes", value, "notes/s", None, commits, round(value / commits, 2), notes)
    yield Row("writers sqlite errors", sum(one["errors"] for one in said), "errors", 0, n=notes)
    yield Row("writers sqlite the longest wait for a note", max(one["worst_ms"] for one in said), "ms", n=notes)
    yield Row("writers sqlite the list beside them p95", percentile(taken, 0.95), "ms", 100.0, n=len(taken))


def write(place: int) -> dict[str, float]:
    """One process: a note after another, each to another ticket, by the product's own action."""
    from helpdesk.actions.reply import Writing, note
    from helpdesk.app import create_app
    from helpdesk.extensions import db
    from helpdesk.policy import Viewer

    viewer, notes, errors, worst = Viewer(SUPERVISOR, "supervisor"), 0, 0, 0.0
    with create_app().app_context():
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            begun = time.perf_counter()
            try:
                note(
                    viewer, 1 + place * 40_000 + notes, Writing(body="Called back, nobody there.", key=f"w{place}-{notes}", seen_event_id=0)
                )
            except Exception as error:  # noqa: BLE001  counted, whatever it is
                print(repr(error), file=sys.stderr)
                errors += 1
            notes, worst = notes + 1, max(worst, time.perf_counter() - begun)
            db.session.remove()
    return {"notes": notes, "errors": errors, "worst_ms": round(worst * 1000, 1)}


if __name__ == "__main__":
    print(json.dumps(write(int(sys.argv[1]))))
