"""From the command to the line `ready`."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.desk import ROOT, Grounds
from bench.results import Row
from tests.journeys.product import Product

TIMES = 3


def second(_grounds: Grounds) -> Iterator[Row]:
    """`make run` in a checkout that has run before."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-bench-start-"))
    timed(folder)
    taken = [timed(folder) for _ in range(TIMES)]
    shutil.rmtree(folder, ignore_errors=True)
    yield Row("start second make run", round(sorted(taken)[TIMES // 2], 2), "s", 4.0, n=TIMES)


def timed(folder: Path) -> float:
    """Seconds until it is ready."""
    begun = time.monotonic()
    product = Product(folder, ["make", "--silent", "run"], {})
    product.wait_until_ready()
    seconds = time.monotonic() - begun
    product.process.terminate()
    product.process.wait(20)
    return seconds


def first(_grounds: Grounds) -> Iterator[Row]:
    """`make run` in a fresh clone; it takes packages from the network, so it is measured only when it is asked for by name."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-bench-clone-"))
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "clone")], check=True)
    begun = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    settings = {"HELPDESK_PORT": "0", "HELPDESK_DATA": str(folder / "data")}
    with (folder / "log").open("wb") as log:
        product = subprocess.Popen(
            ["make", "run"], cwd=folder / "clone", env=environment | settings, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert product.stdout
        said = next((line for line in product.stdout if line.startswith("ready ")), "")
    seconds = time.monotonic() - begun
    product.terminate()
    product.wait(30)
    if not said:
        raise RuntimeError((folder / "log").read_text(errors="replace")[-3000:])
    shutil.rmtree(folder, ignore_errors=True)
    yield Row("first_run make run in a fresh clone", round(seconds, 1), "s", 180.0)
