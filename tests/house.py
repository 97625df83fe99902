"""Reads the tree as text: its files, functions and imports. `make check` prints the medians; test_architecture.py judges."""

import ast
import math
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("helpdesk", "channels", "automations", "migrations", "bench", "tests")
PRODUCT = ("helpdesk", "channels", "automations")
MADE = {".git", ".venv", "node_modules", "static", "data", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", ".pytest_cache"}


@dataclass(frozen=True)
class Function:
    """A function's place and length in lines, its decorators left out."""

    path: str
    name: str
    lines: int


@dataclass(frozen=True)
class Import:
    """One import of a module of ours: from where, to where."""

    source: str
    target: str
    path: str
    line: int


@cache
def files(suffix: str = ".py", rooms: tuple[str, ...] = ROOMS) -> tuple[Path, ...]:
    """Every file with that ending which people wrote, in order."""
    found = [path for room in rooms for path in (ROOT / room).rglob(f"*{suffix}")]
    found += list(ROOT.glob(f"*{suffix}")) if rooms == ROOMS else []
    return tuple(sorted(path for path in found if not MADE & set(path.relative_to(ROOT).parts)))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is or would be committed; in a copy without git, every file that nothing makes."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
    return tuple(path for path in ROOT.rglob("*") if path.is_file() and not MADE & set(path.relative_to(ROOT).parts))


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def shown(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    """How many lines the file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(shown(path), node.name, (node.end_lineno or node.lineno) - node.lineno + 1)


def module_name(path: Path) -> str:
    """helpdesk/web/__init__.py -> helpdesk.web"""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Every module of the product by its name."""
    return {module_name(path): path for path in files(".py", PRODUCT)}


def imports(path: Path) -> Iterator[Import]:
    """Imports of our own modules, each to the module itself and not to its package. Those for types alone count for nothing."""
    typing = {id(child) for node in ast.walk(tree(path)) if is_typing_block(node) for child in ast.walk(node)}
    for node in ast.walk(tree(path)):
        if id(node) not in typing:
            for target in targets(node, path):
                yield Import(module_name(path), target, shown(path), getattr(node, "lineno", 0))


def is_typing_block(node: ast.AST) -> bool:
    """`if TYPE_CHECKING:`"""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def targets(node: ast.AST, path: Path) -> list[str]:
    """The modules of ours that one import statement names."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names if name.name.split(".")[0] in PRODUCT]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = module_name(path).split(".") if path.name == "__init__.py" else module_name(path).split(".")[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
    if base.split(".")[0] not in PRODUCT:
        return []
    return sorted({inner if (inner := f"{base}.{name.name}") in modules() else base for name in node.names})


def spread(values: list[int]) -> str:
    """median / p95 / most"""
    ordered = sorted(values) or [0]
    return f"median {statistics.median(ordered):g}, p95 {ordered[max(0, math.ceil(len(ordered) * 0.95) - 1)]}, most {ordered[-1]}"


def main() -> None:
    """Prints how long files and functions are, of the product and of everything."""
    for title, rooms in (("product", PRODUCT), ("all", ROOMS)):
        paths = files(".py", rooms)
        long = [lines(path) for path in paths if lines(path)]
        print(f"{title}: {len(long)} files, lines {spread(long)}")
        deep = [function.lines for path in paths for function in functions(path)]
        print(f"{title}: {len(deep)} functions, lines {spread(deep)}")


if __name__ == "__main__":
    main()
