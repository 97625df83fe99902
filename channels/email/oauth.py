"""Bearer tokens (RFC 6749, RFC 6750): fetched for a code, renewed before they end, by one process at a time."""

import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from channels.email.scrub import scrubbed
from helpdesk import clock, egress
from helpdesk.actions import consent
from helpdesk.extensions import db
from helpdesk.mail_providers import CALLBACK
from helpdesk.models import OAuthGrant
from helpdesk.settings import current

EARLY, UNKNOWN_LIFE = timedelta(minutes=2), 3600
WAIT_SECONDS, LOOK_SECONDS = 12.0, 0.2
NO_REFRESH = "the provider gave no refresh token"
PASSING, SECRET = ("temporarily_unavailable", "server_error", "slow_down"), ("refresh_token", "code", "code_verifier")


class ConsentNeeded(Exception):
    """A person must give the consent, for the first time or again. The words are the provider's."""


class NoToken(ConnectionError):
    """The provider gave no token now; it may later."""


def bearer_of(inbox_id: int) -> str:
    """A token that is good for two more minutes at least.

    Raises ConsentNeeded; egress.Forbidden, or an OSError (NoToken among them), when the provider cannot be asked. Never call it within a
    transaction.
    """
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        grant = grant_of(inbox_id)
        if is_fresh(grant):
            return consent.opened(grant.access_token)
        held = consent.hold(inbox_id)
        if held is not None:
            return renew(held)
        time.sleep(LOOK_SECONDS)
    raise NoToken("somebody else asks the provider and has no answer yet")


def grant_of(inbox_id: int) -> OAuthGrant:
    """The grant as it is now; ConsentNeeded when there is nothing to go by."""
    asked = select(OAuthGrant).where(OAuthGrant.inbox_id == inbox_id).execution_options(populate_existing=True)
    grant: OAuthGrant | None = db.session.scalar(asked)
    if grant is None or grant.problem or not (grant.refresh_token or grant.access_token):
        raise ConsentNeeded(grant.problem_words if grant else "")
    return grant


def is_fresh(grant: OAuthGrant) -> bool:
    """Whether its token may still be used."""
    early_enough = grant.expires_at is not None and grant.expires_at > clock.now() + EARLY
    return early_enough and bool(consent.opened(grant.access_token))


def renew(held: OAuthGrant) -> str:
    """A new token under the lease; whoever held it before may have fetched one already."""
    inbox_id, token, refresh = held.inbox_id, held.lease_token, consent.opened(held.refresh_token)
    if is_fresh(held):
        consent.let_go(inbox_id, token)
        return consent.opened(held.access_token)
    if not refresh:
        consent.end(inbox_id, token, NO_REFRESH)
        raise ConsentNeeded(NO_REFRESH)
    try:
        return fetch(held, {"grant_type": "refresh_token", "refresh_token": refresh}).access
    except (OSError, egress.Forbidden):
        consent.let_go(inbox_id, token)
        raise


def exchange_codes() -> None:
    """The drain: codes that people brought become tokens."""
    for inbox_id in db.session.scalars(select(OAuthGrant.inbox_id).where(OAuthGrant.code != "")).all():
        held = consent.hold(inbox_id)
        if held is not None:
            exchange(held)


def exchange(held: OAuthGrant) -> None:
    """One code. One about which nobody could be asked in time is given up; what went wrong stands on the inbox's page."""
    inbox_id, token = held.inbox_id, held.lease_token
    too_late = held.granted_at is None or held.granted_at + consent.CODE_LIFE < clock.now()
    try:
        code, verifier = json.loads(consent.opened(held.code) or "[]") or ("", "")
        asked = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        fetch(held, asked | {"redirect_uri": current().base_url + CALLBACK})
    except ConsentNeeded:
        pass
    except (OSError, egress.Forbidden) as error:
        if too_late or isinstance(error, egress.Forbidden):
            consent.end(inbox_id, token, f"the provider could not be asked: {error}")
        else:
            consent.let_go(inbox_id, token)


def fetch(held: OAuthGrant, asked: dict[str, str]) -> consent.Tokens:
    """Asks the token endpoint (RFC 6749 §3.2) and keeps what it gives. ConsentNeeded when it says that it will give nothing more."""
    inbox_id, token, secret = held.inbox_id, held.lease_token, consent.opened(held.client_secret)
    form = asked | {"client_id": held.client_id} | ({"client_secret": secret} if secret else {})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    status, _headers, body = egress.fetch(held.token_url, method="POST", data=urlencode(form).encode(), headers=headers)
    said = read(body)
    error = said.get("error")
    if status in (400, 401, 403) and isinstance(error, str) and error not in PASSING:
        words = scrubbed(f"{error} {said.get('error_description', '')}".strip(), secret, *(asked[name] for name in SECRET if name in asked))
        consent.end(inbox_id, token, words)
        raise ConsentNeeded(words)
    tokens = tokens_of(status, said)
    consent.keep_tokens(inbox_id, token, tokens)
    return tokens


def read(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; {} for anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def tokens_of(status: int, said: dict[str, Any]) -> consent.Tokens:
    """The tokens in an answer; NoToken when there is none that could be used."""
    access, refresh = said.get("access_token"), said.get("refresh_token", "")
    if status != 200 or not is_token(access) or (refresh and not is_token(refresh)):
        raise NoToken(f"the provider answered {status} without a token")
    now = clock.now()
    lasts = seconds(said.get("expires_in")) or UNKNOWN_LIFE
    consent_lasts = seconds(said.get("refresh_token_expires_in")) or seconds(said.get("refresh_expires_in"))
    return consent.Tokens(
        str(access), str(refresh), now + timedelta(seconds=lasts), now + timedelta(seconds=consent_lasts) if consent_lasts else None)


def is_token(text: object) -> bool:
    """What may stand in a login: visible ASCII alone, so that it ends no field."""
    return isinstance(text, str) and 0 < len(text) < 20_000 and text.isascii() and text.isprintable() and " " not in text


def seconds(value: object) -> int:
    """A span as providers write it, as a number or its digits, at most ten years; 0 for none."""
    text = str(value)
    return min(int(text), 315_360_000) if text.isascii() and text.isdigit() and len(text) < 18 else 0
