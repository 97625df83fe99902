"""What became of the actions of a rule, why the desk switched one off, and what differs between two versions, in words."""

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from automations.conditions.happenings import event_word
from automations.conditions.say import Say, how_word
from automations.differences import Change
from helpdesk.placeholders import LABELS
from helpdesk.visit.reader import counted as ngettext


def result_words(result: str, many: int = 0) -> str:
    """The result of one action as it stands in the log; what the house refused comes as the name of its refusal. `many` were told."""
    name, _colon, detail = result.partition(":")
    if many:
        return ngettext("%(num)s person was told", "%(num)s people were told", many)
    said = {
        "done": _("done"),
        "composed": _("put into the composer"),
        "nothing": _("nothing to change"),
        "limit_ticket": _("held back: it had acted on this ticket too often within the hour"),
        "limit_rule": _("held back: the rule had acted too often within the hour"),
        "unknown": _("not done: there is no such action any more"),
        "gone": _("not done: what was chosen is not there any more"),
        "no_message": _("not done: there is no message of the customer to answer"),
        "missing_language": _("not sent: the canned reply has no text in the customer's language"),
        "missing_value": _("not sent: a value is missing in this ticket: %(name)s", name=LABELS.get(detail, detail)),
        "nobody": _("nobody was there to be told"),
        "empty": _("not sent: there is no text"),
        "agent_unknown": _("not done: that agent is not here any more"),
        "team_unknown": _("not done: that team is not here any more"),
        "type_unknown": _("not done: that type is not in use any more"),
        "policy_unknown": _("not done: that policy is not in use any more"),
        "broken": _("not tried: it asks for something that the desk does not know"),
        "perhaps": _("whoever would have been there"),
    } | answering_words() | assigning_words() | telling_words()
    return said.get(name) or _("not done: %(words)s", words=result)


def answering_words() -> dict[str, str]:
    """Why the desk did not write to the customer by itself."""
    return {
        "robot": _("not sent: a program wrote the message"),
        "sender": _("not sent: the sender's address takes no answers"),
        "ours": _("not sent: the sender is an inbox of this desk"),
        "forged": _("not sent: the sender's address is forged"),
        "stranger": _("not sent: somebody else than the customer wrote"),
        "unreachable": _("not sent: mail to this address comes back, or it is blocked"),
        "often": _("not sent: the desk has written to this customer by itself already"),
        "breaker": _("not sent: this inbox has written too much by itself within the hour"),
    }


def assigning_words() -> dict[str, str]:
    """Why nobody was given the ticket."""
    return {
        "nobody_there": _("given to nobody: nobody of the team is there"),
        "all_full": _("given to nobody: everybody who is there has as much as fits"),
        "closed": _("given to nobody: the team's hours are over"),
        "no_team": _("given to nobody: the ticket has no team"),
    }


def telling_words() -> dict[str, str]:
    """What became of what a webhook is to be told."""
    return {
        "queued": _("done"),
        "kept": _("kept until the webhook is switched on again"),
        "known": _("nothing to do: the webhook hears of it anyway"),
        "off": _("not done: the webhook is switched off"),
    }


def switched_off_words(why: str) -> str:
    """Why the desk itself switched a rule off."""
    said = {
        "often": _("it acted too often within an hour"),
        "broken": _("it asks for something that the desk does not know"),
    }
    return said.get(why) or why


def change_words(say: Say, change: Change) -> Markup:
    """One difference as a sentence."""
    if change.what == "stop":
        return escape(_("Rules after it are not tried any more") if change.now else _("Rules after it are tried again"))
    if change.now is None:
        return escape(REMOVED[change.what]()) % {"what": part_words(say, change.what, change.was)}
    if change.was is None:
        return escape(ADDED[change.what]()) % {"what": part_words(say, change.what, change.now)}
    values = {"was": part_words(say, change.what, change.was), "now": part_words(say, change.what, change.now)}
    return escape(_("Before: %(was)s. Now: %(now)s")) % values


ADDED = {
    "event": lambda: _("Event added: %(what)s"), "condition": lambda: _("Condition added: %(what)s"),
    "action": lambda: _("Action added: %(what)s"),
}  # fmt: skip
REMOVED = {
    "event": lambda: _("Event removed: %(what)s"), "condition": lambda: _("Condition removed: %(what)s"),
    "action": lambda: _("Action removed: %(what)s"),
}  # fmt: skip


def part_words(say: Say, what: str, part: Any) -> Markup:
    """A part of a rule, said."""
    if what == "event":
        return escape(event_word(part))
    if what == "how":
        return escape(how_word(part))
    if what == "after":
        return say.after(part) if part else escape("")
    if what == "action":
        return say.action(part)
    return say.condition(part) if "word" in part else say.group(part)
