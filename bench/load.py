"""Eight clients on the list at once, beside the bare page of 25 rows, driven alike in the same run."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.desk import LARGE, Desk, Grounds
from bench.pages import warm_up
from bench.results import Row
from bench.seed.people import FIRST_AGENT

BARE = Path(__file__).with_name("bare.py")
CLIENTS, SECONDS = 8, 8
FLOOR, GOAL = 0.35, 0.6


def measure(grounds: Grounds) -> Iterator[Row]:
    """Pages a second and their p95, the bare page first."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            warm_up(desk, "/tickets")
            before = bare("page", bare_url(grounds, desk, ground), "--clients", str(CLIENTS), "--seconds", str(SECONDS))
            ours = bare(
                "load", f"{desk.url}/tickets", "--clients", str(CLIENTS), "--seconds", str(SECONDS), "--cookie", desk.cookie(FIRST_AGENT)
            )
        ratio, pages = round(ours["per_second"] / before["per_second"], 2), int(ours["per_second"] * SECONDS)
        shown: dict[str, Any] = {"baseline": before["per_second"], "ratio": ratio, "n": pages, "of_ratio": True, "high": True}
        yield Row(f"load {ground} 8 clients on the list, at least", ours["per_second"], "pages/s", FLOOR, **shown)
        yield Row(f"load {ground} 8 clients on the list, goal", ours["per_second"], "pages/s", GOAL, **shown)
        yield Row(f"load {ground} 8 clients on the list p95", ours["p95_ms"], "ms", None, before["p95_ms"], n=pages)
        yield Row(f"load {ground} 8 clients errors", ours["errors"], "errors", 0, n=pages)


def bare_url(grounds: Grounds, desk: Desk, ground: str) -> str:
    """An empty database of the same kind."""
    if ground == "sqlite":
        return f"sqlite:///{Path(tempfile.mkdtemp(prefix='helpdesk-bare-')) / 'bare.db'}"
    assert grounds.postgresql is not None
    grounds.postgresql.drop_database("bare")
    grounds.postgresql.create("bare", "template1")
    return desk.environment["HELPDESK_DATABASE_URL"].rpartition("/")[0].replace("postgresql:", "postgresql+psycopg:") + "/bare"


def bare(*arguments: str) -> dict[str, Any]:
    """What bare.py says."""
    found: dict[str, Any] = json.loads(subprocess.check_output([sys.executable, str(BARE), *arguments], text=True))
    return found
