"""What can be chosen as a value, in the reader's language: (value, label)."""

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.extensions import db
from helpdesk.models import SlaPolicy, SlaPolicyVersion, TicketType
from helpdesk.models.ticket import PLACES, PRIORITIES, QUEUES, STATUSES
from helpdesk.models.view import ORDERS
from helpdesk.queries import roster
from helpdesk.visit.reader import reader

Choices = list[tuple[str, str]]
CHANNELS = ("email", "sms", "whatsapp", "chat", "form", "phone")


def statuses() -> Choices:
    """Of a ticket."""
    named = {"open": _("Open"), "pending": _("Pending"), "on_hold": _("On hold"), "solved": _("Solved"), "closed": _("Closed")}
    return [(word, named[word]) for word in STATUSES]


def priorities() -> Choices:
    """Lowest first."""
    named = {"low": _("Low"), "normal": _("Normal"), "high": _("High"), "urgent": _("Urgent")}
    return [(word, named[word]) for word in PRIORITIES]


def places() -> Choices:
    """Where a ticket lies."""
    named = {"inbox": _("Inbox"), "spam": _("Spam"), "trash": _("Trash")}
    return [(word, named[word]) for word in PLACES]


def queues() -> Choices:
    """The lists in which tickets lie, as the views beside every page are called."""
    named = {"open": _("Open"), "waiting": _("Waiting"), "snoozed": _("Snoozed"), "solved": _("Solved"), "spam": _("Spam"),
             "trash": _("Trash")}  # fmt: skip
    return [(word, named[word]) for word in QUEUES]


def orders() -> Choices:
    """Of a list of tickets."""
    named = {"newest": _("Newest first"), "waiting": _("Waiting longest first"), "priority": _("Highest priority first"),
             "due": _("Due soonest first")}  # fmt: skip
    return [(word, named[word]) for word in ORDERS]


def promise_states() -> Choices:
    """Of the promise that falls due next."""
    return [("", _("Not set")), ("running", _("Running")), ("paused", _("Paused")), ("breached", _("Missed"))]


def kept_states() -> Choices:
    """Of a promise that is named; "" also where nothing is promised any more."""
    return [("", _("Not set")), ("running", _("Running")), ("paused", _("Paused")), ("met", _("Met")), ("breached", _("Missed"))]


def policies() -> Choices:
    """All, in their order; "" is none that somebody chose."""
    rows = db.session.scalars(select(SlaPolicy).order_by(SlaPolicy.position, SlaPolicy.id))
    return [("", _("None chosen")), *((str(one.id), one.shown_name(reader().language)) for one in rows)]


def channels() -> Choices:
    """Doors."""
    labels = (_("E-mail"), _("SMS"), _("WhatsApp"), _("Chat"), _("Web form"), _("Phone"))
    return list(zip(CHANNELS, labels, strict=True))


def languages() -> Choices:
    """Those that the desk tells apart."""
    return [("ar", _("Arabic")), ("en", _("English")), ("fa", _("Persian")), ("ur", _("Urdu")), ("und", _("Unknown")), ("", _("Not set"))]


def teams() -> Choices:
    """By name; "" is none."""
    return [("", _("None")), *named(roster.names().teams)]


def inboxes() -> Choices:
    """By name."""
    return named({number: names[:2] for number, names in roster.names().inboxes.items()})


def inboxes_or_none() -> Choices:
    """By name; "" is none."""
    return [("", _("Not set")), *inboxes()]


def message_kinds() -> Choices:
    """What was said, by whom to whom."""
    return [("incoming", _("The customer's message")), ("outgoing", _("Our answer")), ("note", _("Internal note")), ("", _("Not set"))]


def proofs() -> Choices:
    """What our mail server says of the sender."""
    return [("pass", _("The sender is proved")), ("fail", _("The proof failed")), ("unknown", _("It says nothing")), ("", _("Not set"))]


def signatures() -> Choices:
    """Of a signed mail."""
    return [("valid", _("Valid")), ("invalid", _("Invalid")), ("unchecked", _("Not checked")), ("", _("Not signed"))]


def promises() -> Choices:
    """Targets by their names: the three of every policy, then the stages that policies name."""
    fixed = [("first_response", _("First response")), ("next_response", _("Next response")), ("resolution", _("Resolution"))]
    return [("", _("Not set")), *fixed, *stages(reader().language)]


def stages(language: str) -> Choices:
    """Of all policies, each once."""
    said = select(SlaPolicyVersion.definition).join(SlaPolicy, SlaPolicy.version_id == SlaPolicyVersion.id).order_by(SlaPolicy.position)
    rows = [stage for told in db.session.scalars(said) for stage in told.get("targets", {}).get("stages", [])]
    named = {f"stage:{one['name']}": (one.get("name_ar") if language == "ar" else "") or one["name"] for one in rows}
    return list(named.items())


def agents() -> Choices:
    """By name; "" is nobody."""
    names = roster.names()
    return [("", _("Nobody")), *named({number: names.agents[number] for number in names.active})]


def actors() -> Choices:
    """Whose act something was."""
    told = [(f"agent:{number}", name) for number, name in agents() if number]
    return [("contact", _("The customer")), ("rule", _("A rule")), ("system", _("The desk")), *told]


def types() -> Choices:
    """The desk's own list; "" is none."""
    rows = db.session.query(TicketType).order_by(TicketType.position, TicketType.id)
    return [("", _("Not set")), *((str(row.id), row.shown_name(reader().language)) for row in rows)]


def named(rows: dict[int, tuple[str, str]]) -> Choices:
    """id -> (name, name in Arabic), as choices sorted by name."""
    language = reader().language
    return sorted(((str(number), roster.pick(names, language)) for number, names in rows.items()), key=lambda pair: pair[1])
