"""python -m bench.seed GROUND TICKETS URL FOLDER: migrates and fills one database; FOLDER/GROUND-TICKETS.json says what can be searched."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.seed.fill import PostgreSQL, Sqlite, fill
from bench.seed.people import PASSWORD
from helpdesk.passwords import hash_password


def main(ground: str, tickets: str, url: str, folder: str) -> None:
    """Leaves the database under its name only when it is whole."""
    ready = Path(folder) / f"{ground}-{tickets}.json"
    path = Path(url.removeprefix("sqlite:///"))
    being_made = path.with_suffix(".new")
    if ground == "sqlite":
        being_made.unlink(missing_ok=True)
        url = f"sqlite:///{being_made}"
    environment = os.environ | {"HELPDESK_DATA": folder, "HELPDESK_DATABASE_URL": url}
    subprocess.run([str(Path(sys.executable).parent / "helpdesk"), "migrate"], check=True, env=environment)
    target = Sqlite(being_made) if ground == "sqlite" else PostgreSQL(url)
    found = fill(target, int(tickets), hash_password(PASSWORD))
    if ground == "sqlite":
        being_made.rename(path)
    ready.write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
