"""What can be asked of the customer whose ticket it is."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from automations.conditions import choices, columns
from automations.conditions.word import Word
from automations.facts import Facts, Text
from helpdesk.models import Ticket


def addresses(facts: Facts) -> Text:
    """Every address and number of theirs."""
    return Text("\n".join(one.shown or one.value for one in facts.contact.addresses) if facts.contact else "")


def any_address(column: str) -> Callable[[Facts], bool]:
    """Whether this was noted at one of their addresses."""
    return lambda facts: bool(facts.contact and any(getattr(one, column) for one in facts.contact.addresses))


def tickets(facts: Facts) -> int:
    """How many they had by then, this one too."""
    wanted = select(func.count()).where(Ticket.contact_id == facts.ticket.contact_id, Ticket.created_at <= facts.now)
    return facts.source.session.scalar(wanted) or 0


WORDS = (
    Word("name", _l("the customer's name"), "contact", "text", lambda facts: Text(facts.contact.name if facts.contact else "")),
    Word("contact_language", _l("the customer's language"), "contact", "choice",
         lambda facts: facts.contact.language if facts.contact else "", choices.languages, column=columns.CONTACT_LANGUAGE),
    Word("addresses", _l("the customer's addresses"), "contact", "text", addresses),
    Word("tickets", _l("the number of the customer's tickets"), "contact", "number", tickets, column=columns.CUSTOMERS_TICKETS),
    Word("since_contact", _l("the time since the customer first wrote"), "contact", "since",
         lambda facts: facts.minutes_since(facts.contact.created_at if facts.contact else None), column=columns.SINCE_CONTACT),
    Word("undeliverable", _l("an address of the customer is dead"), "contact", "yes", any_address("undeliverable_at"), now=True,
         column=columns.UNDELIVERABLE),
    Word("blocked", _l("the customer is blocked"), "contact", "yes", any_address("blocked_at"), now=True, column=columns.BLOCKED),
)  # fmt: skip
