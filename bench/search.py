"""Search at 200,000 tickets: words that stand in 0.1 to 1 % of them, and a number."""

from collections.abc import Iterator
from urllib.parse import quote

from bench.desk import LARGE, Grounds
from bench.pages import warm_up
from bench.results import Row, percentile
from bench.seed.people import FEW, FIRST_AGENT, SUPERVISOR

ASKED = 80


def measure(grounds: Grounds) -> Iterator[Row]:
    """Each word once, by three kinds of agents."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            warm_up(desk, "/search?q=parcel")
            step = max(1, len(desk.words) // ASKED)
            words = desk.words[::step][:ASKED]
            for who, agent in (("three teams", FIRST_AGENT), ("supervisor", SUPERVISOR), ("0.05 %", FEW)):
                client = desk.client(agent)
                taken = [client.get(f"/search?q={quote(word)}").server_ms for word in words]
                yield Row(f"search {ground} {who} a word of 0.1–1 % p95", percentile(taken, 0.95), "ms", 80.0, n=len(taken))
            client = desk.client(SUPERVISOR)
            taken = [client.get(f"/search?q=%23{1000 + 97 * place}").server_ms for place in range(ASKED)]
            yield Row(f"search {ground} a number p95", percentile(taken, 0.95), "ms", 25.0, n=len(taken))
