"""The browser at the door: what it says of itself, and the cookie it gets."""

from flask import request
from flask import session as cookie

from helpdesk.actions.sessions import Browser


def browser() -> Browser:
    """Address (as the trusted proxies tell it), name and token of the browser that asks."""
    token = cookie.get("token")
    return Browser(request.remote_addr or "", request.user_agent.string, token if isinstance(token, str) else None)


def let_in(token: str) -> None:
    """A cookie with nothing of the old one in it (a session that somebody planted before ends here), and the new token."""
    cookie.clear()
    cookie["token"] = token
    cookie.permanent = True


def let_out(language: str) -> None:
    """An empty cookie but for the language, so that the login page stays readable."""
    cookie.clear()
    cookie["language"] = language
