"""What every answer carries: the content policy, and how it may be kept. (How long it took is said by serving/layers.py.)"""

import secrets

from flask import Flask, g, request
from werkzeug.wrappers import Response

from helpdesk.settings import current


def init_app(app: Flask) -> None:
    """Hangs the headers on every answer."""
    app.after_request(finish)
    app.jinja_env.globals["csp_nonce"] = nonce


def nonce() -> str:
    """This answer's word for scripts that are ours."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(12)
    return str(g.nonce)


def finish(response: Response) -> Response:
    """Security headers; private pages are kept by nobody."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if current().base_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Cookie")
    return response


def policy() -> str:
    """Only what we serve ourselves; scripts only with this answer's nonce."""
    script = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    return (f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'")
