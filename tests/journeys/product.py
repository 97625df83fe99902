"""The real product as a stranger starts it: known only by the lines it prints, its ports and its log."""

import json
import os
import re
import signal
import smtplib
import subprocess
import threading
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formataddr, make_msgid
from pathlib import Path
from typing import Any

from tests.servers import die_with_parent, until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, STOP_SECONDS = 170.0, 10.0
PASSWORD = re.compile(r"^login (\S+) (\S+)$", re.M)


class Product:
    """`helpdesk run` (or `make run`) in an empty data folder, until `stop`. `frozen`: time stands still until `move_clock`."""

    def __init__(self, folder: Path, command: list[str], environment: dict[str, str], frozen: bool = False) -> None:
        self.data, self.log, self.clock = folder / "data", folder / "log", folder / "clock"
        self.lines: list[str] = []
        self.signed_in: dict[str, tuple[str, Any]] = {}  # who came in once: language and cookies
        own = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "MAKE", "MFLAGS"))}
        own |= {"HELPDESK_DATA": str(self.data), "HELPDESK_PORT": "0"} | environment
        if frozen:
            self.clock.write_text(datetime.now().astimezone().isoformat())
            own |= {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CLOCK": str(self.clock)}
        self.environment = own  # for commands beside it
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=own, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                preexec_fn=die_with_parent)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        """Keeps what it says on its standard output."""
        assert self.process.stdout
        self.lines.extend(line.rstrip("\n") for line in self.process.stdout)

    def wait_until_ready(self) -> "Product":
        """Returns when it says so; RuntimeError with its last words when it ends instead."""
        until(lambda: self.said("ready") is not None or self.process.poll() is not None, "ready", START_SECONDS)
        if self.process.poll() is not None:
            raise RuntimeError(f"the product ended: {self.log.read_text()[-3000:]}")
        return self

    def said(self, word: str) -> str | None:
        """What stands behind a word at the beginning of a line of its standard output."""
        return next((line.removeprefix(f"{word} ") for line in list(self.lines) if line.startswith(f"{word} ")), None)

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.said("ready") or ""

    def password(self, email: str) -> str:
        """The demo's password, as printed."""
        return dict(PASSWORD.findall("\n".join(self.lines)))[email]

    def mail(self, subject: str, body: str, sender: str, to: str = "support@example.com", name: str = "", answers: str = "") -> str:
        """A customer's mail over SMTP to the printed port; returns its Message-ID, whole."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = formataddr((name, sender)), to, subject
        mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(body)
        host, port = (self.said("practice smtp") or "").split(":")
        with smtplib.SMTP(host, int(port), timeout=20) as post:
            post.send_message(mail, sender, [to])
        return str(mail["Message-ID"])

    def move_clock(self, seconds: float) -> None:
        """Time passes, for every process of a frozen desk."""
        beside = self.clock.with_suffix(".new")
        beside.write_text((datetime.fromisoformat(self.clock.read_text()) + timedelta(seconds=seconds)).isoformat())
        beside.replace(self.clock)

    def child(self, name: str) -> int:
        """The pid of one of its parts; 0 while it is down."""
        children = json.loads((self.data / "run" / "children.json").read_text())["children"]
        return next((child["pid"] or 0 for child in children if child["name"] == name), 0)

    def kill(self, name: str) -> int:
        """Kills one of its parts, as the kernel does when memory is short; returns the pid it had."""
        pid = self.child(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_child(self, name: str, but: int = 0) -> None:
        """Returns when the part runs again, as another process than the one named."""
        until(lambda: self.child(name) not in (0, but), f"{name} again", 30)

    def stop(self) -> None:
        """Ends it by its pid, in the time it promises; a traceback in its log is a failure."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(STOP_SECONDS)
        until(lambda: not (self.data / "run" / "children.json").exists(), "its parts are gone", STOP_SECONDS)
        said = self.log.read_text(errors="replace")
        assert "Traceback" not in said, said[-6000:]
