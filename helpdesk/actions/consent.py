"""A provider's consent: the code that a person brings, and the tokens that it is exchanged for. Everything is kept sealed; one process at
a time asks the provider, and what it learned counts only while it holds the lease."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, vault
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import NotFound
from helpdesk.models import Mailbox, OAuthGrant

LEASE_SECONDS, CODE_LIFE = 30, timedelta(minutes=10)
PURPOSE = "oauth"


@dataclass(frozen=True)
class Tokens:
    """What a provider gave. `refresh` "" means: the one that was used stays good."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    consent_expires_at: datetime | None = None


def keep_code(inbox_id: int, code: str, verifier: str) -> None:
    """The person is back from the provider: the code waits to be exchanged."""
    sealed = vault.seal(json.dumps([code, verifier]), PURPOSE)
    with transaction() as session:
        grant = locked(session, inbox_id)
        if grant is None:
            raise NotFound
        grant.code, grant.granted_at, grant.problem, grant.problem_words = sealed, clock.now(), "", ""
        grant.lease_token, grant.lease_until = "", None
        nudge(session, "consent")


def hold(inbox_id: int) -> OAuthGrant | None:
    """The grant, held for LEASE_SECONDS under a fresh token; None while somebody else holds it, or when there is none."""
    now = clock.now()
    with transaction() as session:
        grant = locked(session, inbox_id)
        if grant is None or (grant.lease_until is not None and grant.lease_until > now):
            return None
        grant.lease_token, grant.lease_until = secrets.token_hex(16), now + timedelta(seconds=LEASE_SECONDS)
    return grant


def let_go(inbox_id: int, token: str) -> None:
    """Whoever held it learned nothing."""
    with transaction() as session:
        grant = locked(session, inbox_id)
        if grant is not None and grant.lease_token == token:
            grant.lease_token, grant.lease_until = "", None


def keep_tokens(inbox_id: int, token: str, tokens: Tokens) -> None:
    """The provider's tokens, if the lease still holds. A mailbox that waited for consent is tried at once."""
    access, refresh = vault.seal(tokens.access, PURPOSE), vault.seal(tokens.refresh, PURPOSE)
    with transaction() as session:
        grant = locked(session, inbox_id)
        if grant is None or grant.lease_token != token:
            return
        grant.access_token, grant.refresh_token, grant.expires_at = access, refresh or grant.refresh_token, tokens.expires_at
        grant.consent_expires_at = tokens.consent_expires_at or (None if grant.code else grant.consent_expires_at)
        grant.code, grant.problem, grant.problem_words, grant.lease_token, grant.lease_until = "", "", "", "", None
        mailbox = session.scalar(select(Mailbox).where(Mailbox.inbox_id == inbox_id, Mailbox.problem == "consent").with_for_update())
        if mailbox is not None:
            mailbox.problem, mailbox.problem_words, mailbox.failures, mailbox.failing_since = "", "", 0, None


def forget_token(inbox_id: int, access: str) -> None:
    """This access token is of no use any more; another that came meanwhile stays."""
    with transaction() as session:
        grant = locked(session, inbox_id)
        if grant is not None and grant.access_token and opened(grant.access_token) == access:
            grant.access_token, grant.expires_at = "", None


def opened(sealed: str) -> str:
    """A secret; "" for one whose key is gone, which the provider then asks for in its own way."""
    try:
        return vault.unseal(sealed, PURPOSE)
    except vault.LostKey:
        return ""


def end(inbox_id: int, token: str, words: str) -> None:
    """The provider does not take our word any more: a person must give the consent again."""
    with transaction() as session:
        grant = locked(session, inbox_id)
        if grant is not None and grant.lease_token == token:
            grant.code, grant.problem, grant.problem_words = "", "consent", words[:300]
            grant.lease_token, grant.lease_until = "", None


def locked(session: Session, inbox_id: int) -> OAuthGrant | None:
    """The grant of an inbox, as it is now."""
    found = select(OAuthGrant).where(OAuthGrant.inbox_id == inbox_id).with_for_update()
    grant: OAuthGrant | None = session.scalar(found.execution_options(populate_existing=True))
    return grant
