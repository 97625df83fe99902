"""The Arabic catalogue says everything the source says, whole and in good Arabic, and nothing else."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.dates import get_day_names, get_month_names
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.house import MADE, PRODUCT, ROOT, files, shown

PO = ROOT / "helpdesk/translations/ar/LC_MESSAGES/messages.po"
MAPPING = ROOT / "helpdesk/translations/babel.cfg"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None}
ROADS = {f"flask_babel.{name}" for name in ("gettext", "ngettext", "lazy_gettext")} | {"helpdesk.visit.reader.text"}
PLURAL = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
WITHOUT_LETTERS = {
    ", ": "between the parts of a list",
    ", %(reason)s": "a comma before the reason, which is a sentence of its own",
}
ALL_FORMS_ALIKE = {"%(num)s min": "the short form of minutes is one letter and never bends"}
MISSPELT = (
    "الى ايضا اي انت الان اذا اول اخر اعادة ارسال الغاء اضافة ايقاف اسناد اظهار اغلاق انهاء انشاء ازالة ادارة اعدادات اشراف "
    "احدث اقدم اكثر اقل او ان "
    "لاحقا تلقائيا نهائيا فورا مرحبا شكرا اولا ابدا مثلا مسؤل مسئول رسايل صفحه كلمه قائمه تذكره"
).split()
COMMANDS = "اختر اختاري اكتب أدخل اضغط انقر حاول انتظر أضف ابدأ تأكد أعد ارجع افتح أرسل راجع جرّب سجّل قم تخطَّ".split()
"""Imperatives, which in Arabic guess whether a man or a woman reads; buttons and sentences use nouns instead."""


@cache
def catalogue() -> Catalog:
    with PO.open("rb") as po:
        return read_po(po, locale="ar", ignore_obsolete=False)


def messages() -> list[Message]:
    return [message for message in catalogue() if message.id]


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def said_in_the_source() -> set[tuple[str, ...]]:
    """What `make messages` would gather now."""
    with MAPPING.open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=lambda path: path.rpartition("/")[2] not in MADE)
    return {(text,) if isinstance(text, str) else tuple(part for part in text if part) for _file, _line, text, *_ in found}


def imports_of_gettext() -> Iterator[tuple[str, str]]:
    for path in files(".py", PRODUCT):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                yield from ((shown(path), name.asname or name.name) for name in node.names if f"{node.module}.{name.name}" in ROADS)


def test_it_says_what_the_source_says_now() -> None:
    kept, wanted = {ids(message) for message in messages()}, said_in_the_source()
    assert sorted(wanted - kept) == [], "run `make messages` and translate"
    assert sorted(kept - wanted) == [], "nobody says these any more: run `make messages`"


def test_every_name_for_gettext_is_one_that_make_messages_knows() -> None:
    assert [where for where in imports_of_gettext() if where[1] not in KEYWORDS] == []
    assert all(f"--keyword {name}" in (ROOT / ".ci/messages").read_text() for name in set(KEYWORDS) - set(DEFAULT_KEYWORDS))


def test_the_header_counts_as_arabic_counts() -> None:
    header = catalogue()
    assert (header.num_plurals, header.plural_expr) == (6, PLURAL)
    assert not header.fuzzy


def test_nothing_is_empty_fuzzy_or_obsolete() -> None:
    assert [ids(message) for message in messages() if not all(text.strip() for text in strings(message))] == []
    assert [ids(message) for message in messages() if message.fuzzy] == []
    assert list(catalogue().obsolete) == []


def test_every_text_is_arabic() -> None:
    assert [ids(message) for message in messages() if any(text in ids(message) for text in strings(message))] == []
    bare = {message.id for message in messages() if not all(re.search(r"[\u0621-\u064a]", text) for text in strings(message))}
    assert bare == set(WITHOUT_LETTERS)


def test_all_six_plurals_are_there_and_bend() -> None:
    counted = [message for message in messages() if message.pluralizable]
    assert counted
    assert [ids(message) for message in counted if len(strings(message)) != 6] == []
    for message in counted:
        zero, one, two, few, many, other = strings(message)
        if message.id[0] in ALL_FORMS_ALIKE:
            assert {zero, one, two, few, many, other} == {zero}
        else:
            assert len({zero, one, two, few}) == 4 or message.id[0].startswith("%(num)s need"), message.id
            assert few != zero, message.id
            assert all("%" in form for form in (few, many, other)), message.id


def test_placeholders_are_kept() -> None:
    """One and two are words in Arabic, so the first three forms may do without the number."""
    for message in messages():
        wanted = set(PLACE.findall("".join(ids(message))))
        for form, text in enumerate(strings(message)):
            found = set(PLACE.findall(text))
            missing = wanted - found
            assert found <= wanted, (ids(message), text)
            assert not missing or (message.pluralizable and form < 3 and missing <= {"%(num)s", "%(count)s"}), (ids(message), text)
            assert "%" not in PLACE.sub("", text), (ids(message), text)


@pytest.mark.parametrize("wrong", [*",;?\"“”", "  ", "اً", "ـ", " ،", " .", " ؛"])
def test_signs_are_arabic_ones(wrong: str) -> None:
    assert [text for message in messages() for text in strings(message) if wrong in text.replace("\n", "").replace("لـ«", "")] == []


def test_sentences_end_as_in_english() -> None:
    for message in messages():
        ends = {text[-1] in ".…:" and text[-1] for text in (ids(message)[0], *strings(message))}
        assert len(ends) == 1, (ids(message), strings(message))


def test_quotes_come_in_pairs() -> None:
    assert [text for message in messages() for text in strings(message) if text.count("«") != text.count("»")] == []


def test_no_hamza_or_tanween_is_left_out_and_nobody_is_commanded() -> None:
    wrong = re.compile(rf"(?<![\u0621-\u0652])(?:{'|'.join(MISSPELT + COMMANDS)})(?![\u0621-\u0652])")
    assert [text for message in messages() for text in strings(message) if wrong.search(text)] == []


def test_one_word_a_thing() -> None:
    """The words of the interface (design: names), and none of those that mean the same."""
    others = re.compile(r"تكت|تيكت|زبون|وكيل|ايميل|إيميل|انبوكس|ماسنجر|يوزر|باسورد|كلمة السر")
    assert [text for message in messages() for text in strings(message) if others.search(text)] == []
    wanted = {"Ticket": "التذكرة", "Inbox": "صندوق الوارد", "Internal note": "ملاحظة داخلية", "Agents": "موظفو الدعم", "Customer": "العميل"}
    assert {word: catalogue()[word].string for word in wanted} == wanted


def test_days_and_months_come_from_babel() -> None:
    tables = [names(width, locale="en") for names in (get_day_names, get_month_names) for width in ("wide", "abbreviated")]
    english = {name for table in tables for name in table.values()}
    assert [message.id for message in messages() if message.id in english] == []
