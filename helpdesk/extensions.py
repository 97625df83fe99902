"""Flask's extensions, made empty here and bound in app.py; the one connection to Redis."""

import redis
from flask import current_app
from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


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


def redis_connection() -> redis.Redis:
    """The process's Redis client, made on first use (after the fork); it connects only when asked something."""
    extensions = current_app.extensions
    if "redis_client" not in extensions:
        extensions["redis_client"] = redis.Redis.from_url(
            current_app.config["REDIS_URL"], socket_timeout=2, socket_connect_timeout=1, retry=None, protocol=2)
    client: redis.Redis = extensions["redis_client"]
    return client
