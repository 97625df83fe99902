"""Flask's extensions, made empty here and bound in app.py; the one connection to Redis."""

import time
from collections.abc import Callable
from typing import Any

import redis
from flask import current_app
from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

REST_SECONDS = 5.0


class Base(DeclarativeBase):
    """Every table; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(naming_convention={
        "ix": "ix_%(column_0_N_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s",
    })


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})
login = LoginManager()
babel = Babel()
csrf = CSRFProtect()


class CautiousRedis(redis.Redis):
    """A client that leaves a server which did not answer in time alone for REST_SECONDS: one that hangs holds up one page, not all."""

    rests_until = 0.0

    def execute_command(self, *words: Any, **options: Any) -> Any:
        return self.try_once(super().execute_command, *words, **options)

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Any:
        pipe = super().pipeline(transaction, shard_hint)
        execute = pipe.execute
        pipe.execute = lambda raise_on_error=True: self.try_once(execute, raise_on_error)  # type: ignore[method-assign]
        return pipe

    def try_once(self, ask: Callable[..., Any], *words: Any, **options: Any) -> Any:
        """Asks; ConnectionError at once while the server is left alone."""
        if time.monotonic() < self.rests_until:
            raise redis.ConnectionError("Redis did not answer a moment ago")
        try:
            return ask(*words, **options)
        except redis.TimeoutError:
            self.rests_until = time.monotonic() + REST_SECONDS
            raise


def redis_connection() -> redis.Redis:
    """The process's Redis client, made on first use (after the fork); it connects only when asked something."""
    extensions = current_app.extensions
    if "redis_client" not in extensions:
        extensions["redis_client"] = CautiousRedis.from_url(
            current_app.config["REDIS_URL"], socket_timeout=2, socket_connect_timeout=1, retry=None, protocol=2)
    client: redis.Redis = extensions["redis_client"]
    return client
