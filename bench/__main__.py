"""python -m bench [ONLY …]: measures everything, or what begins with one of the names; a missed goal is printed, not an error."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator

from bench import burst, hours, intake, live, load, mutated, pages, patterns, rest, rules, search, simulation, sla, start, threads, writers
from bench.desk import Grounds
from bench.kills import measure as kills
from bench.results import HEAD, Row, save

MEASURES: dict[str, Callable[[Grounds], Iterator[Row]]] = {
    "list": pages.lists,
    "views": pages.views,
    "ticket": pages.tickets,
    "reply": pages.replies,
    "search": search.measure,
    "load": load.measure,
    "live": live.measure,
    "streams": live.beside_streams,
    "writers": writers.measure,
    "start": start.second,
    "rest": rest.at_rest,
    "page": rest.page,
    "first_run": start.first,
    "mutated": mutated.measure,
    "threads": threads.measure,
    "kills": kills.measure,
    "intake": intake.measure,
    "burst": burst.measure,
    "rules": rules.measure,
    "patterns": patterns.measure,
    "simulation": simulation.measure,
    "hours": hours.measure,
    "sla": sla.measure,
}


def main(only: list[str]) -> None:
    """Prints each row as it comes and writes results.json at the end."""
    for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
        del os.environ[name]  # the settings of whoever measures are not the product's
    grounds, rows = Grounds(), []
    print(HEAD, flush=True)
    try:
        for name, measure in MEASURES.items():
            if not only or any(name.startswith(wanted) or wanted.startswith(name + "_") for wanted in only):
                for row in measured(measure, grounds):
                    print(row.line(), flush=True)
                    rows.append(row)
    finally:
        grounds.stop()
        save(rows)


def measured(measure: Callable[[Grounds], Iterator[Row]], grounds: Grounds) -> Iterator[Row]:
    """The rows of a measure; one that breaks says so and stops nothing else."""
    try:
        yield from measure(grounds)
    except Exception:  # noqa: BLE001  whatever it is, the other figures are wanted
        traceback.print_exc()


if __name__ == "__main__":
    main([word for argument in sys.argv[1:] for word in argument.split(",") if word])
