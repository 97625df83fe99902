"""The cookie of the session: a page renews it, what a page fetches by itself leaves it alone."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Sessions(SecureCookieSessionInterface):
    """A fragment that was asked for before a form was sent may answer after it; with an older cookie it would take away what the form's
    answer put there, such as the sentence for the next page."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Always after a change; else only with a page."""
        return session.modified or (not request.headers.get("HX-Request") and super().should_set_cookie(app, session))
