"""create_app(): the only file that knows all three packages."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import automations.wing
import channels.wing
from helpdesk import database, drains, vault
from helpdesk.extensions import babel, csrf, db
from helpdesk.serving import valkey
from helpdesk.settings import Settings
from helpdesk.web import pages
from helpdesk.words import choose_language, choose_time_zone


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (by default the environment's); opens no connection."""
    settings = settings or Settings.from_environ()
    app = Flask("helpdesk", static_folder="static", static_url_path="/static")
    app.extensions["helpdesk"] = settings
    app.extensions["keys"] = vault.load_keys(settings.secret_key_file)
    app.config.update(configuration(settings, app.extensions["keys"]))
    db.init_app(app)
    with app.app_context():
        database.watch(db.engine)
    database.bind(app, settings)
    babel.init_app(app, locale_selector=choose_language, timezone_selector=choose_time_zone)
    csrf.init_app(app)
    drains.init_app(app)
    pages.init_app(app)
    channels.wing.init_app(app)
    automations.wing.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0)  # type: ignore[method-assign]
    return app


def commands() -> list[Any]:
    """The commands of the wings, for the `helpdesk` command."""
    return [channels.wing.command(), *automations.wing.commands()]


def configuration(settings: Settings, keys: list[bytes]) -> dict[str, Any]:
    """Flask's own settings, made from ours."""
    return {
        "SECRET_KEY": vault.digest(keys[-1], "session", "cookie"),
        "SECRET_KEY_FALLBACKS": [vault.digest(key, "session", "cookie") for key in keys[:-1]],
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings),
        "REDIS_URL": settings.redis_url or valkey.address(settings.data),
        "SESSION_COOKIE_NAME": "helpdesk",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.base_url.startswith("https://"),
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "MAX_CONTENT_LENGTH": 40 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 500,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "JSON_AS_ASCII": False,
    }
