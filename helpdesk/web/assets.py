"""The built assets: from a plain name to the hashed address of static/manifest.json."""

import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"


def asset(name: str) -> str:
    """The address of a built asset: asset("app.css") -> "/static/style-VI6KARW5.css".

    A name the build does not know raises KeyError. The names carry a hash of what is inside, so that an answer may be kept for ever.
    """
    return f"/static/{manifest()[name]}"


@cache
def manifest() -> dict[str, str]:
    """Plain name -> built name; read once a process, since a build is followed by a restart."""
    path = STATIC / "manifest.json"
    if not path.exists():
        raise RuntimeError("The assets are not built: run make install.")
    return dict(json.loads(path.read_text("utf-8")))
