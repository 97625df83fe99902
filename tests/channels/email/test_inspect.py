"""`mail inspect`: one line a path, in order, whatever the files are."""

import io
import json
from pathlib import Path

from channels.email.inspect import KEYS, inspect_paths
from tests.channels.email.samples import FOLDER


def test_one_line_a_path_in_order(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.eml"
    bomb.write_bytes(b"Content-Type: message/rfc822\r\n\r\n" * 100)
    paths = [str(FOLDER / "image-inside-html.eml"), str(tmp_path / "missing.eml"), str(bomb), str(FOLDER / "away-arabic.eml")]
    output = io.StringIO()
    inspect_paths([f"{path}\n" for path in paths], output)
    found = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [one["file"] for one in found] == paths
    assert [one["error"] for one in found] == [None, "No such file or directory", "nested too deeply", None]
    assert all(set(KEYS) <= one.keys() for one in found)
    assert found[0]["attachments"][0].keys() == {"name", "content_type", "size", "sha256", "inline"}
