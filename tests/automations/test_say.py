"""Rules as sentences, in both languages: a table of whole sentences that a person has read."""

import re
from typing import Any

import pytest
from flask import g
from flask_babel import force_locale

from automations import triggers
from automations.actions import ACTS
from automations.conditions.happenings import EVENT_WORDS, SINCE_WORDS
from automations.conditions.kinds import KINDS
from automations.conditions.say import Say
from automations.conditions.words import WORDS
from automations.routing import REASONS
from automations.time_triggers import SINCE
from automations.web.rule_words import result_words
from tests.factories import SmallDesk

TEXT = {"word": "text", "test": "has_any", "value": ["refund", "استرجاع"]}
HIGH = [{"do": "set_priority", "value": "high"}]
RULES: list[tuple[str, dict[str, Any], str, str]] = [
    ("trigger", {"on": ["message_received"], "if": {"all": []}, "then": HIGH},
     "When a customer's message arrives, then set the priority to High.",
     "عندما تصل رسالة من العميل، فعندئذٍ تغيير الأولوية إلى عالية."),
    ("trigger", {"on": ["message_received", "note_written"], "if": {"all": [TEXT]}, "then": [*HIGH, {"do": "tag", "value": ["a", "b"]}]},
     ("When a customer's message arrives or a note is written, if this is true: the text has any of “refund” or “استرجاع”, "
     "then set the priority to High, then add the tags “a” and “b”."),
     ("عندما تصل رسالة من العميل أو تُكتب ملاحظة، إذا تحقق ما يلي: النص فيه أيّ من «refund» أو «استرجاع»، "
     "فعندئذٍ تغيير الأولوية إلى عالية، ثم إضافة الوسوم «a» و«b».")),
    ("trigger", {"on": ["status_changed"], "then": HIGH, "if": {"all": [
        {"word": "status_changed", "test": "changed_to", "value": ["solved", "closed"]},
        {"any": [{"word": "team", "test": "is_not", "value": [""]}, {"word": "priority", "test": "is", "value": ["urgent"]}]}]}},
     ("When the status changes, if all of this is true: the status changed to Solved or Closed, and (any of this is true: "
     "the team is set, or the priority is Urgent), then set the priority to High."),
     ("عندما تتغير الحالة، إذا تحقق كل ما يلي: الحالة تغيّرت إلى محلولة أو مغلقة، وأيضًا (تحقق أيٌّ مما يلي: "
     "الفريق محدد، أو الأولوية هي عاجلة)، فعندئذٍ تغيير الأولوية إلى عالية.")),
    ("timed", {"on": [], "after": {"amount": 4, "unit": "business_hours", "since": "customer"}, "then": HIGH,
               "if": {"none": [{"word": "automatic", "test": "is_true"}, {"word": "waiting", "test": "over", "value": 120}]}},
     ("4 business hours after the customer's last message, if none of this is true: it is true that a program wrote it, or "
     "the time the customer has waited is at least 2 hours, then set the priority to High."),
     ("بعد مرور 4 ساعات عمل على آخر رسالة من العميل، إذا لم يتحقق شيء مما يلي: صحيحٌ أن الرسالة كتبها برنامج، أو "
     "مدة انتظار العميل لا تقل عن ساعتين، فعندئذٍ تغيير الأولوية إلى عالية.")),
    ("macro", {"then": [{"do": "set_status", "value": "solved"}, {"do": "set_team", "value": "77"}]},
     "set the status to Solved, then move to the team #77", "تغيير الحالة إلى محلولة، ثم نقل إلى فريق #77"),
]  # fmt: skip
SEEN = [
    ({"word": "team", "saw": ""}, "the team: not set", "الفريق: غير محدد"),
    ({"word": "waiting", "saw": None}, "the time the customer has waited: nothing", "مدة انتظار العميل: لا شيء"),
    ({"word": "waiting", "saw": 1440}, "the time the customer has waited: 1 day", "مدة انتظار العميل: يوم واحد"),
    ({"word": "status_changed", "saw": ["open", "solved"]}, "the status: from Open to Solved", "الحالة: من مفتوحة إلى محلولة"),
    ({"word": "automatic", "saw": False}, "a program wrote it: no", "الرسالة كتبها برنامج: لا"),
    ({"word": "tags", "saw": ["vip"]}, "the tags: “vip”", "الوسوم: «vip»"),
    ({"word": "messages", "saw": 0}, "the number of messages: 0", "عدد الرسائل: 0"),
]


@pytest.fixture
def language(desk: SmallDesk) -> Any:
    """Speaks another language from now on."""
    spoken: list[Any] = []

    def speak(name: str) -> None:
        for one in spoken:
            one.__exit__(None, None, None)
        spoken[:] = [force_locale(name)]
        spoken[0].__enter__()
        g.pop("reader", None)

    yield speak
    for one in spoken:
        one.__exit__(None, None, None)


def test_rules_read_as_sentences(language: Any) -> None:
    for name, place in (("en", 2), ("ar", 3)):
        language(name)
        said = [Say().rule(kind, definition).striptags() for kind, definition, *_ in RULES]
        assert said == [row[place] for row in RULES]
        assert [Say().saw(line).striptags() for line, *_ in SEEN] == [row[place - 1] for row in SEEN]


def test_whatever_the_menus_hold_can_be_said(language: Any) -> None:
    """Every word with each of its tests, every act, every event: nothing in them is left in the form of the program."""
    language("ar")
    say = Say()
    conditions = [{"word": word.name, "test": test} for word in WORDS.values() for test in KINDS[word.kind]]
    said = [say.condition(one | {"value": given(one)}).striptags() for one in conditions]
    said += [say.action({"do": act.name, "value": []}).striptags() for act in ACTS.values()]
    assert [text for text in said if any("a" <= letter <= "z" or letter in "|%" for letter in text)] == []
    assert set(EVENT_WORDS) >= triggers.EVENTS
    assert set(SINCE_WORDS) == set(SINCE)


def test_every_result_is_said(language: Any) -> None:
    """In the log stands no name of ours, whatever an act answers."""
    language("ar")
    told = {"done", "nothing", "composed", "gone", "no_message", "missing_language:ur", "missing_value:due_date", "nobody", "empty"}
    refused = {"robot", "sender", "ours", "forged", "stranger", "unreachable", "often", "breaker"}
    limits = {"unknown", "limit_ticket", "limit_rule", "agent_unknown", "team_unknown", "type_unknown"}
    hooks = {"queued", "kept", "known", "off"}
    for result in told | refused | limits | hooks | set(REASONS):
        words = result_words(result)
        assert not re.search("[a-z_]", words), result
    assert not re.search("[a-z_]", result_words("done", 3))


def given(condition: dict[str, Any]) -> Any:
    """A value that the test takes."""
    takes = KINDS[WORDS[condition["word"]].kind][condition["test"]].takes
    return {"number": 3, "minutes": 90, "pattern": "س+"}.get(takes, ["س"])


def test_what_people_wrote_is_text(language: Any) -> None:
    language("en")
    asks = {"all": [TEXT | {"value": ["<img src=x>"]}]}
    said = Say().rule("trigger", {"on": ["<b>"], "if": asks, "then": [{"do": "tag", "value": ["<i>"]}]})
    assert "<b>" not in said
    assert "<img" not in said
    assert "<i>" not in said
