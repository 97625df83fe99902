"""Why a mail makes no ticket, in a sentence; and what a mark on a message says."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from helpdesk.words import size

UNREADABLE: dict[str, Callable[[], str]] = {
    "reader_died": lambda: _("reading it ended the reader again and again"),
    "not_given": lambda: _("its server does not give it"),
    "nested too deeply": lambda: _("nested too deeply"),
    "too many parts": lambda: _("too many parts"),
    "too many parameters": lambda: _("too many parameters"),
    "header too large": lambda: _("header too large"),
    "took too long": lambda: _("reading it took too long"),
    "needed too much memory": lambda: _("reading it needed too much memory"),
    "broke the reader": lambda: _("reading it broke the reader"),
}
REASONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "unreadable": lambda detail: _("Could not be read: %(why)s.", why=why(detail.get("why", ""))),
    "too_large": lambda detail: _("Too large: %(size)s.", size=size(int(detail.get("size") or 0))),
    "partial": lambda detail: partial(detail.get("why", ""), size(int(detail.get("size") or 0))),
    "own_mail": lambda detail: (
        _("A mail of ours that came back unchanged.") if detail.get("sign") == "message_id" else _("Its sender is an inbox of this desk.")
    ),
    "loop": lambda _detail: _("An automatic mail of ours that came back."),
    "bounce": lambda detail: (
        _("A notice that an answer in #%(number)s did not arrive; it is shown there.", number=detail["ticket"])
        if detail.get("ticket")
        else _("A notice that a mail did not arrive; it names no answer of ours.")
    ),
    "complaint": lambda detail: _("A report that somebody complained about our mail: %(address)s", address=detail.get("address") or "–"),
    "blocked": lambda _detail: _("Its sender is blocked."),
    "spam": lambda detail: _("Our mail server takes it for spam (%(header)s).", header=detail.get("header", "")),
    "duplicate": lambda _detail: _("The same mail came before; nothing was done twice."),
    "auto_reply": lambda _detail: _("An automatic answer that belongs to no ticket."),
    "absence": lambda _detail: _("An absence note that belongs to no ticket."),
}


def reason(step: str, detail: dict[str, Any]) -> str:
    """One sentence in the reader's language; a step that is unknown says its name."""
    words = REASONS.get(step, lambda _detail: step)(detail)
    return f"{words} {_('A colleague left it out.')}" if detail.get("left_by") else words


def partial(name: str, large: str) -> str:
    """How it stands with the rest of a mail that somebody wants."""
    return {
        "wanted": _("Its mail server is being asked for all of it."),
        "gone": _("It is no longer on its mail server: the rest cannot be fetched."),
        "too_large": _("With %(size)s it is too large to be fetched.", size=large),
    }.get(name, _("Its mail server does not give the rest."))


def why(name: str) -> str:
    """The parser's few stable words, in the reader's language."""
    if name.startswith(("not_received", "not_read")):
        return _("taking it in failed")
    return UNREADABLE.get(name, lambda: name)()


def mark_word(step: str) -> str:
    """A mark on a message, in a word or two."""
    return {
        "partial": _("only its header"),
        "auto_reply": _("automatic reply"),
        "absence": _("absence note"),
        "bulk": _("mailing list"),
        "machine": _("sent by a program"),
    }.get(step, step)
