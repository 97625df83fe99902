"""Every route says who may come in; one that does not is not served."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from helpdesk.policy import Viewer
from helpdesk.queries.people import Signed, signed_in
from helpdesk.settings import current
from helpdesk.visit.safe_urls import safe_next

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


def refuse_strangers_forms() -> None:
    """What changes something comes from a page of ours: the browser says so by Origin and Sec-Fetch-Site, beside the form's token.
    NUL is in nothing that people write, and PostgreSQL takes none."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        origin, ours = request.headers.get("Origin"), {request.host, urlsplit(current().base_url).netloc}
        if origin is not None and urlsplit(origin).netloc not in ours:
            abort(403)
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(403)
    if any("\0" in text for values in (request.args, request.form) for key, text in values.items(multi=True) for text in (key, text)):
        abort(400)


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
