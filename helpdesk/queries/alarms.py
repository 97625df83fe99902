"""What is wrong at the moment, as alarm -> its words; what stands in the banner; and the sentence of each alarm."""

import time
from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from flask_babel import gettext
from redis.exceptions import RedisError
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import clock
from helpdesk.extensions import db, redis_connection
from helpdesk.models import Alarm, Inbox, Mailbox, OAuthGrant
from helpdesk.queries import breaker, health, ledger
from helpdesk.queries.late_moments import how_many_held

SUMS = ("ledger", "behind")
KEPT_SECONDS = 3.0
SOON = timedelta(days=7)
"""So long before the end of a consent its admins are told."""


def of_stages() -> dict[str, str]:
    """Stages that stand still; the words are the address that a sentence names. Redis too, whose absence stops the workers."""
    found = {stage.key if stage.key != "intake" else "disk": "" for stage in health.stages() if stage.red}
    consents, by_consent = of_consents(), waiting_for_consent()
    roads = [*health.deliveries(), *health.fetches()]
    found |= {f"{stage.key}:{stage.of}": stage.name for stage in roads if stage.red and f"{stage.key}:{stage.of}" not in by_consent}
    found |= consents
    if held := how_many_held(db.session()):
        found["promises"] = str(held)
    found |= {f"automatic:{inbox_id}": address for inbox_id, address in breaker.stopped_inboxes().items()}
    db.session.rollback()  # no transaction is held open while Redis is waited for
    return found | ({} if redis_answers() else {"redis": ""})


def of_consents() -> dict[str, str]:
    """Consents that have ended, and those that end SOON, of the inboxes that sign in by them."""
    now = clock.now()
    ends = or_(OAuthGrant.problem != "", OAuthGrant.consent_expires_at < now + SOON)
    found = select(Inbox.id, Inbox.address, OAuthGrant).join(OAuthGrant, OAuthGrant.inbox_id == Inbox.id).where(Inbox.active, ends)
    return {f"{'consent' if grant.ended(now) else 'consent_ends'}:{inbox_id}": address for inbox_id, address, grant in
            db.session.execute(found.where(OAuthGrant.code == "").order_by(Inbox.id))}  # fmt: skip


def waiting_for_consent() -> set[str]:
    """The alarms of stages that stand still for want of a consent, which is told instead."""
    fetched = select(Mailbox.id).join(OAuthGrant, OAuthGrant.inbox_id == Mailbox.inbox_id).where(Mailbox.problem == "consent")
    return {f"fetch:{mailbox_id}" for mailbox_id in db.session.scalars(fetched)}


def of_ledger() -> dict[str, str]:
    """The difference of the desk's own sums; and per mailbox what its server has and we have not."""
    difference = ledger.ledger_in().difference + ledger.ledger_out().difference
    behind = {f"behind:{one.mailbox_id}": one.address for one in ledger.mailboxes() if one.difference}
    return behind | ({"ledger": str(difference)} if difference else {})


def ways_out() -> list[health.Stage]:
    """The inboxes by which a mail may leave."""
    return health.deliveries()


def redis_answers() -> bool:
    """One ping."""
    try:
        return bool(redis_connection().ping())
    except (RedisError, OSError):
        return False


def shown() -> list[str]:
    """The sentences of the banner in the reader's language; the alarms are read every KEPT_SECONDS at most."""
    kept: tuple[float, list[tuple[str, str]]] = current_app.extensions.get("alarms_shown", (-1e9, []))
    if time.monotonic() - kept[0] > KEPT_SECONDS:
        kept = current_app.extensions["alarms_shown"] = (time.monotonic(), read())
    return [sentence(key, words) for key, words in kept[1]]


def read() -> list[tuple[str, str]]:
    """Those that are not over, the oldest first."""
    try:
        found = select(Alarm.key, Alarm.words).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at, Alarm.key)
        return [(row.key, row.words) for row in db.session.execute(found)]
    except SQLAlchemyError:
        db.session.rollback()
        return []


def sentence(key: str, words: str) -> str:
    """What an alarm says, in the language of whoever reads it."""
    told: Callable[[], str] = {
        "database": lambda: gettext("The database takes nothing: new mail waits at the mail server, and answers cannot be written."),
        "disk": lambda: gettext("The disk is almost full: new mail waits at the mail server until there is room."),
        "redis": lambda: gettext("The message line (Redis) does not answer: mail is kept, and nothing goes on until it is back."),
        "ledger": lambda: gettext("The ledger does not add up: the difference is %(number)s.", number=words),
        "behind": lambda: gettext("%(address)s has mail on its server that did not arrive here.", address=words),
        "parse": lambda: gettext("Mail is kept, and none of it was read for two minutes."),
        "outbox": lambda: gettext("Events are not told on: answers may not leave."),
        "due": lambda: gettext("Rules of the clock and steps of promises whose time has come are not done."),
        "window": lambda: gettext("Answers whose undo window is over do not go on."),
        "delivery": lambda: gettext("Answers from %(address)s do not leave: its mail server fails.", address=words),
        "fetch": lambda: gettext("Mail to %(address)s is not fetched: its mail server fails.", address=words),
        "consent": lambda: gettext(
            "The consent for %(address)s has ended: its mail waits at the provider until an admin renews it.", address=words),
        "consent_ends": lambda: gettext(
            "The consent for %(address)s ends within seven days. Renew it on the page of that inbox, so that no mail waits.",
            address=words),
        "promises": lambda: gettext(
            "%(number)s steps of promises and rules came late all at once; they are held back, and the board of due times lets them go.",
            number=words),
        "automatic": lambda: gettext(
            "%(address)s confirms nothing by itself for an hour: it wrote too much. Agents' answers leave.", address=words),
    }.get(key.partition(":")[0], lambda: key)
    return told()
