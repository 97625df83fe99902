"""A form's fields stand in the place of its own properties: none may be called like what a script asks of an element."""

import re

from tests.conftest import ROOT

FIELD = re.compile(r"""(?:\bname="|call choice\(')([a-zA-Z_]+)["']""")
TAKEN = {
    "remove", "submit", "reset", "action", "method", "closest", "matches", "contains", "parentNode", "children", "attributes", "before",
    "after", "append", "replaceWith", "nextSibling", "firstChild", "dataset", "elements", "isConnected", "nodeType", "style",
}  # fmt: skip


def test_no_field_hides_what_its_form_can_do() -> None:
    """A form whose field was called "remove" could not be taken off the page: the last tag stayed where it was."""
    templates = [*(ROOT / "helpdesk" / "templates").rglob("*.html"), *(ROOT / "automations" / "templates").rglob("*.html")]
    assert len(templates) > 50
    assert [(path.name, name) for path in templates for name in FIELD.findall(path.read_text("utf-8")) if name in TAKEN] == []
