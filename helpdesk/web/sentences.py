"""The words of refusals: actions name them, the page says them in the reader's language."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.errors import HelpdeskError, NotFound, TooLarge

WORDS = {
    "body_missing": _l("There is no text yet. Write something first."),
    "to_missing": _l("There is no recipient. Enter an address under “To”."),
    "to_wrong": _l("One of the addresses is not an e-mail address."),
    "key_missing": _l("This page is too old to send from. Your text is kept; reload the page and send again."),
    "key_reused": _l("This text was sent already in another form. Look at the conversation before you send again."),
    "key_cancelled": _l("You took this answer back. Its text is in the composer; reload the page to send it."),
    "already_left": _l("It has left already and cannot be stopped."),
    "agent_unknown": _l("That agent is not here any more."),
    "team_unknown": _l("That team is not here any more."),
    "status_unknown": _l("That is not a status."),
    "priority_unknown": _l("That is not a priority."),
    "type_unknown": _l("That type is not in use any more."),
    "nothing_chosen": _l("Choose tickets first."),
    "subject_missing": _l("A ticket needs a subject."),
    "tag_missing": _l("A tag needs at least one letter or digit."),
    "place_unknown": _l("That is not a place for a ticket."),
    "snooze_past": _l("That time has passed. Choose a later one."),
    "snooze_wrong": _l("That time could not be understood."),
    "delivery_not_waiting": _l("Nothing has to be decided about this message any more."),
    "decision_unknown": _l("Choose what becomes of this answer."),
    "file_missing": _l("No file arrived. Choose it again."),
    "address_wrong": _l("That is not an e-mail address."),
    "not_held": _l("Somebody has dealt with this mail already."),
    "not_marked": _l("This message is treated as a person's already."),
    "sender_missing": _l("This mail names no sender that could be blocked."),
    "held_decision_unknown": _l("Choose what becomes of this mail."),
    "view_changed": _l("Somebody changed this view while you had it open. What you wrote stands here; save again to put it over that."),
    "practice_closed": _l("The practice post office is closed. It opens when the desk runs as a demo."),
}


def sentence(error: HelpdeskError) -> str:
    """What the person reads."""
    if isinstance(error, NotFound):
        return _("There is nothing here, or it is not yours to see.")
    if isinstance(error, TooLarge):
        return _("That is too large. Nothing was changed.")
    return str(WORDS.get(error.sentence, error.sentence)) or _("That did not work. Nothing was changed.")
