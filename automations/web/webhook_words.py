"""Webhooks in words: how one is doing, what became of a telling, how long one has to go back."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from automations.conditions.happenings import event_word
from automations.webhooks.sender import UNANSWERED
from helpdesk import clock
from helpdesk.actions.webhook_tellings import TOLD_OF
from helpdesk.queries.webhooks import Shown
from helpdesk.visit.reader import digits
from helpdesk.visit.times import long_time, short_time

State = tuple[str, str, str]
"""A class of colour ("" for none), an icon, and the words."""
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1), "all": timedelta(days=3650)}


def state_of(shown: Shown) -> State:
    """How a webhook is doing, in a sentence."""
    webhook = shown.webhook
    if webhook.switched_off == "gone":
        return "late", "circle-x", _("Switched off: its address says that it is gone. What happens is kept.")
    if webhook.switched_off:
        return "late", "circle-x", _("Switched off: nothing went through for a day. What happens is kept.")
    if not webhook.active:
        return "muted", "pause", _("Switched off by hand. Nothing is told or kept.")
    if webhook.failing_since is not None:
        since = long_time(webhook.failing_since)
        return "soon", "alert", _("Nothing has gone through since %(time)s. It is tried again for a day.", time=since)
    if shown.going:
        return "", "hourglass", ngettext("%(num)s event waits to be told.", "%(num)s events wait to be told.", shown.going)
    if shown.told_at is None:
        return "", "circle-dot", _("On. Nothing was told yet.")
    return "done", "done", _("Works. Told last: %(time)s.", time=short_time(shown.told_at))


def telling_state(state: str) -> State:
    """What became of one telling."""
    return {
        "waiting": ("", "hourglass", _("Waits")), "sending": ("", "send", _("Being told")), "told": ("done", "check", _("Told")),
        "retry": ("soon", "refresh", _("Not taken yet")), "failed": ("late", "circle-x", _("Not told")),
        "kept": ("rest", "archive", _("Kept")),
    }[state]  # fmt: skip


def answer_words(answer: str) -> tuple[str, str]:
    """What came of a try: why there was no answer, in words; and what the other side or the network said."""
    if not answer.startswith(UNANSWERED):
        return "", answer
    why, _blank, detail = answer.removeprefix(UNANSWERED).partition(" ")
    words = {
        "lost_key": _("The key that sealed the secret is gone."),
        "forbidden": _("This is no public address that the desk may call; HELPDESK_EGRESS_ALLOW can name it."),
        "silent": _("There was no whole answer in time."), "refused": _("The server refused the connection."),
        "unnamed": _("There is no server of this name."), "insecure": _("The connection could not be secured (TLS)."),
        "broken": _("The connection broke."), "fault": _("A fault of the desk."),
    }  # fmt: skip
    return words.get(why, ""), detail


def kind_word(kind: str) -> str:
    """What a telling is about."""
    own = {"test": _("a test"), "rule_asked": _("a rule asks for it")}
    return own.get(kind) or event_word(kind)


def kind_choices(chosen: list[str]) -> list[tuple[str, str, str]]:
    """Everything that can be told, as boxes."""
    return [(kind, event_word(kind), "") for kind in dict.fromkeys((*TOLD_OF, *chosen))]


def filters() -> list[tuple[str, str]]:
    """The parts of the log."""
    return [("all", _("All")), ("failed", _("Not told")), ("kept", _("Kept")), ("waiting", _("Waiting")), ("told", _("Told"))]


def span_choices() -> list[tuple[str, str]]:
    """How far a replay goes back."""
    return [("hour", _("the last hour")), ("day", _("the last day")), ("week", _("the last week")), ("all", _("everything that is kept"))]


def which_choices() -> list[tuple[str, str]]:
    """What a replay tells."""
    return [("missed", _("what was not told")), ("all", _("everything, also what was told"))]


def replayed(count: int) -> str:
    """What a replay began."""
    if not count:
        return _("There was nothing to tell again.")
    return ngettext("%(num)s event is told again.", "%(num)s events are told again.", count, num=digits(count))


def since(span: str) -> datetime:
    """The moment from which a replay begins."""
    return clock.now() - SPANS.get(span, SPANS["day"])
