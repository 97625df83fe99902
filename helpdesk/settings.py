"""Every environment variable, typed, read once; a wrong one is a clear sentence at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from helpdesk.errors import SettingError

LmtpAddress = tuple[str, str | int]


@dataclass(frozen=True)
class Settings:
    """What the operator chose. `redis_url` None means a private Valkey in the data folder; `disks` are folders beside it that need room."""

    host: str
    port: int
    data: Path
    base_url: str
    database_url: str
    redis_url: str | None
    secret_key_file: Path
    practice_smtp_port: int
    lmtp_listen: LmtpAddress | None
    trusted_proxies: int
    egress_allow: tuple[str, ...]
    disks: tuple[Path, ...]
    alarm_webhook: str | None
    log: str
    testing: bool
    test_clock: Path | None
    test_crash: str | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Reads HELPDESK_*; raises SettingError with a sentence that names the variable and the mend."""
        env = os.environ if environ is None else environ
        host, port = env.get("HELPDESK_HOST", "127.0.0.1"), number(env, "HELPDESK_PORT", 8000, 0, 65535)
        data = Path(env.get("HELPDESK_DATA", "data")).expanduser().resolve()
        testing = env.get("HELPDESK_TESTING") == "1"
        return cls(
            host=host, port=port, data=data,
            base_url=base_url(env, host, port),
            database_url=database_url(env, data),
            redis_url=redis_url(env),
            secret_key_file=Path(env.get("HELPDESK_SECRET_KEY_FILE") or data / "secret.key"),
            practice_smtp_port=number(env, "HELPDESK_PRACTICE_SMTP_PORT", 0, 0, 65535),
            lmtp_listen=lmtp_listen(env.get("HELPDESK_LMTP_LISTEN", "")),
            trusted_proxies=number(env, "HELPDESK_TRUSTED_PROXIES", 0, 0, 10),
            egress_allow=tuple(part.strip() for part in env.get("HELPDESK_EGRESS_ALLOW", "").split(",") if part.strip()),
            disks=disks(env.get("HELPDESK_DISKS", "")),
            alarm_webhook=web_address(env, "HELPDESK_ALARM_WEBHOOK"),
            log=one_of(env, "HELPDESK_LOG", "text", ("text", "json")),
            testing=testing,
            test_clock=Path(env["HELPDESK_TEST_CLOCK"]) if testing and env.get("HELPDESK_TEST_CLOCK") else None,
            test_crash=env.get("HELPDESK_TEST_CRASH") if testing else None,
        )

    @property
    def on_sqlite(self) -> bool:
        """Whether the desk lives in one file beside this process."""
        return self.database_url.startswith("sqlite")

    @property
    def run_folder(self) -> Path:
        """Sockets, locks and the state of the children."""
        return self.data / "run"


def number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number within its limits."""
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingError(f"{name} must be a whole number from {least} to {most}, not “{text}”.")
    return int(text)


def disks(text: str) -> tuple[Path, ...]:
    """Folders that are there, of which the desk must know how full they are."""
    found = tuple(Path(part.strip()) for part in text.split(",") if part.strip())
    for folder in found:
        if not folder.is_dir():
            raise SettingError(f"HELPDESK_DISKS names “{folder}”, and there is no such folder.")
    return found


def one_of(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One word of a few."""
    text = env.get(name) or default
    if text not in allowed:
        raise SettingError(f"{name} must be {' or '.join(allowed)}, not “{text}”.")
    return text


def base_url(env: Mapping[str, str], host: str, port: int) -> str:
    """The public address, without a slash at its end; links in mails are made from it alone."""
    shown = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104  nothing is bound here
    text = env.get("HELPDESK_BASE_URL") or f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingError(f"HELPDESK_BASE_URL must look like https://desk.example.com, not “{text}”.")
    return text.rstrip("/")


def web_address(env: Mapping[str, str], name: str) -> str | None:
    """An https or http address, or None where none is given."""
    text = env.get(name) or None
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise SettingError(f"{name} must look like https://alarms.example.com/path, not “{text}”.")
    return text


def database_url(env: Mapping[str, str], data: Path) -> str:
    """SQLAlchemy's address; PostgreSQL always by psycopg 3."""
    text = env.get("HELPDESK_DATABASE_URL") or f"sqlite:///{data / 'helpdesk.db'}"
    for short in ("postgres://", "postgresql://"):
        if text.startswith(short):
            text = "postgresql+psycopg://" + text.removeprefix(short)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError("HELPDESK_DATABASE_URL must begin with postgresql:// or sqlite:///.")
    return text


def redis_url(env: Mapping[str, str]) -> str | None:
    """Address of a shared Redis, or None for a private Valkey."""
    text = env.get("HELPDESK_REDIS_URL") or None
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise SettingError("HELPDESK_REDIS_URL must begin with redis://, rediss:// or unix://.")
    return text


def lmtp_listen(text: str) -> LmtpAddress | None:
    """HOST:PORT or unix:PATH."""
    if not text:
        return None
    if text.startswith("unix:") and len(text) > len("unix:"):
        return "unix", text.removeprefix("unix:")
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise SettingError(f"HELPDESK_LMTP_LISTEN must be HOST:PORT or unix:PATH, not “{text}”.")
    return host.strip("[]"), int(port)


def current() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions["helpdesk"]
    return settings
