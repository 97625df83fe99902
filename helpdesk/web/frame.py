"""What every page of the frame needs: the reader, the views with counts, names, and the words' helpers."""

import time
from functools import lru_cache
from typing import Any

from flask import Flask, g, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from jinja2.utils import htmlsafe_json_dumps as dumps
from markupsafe import Markup
from redis.exceptions import RedisError

from helpdesk import words
from helpdesk.extensions import redis_connection
from helpdesk.queries import alarms, held, roster
from helpdesk.queries.counts import CAP, counts
from helpdesk.queries.notices import Unread
from helpdesk.visit import reader
from helpdesk.visit.access import signed_in_now
from helpdesk.visit.due import of_ticket
from helpdesk.visit.reader import text as _
from helpdesk.visit.sections import HEADINGS, Section, tell, told
from helpdesk.web import jinja, parts
from helpdesk.web.link import Link
from helpdesk.web.rows import row_html
from helpdesk.web.saved import saved_links

VIEWS = (
    ("mine", "inbox"),
    ("unassigned", "user-x"),
    ("teams", "users"),
    ("due", "alarm-clock"),
    ("undelivered", "circle-x"),
    ("open", "circle-dot"),
    ("waiting", "hourglass"),
    ("snoozed", "moon"),
    ("solved", "done"),
    ("spam", "ban"),
    ("trash", "trash"),
)

SECTIONS = (
    Section("supervision", "supervisor", "health", _l("Health"), "activity", "/health"),
    Section("tools", "agent", "canned-replies", _l("Canned replies"), "canned", "/canned"),
    Section("settings", "admin", "agents", _l("Agents"), "users", "/agents"),
    Section("settings", "admin", "teams-settings", _l("Teams"), "wrench", "/teams"),
    Section("settings", "admin", "inboxes", _l("Inboxes"), "mail", "/inboxes"),
    Section("settings", "admin", "types", _l("Ticket types"), "shapes", "/ticket-types"),
    Section("settings", "admin", "settings", _l("Desk"), "settings", "/desk"),
    Section("foot", "agent", "practice", _l("Practice post"), "mail", "/practice/mail", ("/practice",)),
)
"""The house's own pages."""


def init_app(app: Flask) -> None:
    """Filters and globals of the templates."""
    jinja.register(app)
    reader.init_app(app)
    app.jinja_env.globals.update(
        fixed=parts.fixed, part=parts.part, people=people, colleagues=parts.colleagues, row_html=row_html, due_badge=of_ticket)
    app.context_processor(context)
    tell(app, *SECTIONS)


def context() -> dict[str, Any]:
    """For every template; only `views` cost a query, and only a page of the frame asks for them."""
    locale = str(get_locale() or "ar")
    signed = signed_in_now()
    g.digits = words.digits_of_reader()
    found: dict[str, Any] = {
        "locale": locale,
        "direction": "rtl" if locale == "ar" else "ltr",
        "digits": g.digits,
        "zone": words.choose_time_zone(),
        "theme": signed.agent.theme if signed else "system",
        "desk_name": _("Helpdesk") if g.get("no_database") else desk_name(locale),
    }
    if signed is not None:
        found |= {
            "agent": {
                "id": signed.agent.id,
                "name": signed.agent.shown_name(locale),
                "role": signed.agent.role,
                "sound": signed.agent.sound,
                "single_keys": signed.agent.single_keys,
            },
            "views": Lazy(views),
            "sections": lines(signed.agent.role),
            "foot": foot(signed.agent.role),
            "everybody": roster.names().choices[locale],
            "degraded": degraded(),
            "unread_notices": Unread(signed.viewer),
            "alarms": Lazy(alarms.shown) if signed.agent.role in ("supervisor", "admin") else [],
        }
    return found


class Lazy(list[Any]):
    """A list that is made when a template first walks it."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self.make = make

    def fill(self) -> "Lazy":
        if self.make is not None:
            make, self.make = self.make, None
            self.extend(make())
        return self

    def __iter__(self) -> Any:
        self.fill()
        return super().__iter__()

    def __getitem__(self, key: Any) -> Any:
        self.fill()
        return super().__getitem__(key)

    def __add__(self, other: Any) -> list[Any]:
        return [*self, *other]


def desk_name(locale: str) -> str:
    """The organisation's name in the reader's language."""
    names = roster.names()
    return roster.pick(names.desk[:2], locale) or _("Helpdesk")


def views() -> list[Link]:
    """The views with their counts, fixed ones and saved ones; the current one is marked."""
    signed = signed_in_now()
    numbers = counts(signed.viewer) if signed else {}
    current = request.args.get("view", "open") if request.path.startswith("/tickets") else ""
    labels = view_names()
    found = [Link(key, labels[key], icon, f"/tickets?view={key}", capped(numbers.get(key, 0)), key == current) for key, icon in VIEWS]
    number = capped(held.waiting(signed.viewer)) if signed else ""
    held_mail = Link("held", _("Held mail"), "shield", "/held", number, request.path.startswith("/held"))
    return [*found, held_mail, *(saved_links(signed, current) if signed else [])]


def view_names() -> dict[str, str]:
    """What the views are called."""
    return {
        "mine": _("Mine"),
        "unassigned": _("Unassigned"),
        "teams": _("My teams"),
        "due": _("Due soon"),
        "undelivered": _("Not delivered"),
        "open": _("All open"),
        "waiting": _("Waiting"),
        "snoozed": _("Snoozed"),
        "solved": _("Solved"),
        "spam": _("Spam"),
        "trash": _("Trash"),
    }


def capped(number: int) -> str:
    """ "999+" from the cap on; "" for none."""
    return "" if not number else (f"{CAP - 1}+" if number >= CAP else str(number))


def lines(role: str) -> list[Link]:
    """What stands below the views, under its headings."""
    return [link(each, str(HEADINGS[each.place])) for each in told(role, *HEADINGS)]


def foot(role: str) -> tuple[Link, ...]:
    """What stands beside one's own name; the practice post office while the desk is a demo."""
    demo = roster.names().desk[2]
    return tuple(link(each) for each in told(role, "foot") if demo or each.key != "practice")


def link(section: Section, heading: str | None = None) -> Link:
    """The line as it is on this page."""
    here = request.path.startswith((section.address, *section.also))
    return Link(section.key, str(section.name), section.icon, section.address, "", here, heading)


@lru_cache(maxsize=500)
def people(me: int, sound: bool, single_keys: bool, agents: tuple[tuple[int, str], ...]) -> Markup:
    """What the scripts want to know of the reader and the others, as JSON; kept, since the others are many."""
    told = [{"id": number, "name": name} for number, name in agents]
    return Markup(dumps({"me": me, "sound": sound, "single_keys": single_keys, "agents": told}, ensure_ascii=False))  # noqa: S704  htmlsafe


def degraded() -> str | None:
    """A sentence while live changes cannot arrive; pages work without Redis."""
    if redis_answers(int(time.monotonic())):
        return None
    return _("Live changes are late: the message line is down. Everything is saved; pages refresh by themselves when it is back.")


@lru_cache(maxsize=1)
def redis_answers(_second: int) -> bool:
    """Asked once a second, not once a page."""
    try:
        return bool(redis_connection().ping())
    except (RedisError, OSError):
        return False
