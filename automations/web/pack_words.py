"""A pack in the reader's words: its rules as sentences, its promises as a list, its texts with chips where values will stand."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from automations import telling
from automations.conditions import choices
from automations.conditions.happenings import span_words
from automations.conditions.say import Say
from automations.sla.check import NAMED
from automations.sla.clocks import STAGE
from automations.sla.spans import Span
from automations.web.sla_words import promised, statuses, target_name
from helpdesk.placeholders import BRACES, LABELS, bare
from helpdesk.starter import Piece, Starter, filled
from helpdesk.visit.reader import digits, reader

Teams = Mapping[str, int | None]
"""Role -> the desk's team that it is."""


def speaker(starter: Starter, teams: Teams | None) -> Say:
    """Says the pack's rules before its pieces are there: by the names that they will have. `teams` None: nobody has chosen yet."""
    say, language = Say(), reader().language
    named = {piece.place: piece.shown_name(language) for piece in starter.pieces}
    desk = dict(choices.teams())
    named_roles = {f"team:{one.key}": desk.get(str((teams or {}).get(one.key) or "-"), one.shown_name(language)) for one in starter.teams}
    say.known[choices.types] = dict(choices.types()) | named
    say.known[telling.replies] = named
    say.known[telling.macros] = named
    say.known[choices.teams] = desk | named_roles
    return say


def sentence(say: Say, starter: Starter, piece: Piece, language: str, teams: Teams | None) -> Markup:
    """What a rule or macro does; `language` is that of the tags and notes. What was left out for want of a team is not said."""
    return say.rule(piece.kind, filled(dict(piece.body), starter.words(language) | roles(starter, teams)))


def roles(starter: Starter, teams: Teams | None) -> dict[str, str]:
    """Roles that stand for themselves: all of them, until somebody has chosen."""
    return {f"team:{one.key}": f"team:{one.key}" for one in starter.teams if teams is None or teams.get(one.key)}


def promises(say: Say, starter: Starter, piece: Piece, language: str) -> list[Markup]:
    """What a policy promises, a line each."""
    body = filled(dict(piece.body), starter.words(language))
    targets = body["targets"]
    lines = [titled(_("Conditions"), say.conditions(body["if"]))]
    lines += [times(target_name(word), targets[word]) for word in NAMED if word in targets]
    lines += [times(target_name(STAGE + stage["name"], body), stage) for stage in targets.get("stages", [])]
    lines += [step(say, one) for one in body["steps"]]
    return [*lines, titled(_("The clock rests"), escape(statuses(body["pause"])))] if body["pause"] else lines


def titled(title: str, text: Markup) -> Markup:
    """ "Conditions: …"."""
    return Markup("<strong>{}</strong>: {}").format(title, text)


def times(name: str, said: Mapping[str, Any]) -> Markup:
    """ "First response: 8 business hours · High: 4 business hours"."""
    spans = [escape(promised_by(said["default"]))]
    spans += [Markup("{}: {}").format(label, promised_by(said[word])) for word, label in reversed(choices.priorities()) if word in said]
    return titled(name, Markup(" · ").join(spans))


def promised_by(said: Mapping[str, Any]) -> str:
    """One time."""
    return promised(Span(said["amount"], said["unit"]))


def step(say: Say, said: Mapping[str, Any]) -> Markup:
    """A warning or an escalation: when, and what is done."""
    at = said["at"]
    when = {
        "percent": lambda: _("When %(num)s percent of the time are over", num=digits(at["amount"])),
        "before": lambda: _("%(span)s before it is due", span=span_words(at["amount"], at["unit"])),
        "breach": lambda: _("When it is missed"),
        "after": lambda: _("%(span)s after it was missed", span=span_words(at["amount"], at["unit"])),
    }[at["kind"]]()
    return Markup("{}: {}").format(when, say.actions(said["then"]))


def letter(text: str) -> list[Markup]:
    """A canned reply's paragraphs; a placeholder is shown by what it stands for."""
    return [Markup("<br>").join(line(part) for part in block.split("\n")) for block in text.split("\n\n")]


def line(text: str) -> Markup:
    """One line of it."""
    found, last = Markup(""), 0
    for match in BRACES.finditer(text):
        found += escape(text[last : match.start()]) + Markup('<span class="chip">{}</span>').format(LABELS.get(bare(match[1]), match[0]))
        last = match.end()
    return found + escape(text[last:])


def counts(starter: Starter) -> list[str]:
    """What is inside, in numbers."""
    rules, macros, policies = (len(starter.of(*kinds)) for kinds in (("trigger", "timed"), ("macro",), ("policy",)))
    return [
        ngettext("%(num)s rule", "%(num)s rules", rules),
        ngettext("%(num)s macro", "%(num)s macros", macros),
        ngettext("%(num)s promise", "%(num)s promises", policies),
        ngettext("%(num)s canned reply", "%(num)s canned replies", len(starter.of("reply"))),
        ngettext("%(num)s ticket type", "%(num)s ticket types", len(starter.of("type"))),
        ngettext("%(num)s tag", "%(num)s tags", len(starter.tags)),
    ]


def fate_words(version: int) -> dict[str, str]:
    """What installing would make of a piece; nothing is said of what is simply new in a pack that is not installed."""
    return {
        "found": _("Here already, used as it is"), "kept": _("Changed by hand, stays as it is"), "gone": _("Thrown away by hand"),
        "new": _("New in version %(num)s", num=digits(version)), "changed": _("Changes with version %(num)s", num=digits(version)),
        "removed": _("Goes with version %(num)s", num=digits(version)),
    }  # fmt: skip


def reason_words() -> dict[str, str]:
    """Why a piece stays when its pack is taken away."""
    return {
        "changed": _("changed by hand"), "tickets": _("tickets carry it; it is switched off"),
        "promised": _("tickets were promised something by it; it is switched off"), "named": _("a rule or promise that stays names it"),
        "counted": _("something else still counts by these hours"),
    }  # fmt: skip
