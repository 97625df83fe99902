"""Every route says who may come in; one that does not is not served."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from helpdesk.policy import Viewer
from helpdesk.queries.people import Signed, signed_in
from helpdesk.web.safe_urls import safe_next

View = TypeVar("View", bound=Callable[..., Any])
WHO = ("anyone", "agent", "supervisor", "admin")
RANK = {"agent": 1, "supervisor": 2, "admin": 3}


def allow(who: str) -> Callable[[View], View]:
    """Declares who may use a view: anyone, agent, supervisor or admin (each includes those above)."""
    if who not in WHO:
        raise ValueError(who)

    def declare(view: View) -> View:
        view.allowed_for = who  # type: ignore[attr-defined]
        return view
    return declare


def check_access() -> Response | None:
    """Before each request: a missing right looks like a missing page; nobody signed in is led to the login page."""
    if request.endpoint is None:
        return None
    if request.endpoint == "static":
        return None
    who = getattr(current_app.view_functions[request.endpoint], "allowed_for", None)
    if who is None:
        abort(500, "a route without a declared policy")
    if who == "anyone":
        return None
    signed = signed_in_now()
    if signed is None:
        if request.method == "GET" and not request.headers.get("HX-Request"):
            return redirect(url_for("login.show", next=safe_next(request.full_path.rstrip("?"))))
        abort(401)
    if RANK[signed.viewer.role] < RANK[who]:
        abort(404)
    return None


def signed_in_now() -> Signed | None:
    """Who is signed in, looked up once a request; None for nobody."""
    if "signed" not in g:
        g.signed = signed_in()
    signed: Signed | None = g.signed
    return signed


def viewer() -> Viewer:
    """The agent who asks; only in views that are not for anyone."""
    signed = signed_in_now()
    if signed is None:
        abort(401)
    return signed.viewer
