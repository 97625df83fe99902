"""The rows of figures: printed as a table, written to results.json."""

import json
import math
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "bench" / "results.json"


@dataclass(frozen=True)
class Row:
    """One figure. `goal` is what it must not pass (for a figure that should be high, what it must reach: `high`); `baseline` and
    `ratio` come from the same run; `n` says how many times it was measured; `met` is None for a figure without a goal."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    baseline: float | None = None
    ratio: float | None = None
    n: int = 1
    high: bool = False
    of_ratio: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal, of the value or of the ratio, is reached."""
        measured = self.ratio if self.of_ratio else self.value
        if self.goal is None or measured is None:
            return None
        return measured >= self.goal if self.high else measured <= self.goal

    def told(self) -> dict[str, object]:
        """As results.json has it."""
        found = asdict(self)
        return {key: found[key] for key in ("name", "value", "unit", "goal", "baseline", "ratio", "n")} | {"met": self.met}

    def line(self) -> str:
        """As the table has it."""
        sign = ("≥" if self.high else "≤") if self.goal is not None else ""
        goal = f"{sign} {self.goal:g}{' ×' if self.of_ratio else ''}" if sign else ""
        mark = {True: "met", False: "MISSED", None: ""}[self.met]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        baseline = "" if self.baseline is None else f"{self.baseline:g}"
        return f"{self.name:<62}{self.value:>10g} {self.unit:<7}{goal:>10}{baseline:>11}{ratio:>8}{self.n:>7}  {mark}"


HEAD = f"{'name':<62}{'value':>10} {'unit':<7}{'goal':>10}{'baseline':>11}{'ratio':>8}{'n':>7}  met"


def percentile(taken: list[float], share: float) -> float:
    """The value below which that share lies, rounded to a tenth."""
    ordered = sorted(taken)
    return round(ordered[math.ceil(len(ordered) * share) - 1], 1)


def save(rows: list[Row]) -> None:
    """Replaces rows of the same name, keeps the others: a run of a few does not forget the rest."""
    kept = {row["name"]: row for row in json.loads(FILE.read_text())["rows"]} if FILE.exists() else {}
    kept |= {row.name: row.told() for row in rows}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    FILE.write_text(json.dumps({"commit": commit, "rows": list(kept.values())}, indent=1, ensure_ascii=False) + "\n")
