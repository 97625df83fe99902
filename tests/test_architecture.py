"""The house rules of design.md, kept by reading the tree: who knows whom, how long things are, who may write, what a page may hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import PRODUCT, ROOT, Import, files, functions, imports, lines, modules, shown, tracked, tree

LONGEST_FILE, LONGEST_FUNCTION = 250, 40
TOP_LEVEL = {
    "helpdesk", "channels", "automations", "migrations", "tests", "bench", "docs", ".ci",
    "pyproject.toml", "package.json", "package-lock.json", "requirements.txt", "requirements-dev.txt", "requirements-node.txt",
    "requirements-uv.txt", "wsgi.py", "alembic.ini", "Makefile", ".npmrc", ".gitignore", "LICENSE", "CHANGELOG.md", "README.md",
    "README.ar.md",
}
UP = ("helpdesk.live", "helpdesk.jobs", "helpdesk.outbox", "helpdesk.policy", "helpdesk.actions", "helpdesk.queries")
PAGE_LAYERS = ("helpdesk.visit", "helpdesk.web", "helpdesk.app", "helpdesk.cli", "helpdesk.serving")
MAY_NOT = [  # (who, whom, but for)
    ("helpdesk", ("channels", "automations"), ("helpdesk.app",)),
    ("channels", ("automations", "helpdesk.web", "helpdesk.templates", "helpdesk.app"), ()),
    ("automations", ("channels", "helpdesk.web", "helpdesk.templates", "helpdesk.app"), ()),
    ("helpdesk.actions", PAGE_LAYERS, ()),
    ("helpdesk.queries", (*PAGE_LAYERS, "helpdesk.actions"), ()),
    ("helpdesk.models", (*PAGE_LAYERS, *UP), ()),
    ("helpdesk.visit", ("helpdesk.web", "helpdesk.app", "helpdesk.cli", "helpdesk.serving", "helpdesk.actions"), ()),
    ("helpdesk.folding", ("helpdesk.models", "helpdesk.actions", "helpdesk.queries", *PAGE_LAYERS), ()),
]
VAGUE = {"utils", "util", "services", "service", "manager", "managers", "helpers", "helper", "common", "misc"}
WRITERS = {"add", "add_all", "delete", "merge", "flush", "commit", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
PHYSICAL = re.compile(r"""
    (?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*
    |left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:
    |(?:text-align|float|clear)\s*:\s*(?:left|right)\b""", re.VERBOSE)


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def every_import() -> list[Import]:
    return [each for path in files(".py", PRODUCT) for each in imports(path)]


@pytest.mark.parametrize(("who", "whom", "but"), MAY_NOT, ids=[rule[0] for rule in MAY_NOT])
def test_arrows(who: str, whom: tuple[str, ...], but: tuple[str, ...]) -> None:
    wrong = [
        f"{each.path}:{each.line} imports {each.target}" for each in every_import()
        if within(each.source, who) and each.source not in but and any(within(each.target, other) for other in whom)
    ]
    assert not wrong


def test_no_import_circle() -> None:
    knows: dict[str, set[str]] = {name: set() for name in modules()}
    for each in every_import():
        if each.target != each.source and each.target in knows:
            knows[each.source].add(each.target)
    assert not list(circles(knows))


def circles(knows: dict[str, set[str]]) -> Iterator[list[str]]:
    """What is left when everybody who knows nobody (any more) has gone home."""
    left = {name: set(others) for name, others in knows.items()}
    while free := [name for name, others in left.items() if not others & left.keys()]:
        for name in free:
            del left[name]
    if left:
        yield sorted(left)


def test_files_are_short() -> None:
    assert not [f"{shown(path)}: {lines(path)}" for path in files() if lines(path) > LONGEST_FILE]


def test_functions_are_short() -> None:
    assert not [f"{each.path}: {each.name} {each.lines}" for path in files() for each in functions(path) if each.lines > LONGEST_FUNCTION]


def test_every_module_says_what_it_is_for() -> None:
    assert not [shown(path) for path in files() if tree(path).body and not ast.get_docstring(tree(path))]


def test_no_vague_names() -> None:
    assert not [shown(path) for path in files() if VAGUE & set(path.relative_to(ROOT).with_suffix("").parts)]


def test_only_actions_write() -> None:
    readers = [path for path in files(".py", PRODUCT) if not shown(path).startswith("helpdesk/actions/")]
    found = [(shown(path), line, what) for path in readers for line, what in writes(tree(path))]
    # The demo is three weeks of history, put in as sets of rows; it commits through actions.transaction like everybody.
    assert not [each for each in found if not (each[0].startswith("helpdesk/demo/") and each[2].startswith("imports"))]


def writes(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls that put something into a session, and write statements of SQLAlchemy."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS:
            owner = ast.unparse(node.func.value)
            if re.search(r"(^|\.)session(\(\))?$", owner):
                yield node.lineno, f"{owner}.{node.func.attr}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from ((node.lineno, f"imports {name.name}") for name in node.names if name.name in {"insert", "update", "delete"})


def test_models_have_no_session_and_no_request() -> None:
    forbidden = re.compile(r"\bdb\.session\b|\bcurrent_app\b|\bfrom flask import\b|\brequest\b\.")
    assert not [shown(path) for path in files(".py", ("helpdesk/models",)) if forbidden.search(path.read_text(encoding="utf-8"))]


def test_time_comes_from_the_clock() -> None:
    own = re.compile(r"datetime\.(now|utcnow|today)\(|\bdate\.today\(|\bfunc\.now\(|CURRENT_TIMESTAMP")
    wrong = [shown(path) for path in files(".py", PRODUCT) if own.search(path.read_text(encoding="utf-8"))]
    assert wrong in ([], ["helpdesk/clock.py"])


def test_top_level_holds_only_what_is_known() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("readme", ["README.md", "README.ar.md"])
def test_paths_in_readme_exist(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = set(re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text))
    named |= {word for word in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", text) if word.split("/")[0] in TOP_LEVEL}
    assert not [path for path in sorted(named) if not (ROOT / path).exists()]


@pytest.mark.parametrize("readme", ["README.md", "README.ar.md"])
def test_every_setting_is_in_readme(readme: str) -> None:
    known = set(re.findall(r"HELPDESK_[A-Z_]+", (ROOT / "helpdesk/settings.py").read_text(encoding="utf-8")))
    assert known
    assert known <= set(re.findall(r"HELPDESK_[A-Z_]+", (ROOT / readme).read_text(encoding="utf-8")))


def test_settings_are_read_in_one_place() -> None:
    reads = re.compile(r"environ(\.get\(|\[)\s*[\"']HELPDESK_")
    wrong = {shown(path) for path in files(".py", PRODUCT) if reads.search(path.read_text(encoding="utf-8"))}
    assert wrong <= {"helpdesk/settings.py", "helpdesk/clock.py", "helpdesk/crash.py"}


def test_no_registry_address_in_any_file() -> None:
    parts = (("pypi", ".org"), ("python", "hosted.org"), ("npmjs", ".org"), ("npmjs", ".com"), ("yarn", "pkg.com"))
    hosts = [start + end for start, end in parts]
    hosts += ["regis" + "try.npm", "--index" + "-url", "--extra-index" + "-url", '"resol' + 'ved"', "de" + "b.debian.org"]
    assert not [f"{shown(path)}: {host}" for path in tracked() for host in hosts if host.encode() in path.read_bytes()]


def test_locks_carry_hashes() -> None:
    for path in sorted(ROOT.glob("requirements*.txt")):
        entries = re.split(r"\n(?=\w)", path.read_text(encoding="utf-8").strip())
        pinned = re.compile(r"[\w.-]+(?:\[[\w,]+\])?==\S.*--hash=sha256:", re.DOTALL)
        assert not [entry.split()[0] for entry in entries if not pinned.match(entry)], path.name


LETTER = "helpdesk/templates/messages/letter.html"  # a mail's own page in a sandboxed frame, under a policy of its own


def templates() -> tuple[Path, ...]:
    return tuple(path for path in files(".html", PRODUCT) if "templates" in path.parts)


def test_no_inline_style_or_script() -> None:
    data = r"[^>]*type=\"application/json\""  # read by our scripts, run by nobody
    inline = re.compile(rf"<style\b|<script\b(?!{data}|[^>]*\bsrc=)|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=|javascript:", re.IGNORECASE)
    pages = [(shown(path), path.read_text(encoding="utf-8")) for path in templates() if shown(path) != LETTER]
    assert not [f"{name}: {found.group()[:60]}" for name, text in pages for found in inline.finditer(text)]


def test_pages_ask_no_other_host() -> None:
    other = re.compile(r"(?:src|href|action|srcset|poster)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE)
    loads = re.compile(r"url\(\s*[\"']?(?:https?:)?//|@import\s+[\"']?(?:https?:)?//", re.IGNORECASE)
    assert not [shown(path) for path in templates() if other.search(path.read_text(encoding="utf-8"))]
    assert not [shown(path) for path in files(".css", PRODUCT) if loads.search(path.read_text(encoding="utf-8"))]


def test_css_is_logical() -> None:
    conditions = re.compile(r"/\*.*?\*/|@(?:media|container|supports)[^{]*", re.DOTALL)
    wrong = []
    for path in files(".css", PRODUCT):
        text = conditions.sub("", path.read_text(encoding="utf-8"))
        wrong += [f"{shown(path)}: {found.group().strip()}" for found in PHYSICAL.finditer(text)]
    assert not wrong
