"""Alarms: what stands still or does not add up is written down once, told by two roads, and taken back by itself when it is over.

The first road is the banner on every page. The second is a mail by an inbox that works, and the operator's webhook. The timetable looks
itself, since the workers and Redis may be what is broken.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk import clock, egress
from helpdesk.actions.letter import write_letter
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Busy
from helpdesk.extensions import db
from helpdesk.models import Agent, Alarm, Letter
from helpdesk.queries import alarms
from helpdesk.settings import current

log = logging.getLogger(__name__)
PATIENCE = {"ledger": timedelta(0), "disk": timedelta(0), "redis": timedelta(minutes=2), "behind": timedelta(minutes=5)}
SHORT = timedelta(seconds=30)
"""So long a stage must stand still under our eyes: a desk that was just started finds old work, and does it."""
AGAIN = timedelta(hours=1)
"""What comes and goes is told so often at most."""


def look_at_stages() -> None:
    """The timetable's row for everything but the sums."""
    look(alarms.of_stages, lambda kind: kind not in alarms.SUMS)


def look_at_ledger() -> None:
    """The timetable's row for the sums; they cost more."""
    look(alarms.of_ledger, lambda kind: kind in alarms.SUMS)


def look(found: Callable[[], dict[str, str]], mine: Callable[[str], bool]) -> None:
    """One look: what was found is raised, what is over is cleared, what was not told is told. A database that takes nothing is told by
    the webhook alone."""
    try:
        troubles = lasting(found(), mine)
        write_down(troubles, mine)
        tell([alarm for alarm in standing() if alarm.told_at is None and mine(kind_of(alarm.key))])
    except (Busy, SQLAlchemyError) as error:
        db.session.rollback()
        log.warning("alarms could not be written: %s", type(error).__name__)
        tell_without_database()


def kind_of(key: str) -> str:
    """ "delivery" of "delivery:3"."""
    return key.partition(":")[0]


def lasting(found: dict[str, str], mine: Callable[[str], bool]) -> dict[str, str]:
    """What was there before too, each for as long as its kind asks; the rest is remembered until the next look."""
    now, noticed = clock.now(), memory("noticed")
    for key in [key for key in noticed if mine(kind_of(key)) and key not in found]:
        del noticed[key]
    for key in found:
        noticed.setdefault(key, now)
    return {key: words for key, words in found.items() if now - noticed[key] >= PATIENCE.get(kind_of(key), SHORT)}


def memory(name: str) -> dict[str, datetime]:
    """What this process remembers from look to look."""
    kept: dict[str, datetime] = current_app.extensions.setdefault(f"alarms_{name}", {})
    return kept


def write_down(troubles: dict[str, str], mine: Callable[[str], bool]) -> None:
    """New ones are raised, those that are over cleared; nothing is written when nothing changed."""
    known = {alarm.key: alarm for alarm in standing() if mine(kind_of(alarm.key))}
    if {key: alarm.words for key, alarm in known.items()} == troubles:
        return
    now = clock.now()
    with transaction() as session:
        for key in known.keys() - troubles.keys():
            session.get_one(Alarm, key).cleared_at = now
        for key, words in troubles.items():
            alarm = session.get(Alarm, key)
            if alarm is None:
                session.add(Alarm(key=key, words=words, raised_at=now))
                continue
            if alarm.cleared_at is not None:
                alarm.raised_at, alarm.cleared_at = now, None
                alarm.told_at = alarm.told_at if alarm.told_at and now - alarm.told_at < AGAIN else None
            alarm.words = words


def standing() -> list[Alarm]:
    """Those that are not over, as they are now."""
    found = select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at, Alarm.key)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def tell(untold: list[Alarm]) -> None:
    """By webhook, outside of any transaction, and by mail; one of the two is enough, none is tried again at the next look."""
    if not untold:
        return
    news = [(alarm.key, alarm.words, alarm.raised_at) for alarm in untold]
    inboxes = {key: working_inbox(key) for key, _, _ in news}
    db.session.rollback()  # nothing is held while the other side thinks
    called = {key: call(key, words, since) for key, words, since in news}
    with transaction() as session:
        admins = session.scalars(select(Agent).where(Agent.role == "admin", Agent.active).order_by(Agent.id)).all()
        waiting = select(Alarm).where(Alarm.key.in_(called), Alarm.told_at.is_(None), Alarm.cleared_at.is_(None))
        for alarm in session.scalars(waiting.order_by(Alarm.key)):
            mailed = [write(session, admin, alarm, inbox_id) for admin in admins if (inbox_id := inboxes[alarm.key])]
            if called[alarm.key] or mailed:
                alarm.told_at = clock.now()


def write(session: Session, admin: Agent, alarm: Alarm, inbox_id: int) -> Letter:
    """The mail to one admin, in his language."""
    with force_locale(admin.language):
        sentence = alarms.sentence(alarm.key, alarm.words)
        return write_letter(session, admin, gettext("Alarm: %(what)s", what=sentence)[:500], letter_text(sentence), inbox_id)


def letter_text(sentence: str) -> str:
    """What an admin reads, in his language."""
    where = gettext("The desk's health page shows every stage and the ledger: %(address)s", address=f"{current().base_url}/health")
    return f"{sentence}\n\n{where}\n\n{gettext('You get this once; the alarm is taken back by itself when it is over.')}\n"


def working_inbox(key: str) -> int | None:
    """One by which a mail about this alarm can leave: not the one it is about, none that stands still; the last that sent comes first."""
    fit = [stage for stage in alarms.ways_out() if f"consent:{stage.of}" != key]
    able = [stage for stage in fit if not stage.red and f"delivery:{stage.of}" != key]
    best = max(able, key=lambda stage: (stage.last_at is not None, stage.last_at or clock.now()), default=None)
    return best.of if best else None


def call(key: str, words: str, since: datetime) -> bool:
    """The operator's webhook, told in English; whether it took it. What goes wrong is no new alarm: the other road is there."""
    url = current().alarm_webhook
    if not url:
        return False
    with force_locale("en"):
        told = {"desk": current().base_url, "alarm": key, "sentence": alarms.sentence(key, words), "since": since.isoformat()}
    try:
        status, _headers, _body = egress.fetch(
            url, method="POST", data=json.dumps(told).encode(), headers={"Content-Type": "application/json"})
    except (egress.Forbidden, OSError) as error:
        log.warning("the alarm webhook did not answer: %s", type(error).__name__)
        return False
    return 200 <= status < 300


def tell_without_database() -> None:
    """That nothing can be written cannot be written down: the webhook hears it, once in AGAIN."""
    told, now = memory("told"), clock.now()
    if ("database" not in told or now - told["database"] >= AGAIN) and call("database", "", now):
        told["database"] = now
