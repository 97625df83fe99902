"""Notices of an agent, and their sentences in the language of whoever reads them."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.extensions import db
from helpdesk.models import Agent, Notice
from helpdesk.policy import Viewer

SHORT, PAGE, CAP = 7, 25, 100
Words = dict[str, Any]


class Unread:
    """How many an agent has not read; asked when a page wants to know."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    @cached_property
    def count(self) -> int:
        """CAP at most."""
        few = select(Notice.id).where(Notice.agent_id == self.viewer.agent_id, Notice.read_at.is_(None)).limit(CAP).subquery()
        return db.session.scalar(select(func.count()).select_from(few)) or 0

    @property
    def written(self) -> str:
        """ "99+" from the cap on; "" for none."""
        return "" if not self.count else (f"{CAP - 1}+" if self.count >= CAP else str(self.count))


def newest(viewer: Viewer, most: int = SHORT, before: int = 0) -> list[Notice]:
    """His newest, or those before that number."""
    found = select(Notice).where(Notice.agent_id == viewer.agent_id).order_by(Notice.id.desc()).limit(most)
    return list(db.session.scalars(found.where(Notice.id < before) if before else found))


def who_may_sign_in(session: Session, agent_ids: list[int]) -> list[Agent]:
    """Those of these agents who are still here."""
    return list(session.scalars(select(Agent).where(Agent.id.in_(agent_ids), Agent.active).order_by(Agent.id)))


def admins(session: Session) -> list[int]:
    """Whom the desk tells when nobody else is named."""
    return list(session.scalars(select(Agent.id).where(Agent.active, Agent.role == "admin").order_by(Agent.id)))


def own(viewer: Viewer, notice_id: int) -> Notice | None:
    """One of his."""
    found = db.session.get(Notice, notice_id)
    return found if found is not None and found.agent_id == viewer.agent_id else None


def address_of(words: Words, ticket_id: int | None) -> str:
    """Where a notice leads, on this desk."""
    if ticket_id is not None:
        return f"/tickets/{ticket_id}#message-{words['message_id']}" if "message_id" in words else f"/tickets/{ticket_id}"
    rule, policy = f"/rules/{words.get('rule_id', '')}", f"/sla/policies/{words.get('policy_id', '')}"
    places = {
        "webhook_off": f"/webhooks/{words.get('webhook_id', '')}",
        "webhook_missed": f"/webhooks/{words.get('webhook_id', '')}?which=failed",
        "rule_off": rule, "rule_broken": rule, "rule_gone": rule, "policy_broken": policy, "policy_gone": policy,
        "import_done": f"/tasks/{words.get('task_id', '')}",
        "mailbox_renumbered": f"/inboxes/{words.get('inbox_id', '')}",
    }  # fmt: skip
    return places.get(str(words.get("kind")), "/notices")


def sentence(words: Words, ticket_id: int | None) -> str:
    """What it says, as plain text. A kind that nobody knows shows the text it brings."""
    target, rule, policy = isolated(target_name(words)), isolated(named(words, "rule")), isolated(named(words, "policy"))
    said = isolated(words.get("words"))
    told: dict[str, Callable[[], str]] = {
        "rule_told": lambda: rule_told(words, ticket_id),
        "sla_warning": lambda: _("#%(number)s: “%(target)s” is due soon.", number=ticket_id, target=target),
        "sla_breach": lambda: _("#%(number)s: “%(target)s” was missed.", number=ticket_id, target=target),
        "sla_escalation": lambda: _("#%(number)s: “%(target)s” was missed and is still open.", number=ticket_id, target=target),
        "webhook_off": lambda: webhook_off(words),
        "webhook_missed": lambda: webhook_missed(words),
        "rule_loop": lambda: _("#%(number)s: the rule “%(rule)s” was stopped here: rules answer each other without end.",
                               number=ticket_id, rule=rule),
        "rule_off": lambda: _("The rule “%(rule)s” was switched off: it acted too often.", rule=rule),
        "rule_broken": lambda: _("The rule “%(rule)s” was switched off: it asks for something that the desk does not know.", rule=rule),
        "rule_gone": lambda: _("The rule “%(rule)s” could not do all of its work: what it names is not there any more.", rule=rule),
        "policy_broken": lambda: _("The policy “%(policy)s” is passed over: it asks for something that the desk does not know.",
                                   policy=policy),
        "policy_gone": lambda: _("A step of the policy “%(policy)s” could not do all of its work: what it names is not there any more.",
                                 policy=policy),
        "import_done": lambda: import_done(words),
        "answer_failed": lambda: _("#%(number)s: the answer was not delivered. The other side said: %(words)s",
                                   number=ticket_id, words=said),
        "answer_bounced": lambda: _("#%(number)s: the answer came back: %(words)s", number=ticket_id, words=said),
        "answer_partly": lambda: _("#%(number)s: the answer did not reach everybody: %(words)s", number=ticket_id, words=said),
        "answer_uncertain": lambda: _("#%(number)s: we cannot tell whether the answer left. You decide.", number=ticket_id),
        "mailbox_renumbered": lambda: _("The mail server numbered the mailbox of %(address)s anew. It is read again; nothing comes twice.",
                                        address=isolated(words.get("address"))),
    }
    make = told.get(str(words.get("kind")))
    return make() if make is not None else str(words.get("text", ""))


def isolated(value: object) -> str:
    """A value that may be in another language than the sentence: between FIRST STRONG ISOLATE and its end (Unicode UAX 9), as text."""
    return f"\u2068{value or ''}\u2069"


def named(words: Words, key: str) -> str:
    """A name in the reader's language, as it was then: `key` and `key`_ar."""
    here = words.get(f"{key}_ar") if str(get_locale() or "") == "ar" else ""
    return str(here or words.get(key) or words.get(f"{key}_ar") or "")


def rule_told(words: Words, ticket_id: int | None) -> str:
    """A rule wants somebody to know."""
    rule = isolated(named(words, "rule"))
    if words.get("text"):
        return str(_("#%(number)s: %(text)s (rule “%(rule)s”)", number=ticket_id, text=isolated(words["text"]), rule=rule))
    return str(_("#%(number)s: the rule “%(rule)s” asks you to look.", number=ticket_id, rule=rule))


def target_name(words: Words) -> str:
    """The promise by its name in the reader's language."""
    name = str(words.get("target", ""))
    known: dict[str, str] = {"first_response": _("First response"), "next_response": _("Next response"), "resolution": _("Resolution")}
    return known.get(name, named(words, "name") or name)


def webhook_off(words: Words) -> str:
    """Why the desk switched it off."""
    name = isolated(words.get("webhook"))
    if words.get("why") == "gone":
        return str(_("The webhook “%(name)s” was switched off: its address says that it is gone. What happens is kept.", name=name))
    return str(_("The webhook “%(name)s” was switched off: nothing went through for a day. What happens is kept.", name=name))


def webhook_missed(words: Words) -> str:
    """Something was tried for a day in vain, while the rest went through."""
    name = isolated(words.get("webhook"))
    return str(_("The webhook “%(name)s” did not take an event for a day. It is no longer tried, and listed as not told.", name=name))


def import_done(words: Words) -> str:
    """How much came of an import."""
    count = int(words.get("count") or 0)
    return str(ngettext("The import is done: %(num)s row was taken.", "The import is done: %(num)s rows were taken.", count))
