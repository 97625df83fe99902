"""Single pages on a quiet desk: the list, a ticket, a reply. Server time, p95, beside the same at 2,000 tickets."""

import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench.client import Answer, Client
from bench.desk import LARGE, SMALL, Desk, Grounds
from bench.results import Row, percentile
from bench.seed.people import FEW, FEWS, FIRST_AGENT, SUPERVISOR

LIST_GOAL = {"postgresql": 25.0, "sqlite": 40.0}
COLD, WARM, AFTER_COUNTS = 60, 150, 5.2
Taken = dict[str, list[float]]


def lists(grounds: Grounds) -> Iterator[Row]:
    """The first page of the open list: an agent of three teams, one who may see 0.05 %, a supervisor; counts cold and kept."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, SMALL) as desk:
            small = list_times(desk)
        with grounds.desk(ground, LARGE) as desk:
            large = list_times(desk)
        for who, taken in large.items():
            value, before = percentile(taken, 0.95), percentile(small[who], 0.95)
            goal = None if who.startswith("supervisor") else LIST_GOAL[ground]
            yield Row(f"list {ground} {who} p95", value, "ms", goal, n=len(taken))
            if goal:
                yield Row(
                    f"list {ground} {who} against 2,000 tickets",
                    value,
                    "ms",
                    1.3,
                    before,
                    round(value / before, 2),
                    len(taken),
                    of_ratio=True,
                )


def list_times(desk: Desk) -> Taken:
    """Server times. Cold: agents who ask for the first time, so that nothing of theirs is counted yet."""
    warm_up(desk, "/tickets")
    desk.client(FEW).get("/tickets")  # her kind of statement is built once a process
    time.sleep(AFTER_COUNTS)
    found = {}
    for who, first, many in (("three teams", FIRST_AGENT + 1, COLD), ("0.05 %", FEW, FEWS), ("supervisor", SUPERVISOR, 1)):
        agents = [desk.client(first + place) for place in range(many)]
        found[f"{who}, cold"] = [agent.get("/tickets").server_ms for agent in agents] if many > 1 else again_and_again(agents[0])
        found[f"{who}, warm"] = [agents[0].get("/tickets").server_ms for _ in range(WARM)]
    return found


VIEW_GOAL = 40.0
VIEWS = {  # what it asks, and how a walk fares with it
    "of columns": {"queues": "open", "if.0.word": "priority", "if.0.test": "is", "if.0.value": "urgent"},
    "that finds nothing": {"queues": ["open", "waiting", "solved"], "if.0.word": "status", "if.0.test": "is", "if.0.value": "on_hold"},
    "of messages and tags": {
        "queues": ["open", "waiting"], "if.0.word": "from_customer", "if.0.test": "over", "if.0.value": "4", "if.1.word": "tags",
        "if.1.test": "has_none", "if.1.value": "vip", "if.2.word": "language", "if.2.test": "is", "if.2.value": "ar"},
}  # fmt: skip


def views(grounds: Grounds) -> Iterator[Row]:
    """The first page of saved views, cold: an agent who may see 0.05 %, one of three teams, a supervisor (who has no goal);
    beside each the open list of the same agents."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            chief = desk.client(SUPERVISOR)
            paths = {name: made_view(chief, name, form) for name, form in VIEWS.items()}
            warm_up(desk, "/tickets")
            for name, path in paths.items():
                for who, first, many in (("0.05 %", FEW, FEWS), ("three teams", FIRST_AGENT + 1, COLD), ("supervisor", SUPERVISOR, 1)):
                    agents = [desk.client(first + place % many) for place in range(max(many, 20))]
                    fixed, taken = ([agent.get(asked).server_ms for agent in agents][1:] for asked in ("/tickets", path))
                    value, beside = percentile(taken, 0.95), percentile(fixed, 0.95)
                    goal = None if many == 1 else VIEW_GOAL
                    yield Row(f"view {ground} {name} {who} p95", value, "ms", goal, beside, round(value / beside, 2), len(taken))


def made_view(client: Client, name: str, form: dict[str, Any]) -> str:
    """A view of everybody; its address."""
    both = {"name": name, "name_ar": "", "owner": "all", "sort": "newest", "revision": "0", "if.how": "all"}
    return client.post("/views", **both, **form).headers["location"]


def again_and_again(client: Client) -> list[float]:
    """The same agent, each time after the counts were forgotten."""
    taken = []
    for _ in range(6):
        time.sleep(AFTER_COUNTS)
        taken.append(client.get("/tickets").server_ms)
    return taken


def warm_up(desk: Desk, path: str) -> None:
    """A desk that has served some pages: statements are compiled, templates loaded."""
    client = desk.client(FIRST_AGENT)
    for _ in range(20):
        client.get(path)


def tickets(grounds: Grounds) -> Iterator[Row]:
    """A ticket with ten messages: as a whole page beside its list, alone as a script asks for it, and the fragment of a live change."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            client = desk.client(SUPERVISOR)
            warm_up(desk, "/tickets/8")
            for kind, path, headers in (
                ("page", "/tickets/{}", {}),
                ("pane", "/tickets/{}", {"HX_Request": "true"}),
                ("fragment", "/tickets/{}/thread", {"HX_Request": "true"}),
            ):
                taken = [client.get(path.format(100 * place), **headers).server_ms for place in range(1, 81)]
                yield Row(f"ticket {ground} {kind} with 10 messages p95", percentile(taken, 0.95), "ms", 30.0, n=len(taken))


def replies(grounds: Grounds) -> Iterator[Row]:
    """POST of a reply, each to another ticket, with all that happens before the answer."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            client = desk.client(SUPERVISOR)
            taken = [reply(client, number).server_ms for number in range(50_000, 50_080)]
            yield Row(f"reply {ground} POST p95", percentile(taken[5:], 0.95), "ms", 30.0, n=len(taken) - 5)


def reply(client: Client, number: int, body: str = "Thank you, we send a new one today.") -> Answer:
    """An answer whose author has seen everything."""
    seen = re.search(rb'name="seen_event_id" value="(\d+)"', client.get(f"/tickets/{number}", HX_Request="true").body)
    return client.post(
        f"/tickets/{number}/replies",
        body=body,
        to=f"customer{number}@example.com",
        cc="",
        status="",
        idempotency_key=uuid4().hex,
        seen_event_id=seen[1].decode() if seen else "0",
    )
