"""The product on a seeded desk, started by its own command."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import psycopg

from bench.client import Client
from bench.seed.people import token_of
from tests.journeys.product import Product
from tests.servers import PostgreSQL, Redis

ROOT = Path(__file__).resolve().parents[1]
HELPDESK = str(ROOT / ".venv" / "bin" / "helpdesk")
KEPT = Path(tempfile.gettempdir()) / "helpdesk-bench"
"""Seeds are kept here until the seed or the tables change: making one takes minutes."""
SMALL, LARGE = 2_000, 200_000


class Desk:
    """A running product and who may come in."""

    def __init__(self, product: Product, tickets: int, words: list[str], environment: dict[str, str]) -> None:
        self.product, self.tickets, self.words, self.environment = product, tickets, words, environment
        self.signer = signer(environment)

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.product.url

    def cookie(self, agent: int) -> str:
        """What a browser of this agent sends."""
        return f"helpdesk={self.signer.dumps({'token': token_of(agent), '_permanent': True})}"

    def event_times(self) -> dict[int, float]:
        """Event -> Unix time, of the newest events, read from the database."""
        question = "SELECT id, at FROM event ORDER BY id DESC LIMIT 2000"
        if url := self.environment.get("HELPDESK_DATABASE_URL"):
            with psycopg.connect(url) as line:
                return {number: at.timestamp() for number, at in line.execute(question)}
        with closing(sqlite3.connect(self.product.data / "helpdesk.db")) as file:
            return {number: datetime.fromisoformat(f"{at}+00:00").timestamp() for number, at in file.execute(question)}

    def client(self, agent: int) -> Client:
        """A browser of this agent."""
        return Client(self.url, self.cookie(agent))


def signer(environment: dict[str, str]):  # type: ignore[no-untyped-def]
    """Signs cookies as the product does: 200 agents are not signed in by 200 slow password checks."""
    from helpdesk.app import create_app
    from helpdesk.settings import Settings

    app = create_app(Settings.from_environ(environment))
    return app.session_interface.get_signing_serializer(app)


class Grounds:
    """SQLite files, and one PostgreSQL with Redis for all its databases; started when first asked for."""

    def __init__(self) -> None:
        self.postgresql: KeptPostgreSQL | None = None
        self.redis: Redis | None = None

    def stop(self) -> None:
        """Ends what was started."""
        for server in (self.postgresql, self.redis):
            if server is not None:
                server.stop()

    @contextmanager
    def desk(self, ground: str, tickets: int, **settings: str) -> Iterator[Desk]:
        """A product on a copy of the seeded desk, until the end of the block."""
        folder = Path(tempfile.mkdtemp(prefix="helpdesk-bench-run-"))
        (folder / "data").mkdir()
        own = (self.on_sqlite if ground == "sqlite" else self.on_postgresql)(folder, tickets)
        environment = {"HELPDESK_DATA": str(folder / "data")} | own | settings
        product = Product(folder, [HELPDESK, "run"], environment)
        try:
            product.wait_until_ready()
            words = json.loads((seed_folder() / f"{ground}-{tickets}.json").read_text())["words"]
            yield Desk(product, tickets, words, environment)
        finally:
            product.process.terminate()
            product.process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)
            if self.postgresql is not None and "HELPDESK_DATABASE_URL" in own:
                self.postgresql.drop_database(own["HELPDESK_DATABASE_URL"].rpartition("/")[2])

    def on_sqlite(self, folder: Path, tickets: int) -> dict[str, str]:
        """A copy of the seeded file."""
        seed = seed_folder() / f"sqlite-{tickets}.db"
        if not seed.exists():
            make("sqlite", tickets, f"sqlite:///{seed}")
        shutil.copyfile(seed, folder / "data" / "helpdesk.db")
        return {}

    def on_postgresql(self, _folder: Path, tickets: int) -> dict[str, str]:
        """A copy of the seeded database, and Redis."""
        if self.postgresql is None or self.redis is None:
            self.postgresql, self.redis = KeptPostgreSQL(seed_folder() / "postgresql"), Redis()
            self.postgresql.start()
            self.redis.start()
        if not (seed_folder() / f"postgresql-{tickets}.json").exists():
            self.postgresql.drop_database(f"seed_{tickets}")
            self.postgresql.create(f"seed_{tickets}", "template1")
            make("postgresql", tickets, self.postgresql.url(f"seed_{tickets}"))
        self.postgresql.drop_database("run")
        self.postgresql.create("run", f"seed_{tickets}")
        self.redis.empty()
        return {"HELPDESK_DATABASE_URL": self.postgresql.url("run"), "HELPDESK_REDIS_URL": self.redis.url}


class KeptPostgreSQL(PostgreSQL):
    """One whose folder stays, and which commits to the disk as a careful desk's does."""

    def __init__(self, folder: Path) -> None:
        super().__init__(durable=True)
        fresh, self.folder = self.folder, folder
        if folder.exists():
            fresh.rmdir()
        else:
            fresh.rename(folder)

    def create(self, name: str, template: str) -> None:
        """A database as a copy of another."""
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "helpdesk", "--template", template, name)

    def stop(self) -> None:
        """Ends it; the folder stays."""
        self.end(self.stop_signal)


def seed_folder() -> Path:
    """Named after what the seeds are made from: the seed's own files, and which migrations there are."""
    made_from = [path.read_bytes() for path in sorted((ROOT / "bench" / "seed").glob("*.py"))]
    made_from += [path.name.encode() for path in sorted((ROOT / "migrations" / "versions").glob("*.py"))]
    folder = KEPT / sha256(b"".join(made_from)).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder, KEPT):
        parent.chmod(0o755)  # PostgreSQL runs as another user
    return folder


def make(ground: str, tickets: int, url: str) -> None:
    """Migrates and fills, in a process of its own so that its memory is given back."""
    print(f"  … seeding {tickets:,} tickets on {ground}, once", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "bench.seed", ground, str(tickets), url, str(seed_folder())], check=True, cwd=ROOT)
