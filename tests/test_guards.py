"""The list of guards fits the tree: a guard whose text or test was moved away guards nothing, and `make check-guards` says so late."""

from tests.check_guards import Guard, read
from tests.house import ROOT


def test_every_guard_stands_where_its_row_says() -> None:
    astray = [f"{guard.name}: {guard.file}" for guard in read(ROOT / "tests/guards.toml") if times(guard) != 1]
    assert astray == []


def test_every_guard_names_a_test_that_is_there() -> None:
    astray = [f"{guard.name}: {guard.test}" for guard in read(ROOT / "tests/guards.toml") if not names_a_test(guard)]
    assert astray == []


def times(guard: Guard) -> int:
    path = ROOT / guard.file
    return path.read_text(encoding="utf-8").count(guard.remove) if path.is_file() else 0


def names_a_test(guard: Guard) -> bool:
    file, _colons, name = guard.test.partition("::")
    path = ROOT / file
    return path.is_file() and (not name or f"def {name.partition('[')[0]}(" in path.read_text(encoding="utf-8"))
