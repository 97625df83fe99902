"""1,000 mails in and 1,000 answers out, with at least 30 kills: nothing lost, nothing twice."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.desk import HELPDESK, Grounds
from bench.kills.story import Story
from bench.results import Row

MAILS = ANSWERS = 1000
KILLS_A_POINT = 2
PASSES = {"receive": 1, "release": 1, "store_raw": 4, "reply": 4}
"""At which pass of a process a point kills; 3 unless said."""


def measure(_grounds: Grounds) -> Iterator[Row]:
    """Every point that `helpdesk crash-points` lists, two kills each."""
    points = alternating([line.split()[0] for line in subprocess.check_output([HELPDESK, "crash-points"], text=True).splitlines()])
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-kills-"))
    story = Story(folder, [HELPDESK, "run"])
    passes = [(point, PASSES.get(point.partition(".")[0], 3)) for point in points]
    outcome = story.run(passes, MAILS, ANSWERS, KILLS_A_POINT)
    for sentence in [*outcome.verdict.lost, *outcome.verdict.twice][:20]:
        print(f"  {sentence}", file=sys.stderr)
    print(f"  kills by point: {outcome.kills}", file=sys.stderr)
    yield Row("kills at named points", sum(outcome.kills.values()), "kills", 30, high=True)
    yield Row("kills with work under way", outcome.under_way, "kills", 20, high=True)
    yield Row("kills mails lost", sum("mail" in what.split()[0] for what in outcome.verdict.lost), "mails", 0, n=outcome.mails)
    yield Row("kills answers lost", sum("answer" in what.split()[0] for what in outcome.verdict.lost), "mails", 0, n=outcome.answers)
    yield Row("kills anything twice", len(outcome.verdict.twice), "times", 0, n=outcome.mails + outcome.answers)
    yield Row("kills answers uncertain", len(outcome.verdict.uncertain), "mails", n=outcome.answers)
    yield Row("kills uncertain answers that no page shows", outcome.hidden, "mails", 0, n=len(outcome.verdict.uncertain))
    shutil.rmtree(folder, ignore_errors=True)


def alternating(points: list[str]) -> list[str]:
    """Points of different roads by turns, so that what one left behind is mended in another's round."""
    return [points[(place * 5) % len(points)] for place in range(len(points))] if len(points) % 5 else points
