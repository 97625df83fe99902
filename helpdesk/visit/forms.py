"""Forms that come back: what was typed, without secrets."""

from typing import Any

from werkzeug.datastructures import MultiDict

from helpdesk.fields import ids_in

SECRET = ("csrf_token", "password", "secret")
"""What the names of fields end with that are never shown again."""


def typed(form: "MultiDict[str, str]") -> dict[str, Any]:
    """Field -> what was typed; fields that end in _ids are lists of numbers."""
    values: dict[str, Any] = {name: form.get(name, "") for name in form if not name.endswith(SECRET)}
    for name in form:
        if name.endswith("_ids"):
            values[name] = ids_in(form.getlist(name))
    return values
