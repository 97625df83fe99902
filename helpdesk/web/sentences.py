"""The words of refusals: actions name them, the page says them in the reader's language."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from helpdesk.errors import HelpdeskError, NotFound, TooLarge

WORDS = {
    "body_missing": lazy("There is no text yet. Write something first."),
    "to_missing": lazy("There is no recipient. Enter an address under “To”."),
    "to_wrong": lazy("One of the addresses is not an e-mail address."),
    "key_missing": lazy("This page is too old to send from. Your text is kept; reload the page and send again."),
    "key_reused": lazy("This text was sent already in another form. Look at the conversation before you send again."),
    "already_left": lazy("It has left already and cannot be stopped."),
    "agent_unknown": lazy("That agent is not here any more."),
    "team_unknown": lazy("That team is not here any more."),
    "status_unknown": lazy("That is not a status."),
    "priority_unknown": lazy("That is not a priority."),
    "subject_missing": lazy("A ticket needs a subject."),
    "tag_missing": lazy("A tag needs at least one letter or digit."),
    "place_unknown": lazy("That is not a place for a ticket."),
    "snooze_past": lazy("That time has passed. Choose a later one."),
    "snooze_wrong": lazy("That time could not be understood."),
    "delivery_not_waiting": lazy("Nothing has to be decided about this message any more."),
    "file_missing": lazy("No file arrived. Choose it again."),
    "address_wrong": lazy("That is not an e-mail address."),
    "practice_closed": lazy("The practice post office is closed. It opens when the desk runs as a demo."),
}


def sentence(error: HelpdeskError) -> str:
    """What the person reads."""
    if isinstance(error, NotFound):
        return _("There is nothing here, or it is not yours to see.")
    if isinstance(error, TooLarge):
        return _("That is too large. Nothing was changed.")
    return str(WORDS.get(error.sentence, error.sentence)) or _("That did not work. Nothing was changed.")
