"""The way to a provider's consent and back (RFC 6749 §4.1 with RFC 7636). GETs change nothing: prefetching and link scanners do them, too.
For admins."""

import base64
import secrets
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk import clock, vault
from helpdesk.actions import consent
from helpdesk.errors import NotFound
from helpdesk.mail_providers import CALLBACK, OAUTH
from helpdesk.models import OAuthGrant
from helpdesk.queries import settings_pages
from helpdesk.queries.settings_pages import Servers
from helpdesk.settings import current
from helpdesk.visit.access import allow, viewer

blueprint = Blueprint("consent", __name__)
ONE = "/inboxes/<int(max=2147483647):inbox_id>/consent"
LIFE_SECONDS = 600


@blueprint.get(ONE)
@allow("admin")
def ask(inbox_id: int) -> Response:
    """What is about to happen, and the button."""
    found = settings_pages.servers(viewer(), inbox_id)
    return page(found, "ask", callback=current().base_url + CALLBACK)


@blueprint.post(ONE)
@allow("admin")
def begin(inbox_id: int) -> Response:
    """Leads to the provider, by a page of ours: our policy lets no form lead to another host, and the provider's may lead on."""
    found = settings_pages.servers(viewer(), inbox_id)
    if found.grant is None:
        raise NotFound
    session["consent"] = secrets.token_hex(16)
    address = authorize_url(found.grant, (found.mailbox and found.mailbox.username) or found.inbox.address, session["consent"])
    response = page(found, "go", address=address)
    response.headers["Refresh"] = f"0;url={address}"
    return response


@blueprint.get(CALLBACK)
@allow("admin")
def back() -> Response:
    """Back from the provider: one button is left."""
    inbox_id = inbox_of(request.args.get("state", ""))
    if inbox_id is None:
        return page(None, "stale", 422 if request.args else 200)
    found = settings_pages.servers(viewer(), inbox_id)
    if not request.args.get("code"):
        return page(found, "refused", words=request.args.get("error", "")[:100])
    return page(found, "back", state=request.args["state"], code=request.args["code"][:4000])


@blueprint.post(CALLBACK)
@allow("admin")
def finish() -> Response:
    """The code is kept, and exchanged behind the scenes."""
    inbox_id, code = inbox_of(request.form.get("state", "")), request.form.get("code", "")[:4000]
    if inbox_id is None or not code:
        return page(None, "stale", 422)
    consent.keep_code(inbox_id, code, verifier(session.pop("consent")))
    flash(_("The consent is being finished …"))
    return redirect(url_for("inboxes.edit", inbox_id=inbox_id))


def page(found: Servers | None, step: str, status: int = 200, **values: str) -> Response:
    """One step: ask, go, back, refused or stale."""
    host = urlsplit(found.grant.authorize_url).hostname if found and found.grant else ""
    return make_response(render_template("inboxes/consent.html", found=found, step=step, host=host, **values), status)


def authorize_url(grant: OAuthGrant, name: str, nonce: str) -> str:
    """Where the provider asks; `name` is the account that is to be chosen there."""
    challenge = base64.urlsafe_b64encode(sha256(verifier(nonce).encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": grant.client_id, "redirect_uri": current().base_url + CALLBACK, "scope": grant.scope,
        "state": state_of(grant.inbox_id, nonce), "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": name,
        **dict(OAUTH[grant.provider].more),
    }
    return f"{grant.authorize_url}{'&' if '?' in grant.authorize_url else '?'}{urlencode(asked)}"


def verifier(nonce: str) -> str:
    """RFC 7636 §4.1: made of our key and the nonce, so that it lies nowhere while somebody is away."""
    return vault.digest(vault.keys()[-1], "pkce", nonce) + vault.digest(vault.keys()[-1], "pkce more", nonce)


def state_of(inbox_id: int, nonce: str) -> str:
    """For which inbox, until when, and signed together with the browser's nonce."""
    until = int(clock.now().timestamp()) + LIFE_SECONDS
    return f"{inbox_id}.{until}.{vault.digest(vault.keys()[-1], 'consent', f'{inbox_id}.{until}.{nonce}')}"


def inbox_of(state: str) -> int | None:
    """The inbox of a state that this browser began with and whose time is not over."""
    inbox_id, _dot, rest = state.partition(".")
    until, _dot, mac = rest.partition(".")
    if "consent" not in session or not vault.holds("consent", f"{inbox_id}.{until}.{session['consent']}", mac):
        return None
    return int(inbox_id) if int(until) >= clock.now().timestamp() else None
