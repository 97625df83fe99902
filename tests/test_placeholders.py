"""What is filled into a canned reply and what is not; nothing that somebody wrote is ever run (a table, no template engine)."""

import time

import pytest
from flask_babel import force_locale

from helpdesk.canned_csv import Row, decoded, guarded, read, unguarded, write
from helpdesk.errors import Invalid
from helpdesk.placeholders import Filled, fill, names_in, unknown_in

VALUES = {"customer_name": "نورة", "desk_name": "Example", "agent_name": "", "subject": "{{desk_name}} {{7*7}}"}
LITERAL = (
    "{{7*7}}", "{{ 7*7 }}", "{% for x in y %}", "{%- raw -%}", "${7*7}", "#{7*7}", "{7*7}", "{{'a'*9}}", "{{}}", "{{{}}}", "<%= 7*7 %>",
    "{{ [].__class__ }}", "%(customer_name)s", "{customer_name}", "{0}", "{{\ncustomer_name}}", "{{customer_name", "customer_name}}",
    "[[customer_name]]", "{{customer_name}", "{{()}}", "{{-desk_name}}",
)  # fmt: skip
FILLED = {
    "{{customer_name}}": "نورة",
    "{{ customer_name }}، {{desk_name}}": "نورة، Example",
    "{{\u200fcustomer_name\u200f}}": "نورة",
    "{{{customer_name}}}": "{نورة}",
    "#{{desk_name}} ${{desk_name}}": "#Example $Example",
    "{{subject}}": "{{desk_name}} {{7*7}}",
    "{{customer_name}}{{customer_name}}": "نورةنورة",
}
UNKNOWN = ("customer", "Customer_Name", "customer.name", "ticket.requester.name", "اسم_العميل", "name|upper", "user", "due date")


def test_what_is_filled_in() -> None:
    assert {text: fill(text, VALUES) for text in FILLED} == {text: Filled(found, ()) for text, found in FILLED.items()}
    assert {text: fill(text, VALUES).text for text in LITERAL} == {text: text for text in LITERAL}
    assert [text for text in LITERAL if unknown_in(text) or names_in(text)] == []


def test_what_has_no_value_stays_and_is_named() -> None:
    found = fill("{{due_date}} {{ agent_name }} {{customer_name}} {{due_date}}", VALUES)
    assert found == Filled("{{due_date}} {{agent_name}} نورة {{due_date}}", ("due_date", "agent_name"))
    assert names_in(found.text) == ("due_date", "agent_name")


def test_what_is_meant_as_a_placeholder_and_is_none() -> None:
    assert {name: unknown_in(f"a {{{{ {name} }}}} b") for name in UNKNOWN} == {name: (name,) for name in UNKNOWN}
    assert unknown_in("{{customer_name}} {{7*7}} {{today}}") == ()


@pytest.mark.parametrize("text", ["{{" * 100_000, "{{a" * 70_000, "{{customer_name}}" * 12_000, "{{" + " " * 200_000, "{{ a " * 50_000])
def test_one_pass_costs_no_more_than_its_length(text: str) -> None:
    began = time.process_time()
    fill(text, VALUES)
    unknown_in(text)
    assert time.process_time() - began < 3  # a quadratic way would take minutes


FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '"=1', "'=1", "''=1", "＝1", "＋1", "－1", "＠a", "- a list", "“=1”",
    "=cmd|' /C calc'!A0", "   @x", '=HYPERLINK("http://x.example")',
)  # fmt: skip
HARMLESS = ("", "a", "a=b", "'", "'a", "''", "1", "(=1)", "مرحبا", "{{customer_name}}", "a\n=b")


def test_no_cell_is_a_formula_and_every_cell_comes_back() -> None:
    assert [cell for cell in FORMULAS if guarded(cell) != "'" + cell] == []
    assert [cell for cell in HARMLESS if guarded(cell) != cell] == []
    assert [cell for cell in (*FORMULAS, *HARMLESS) if unguarded(guarded(cell)) != cell] == []


def test_a_table_goes_out_and_comes_in() -> None:
    rows = [Row("ردود", "Hi, all", "أهلًا", "", "ar", "=1\n\n\"a\"، 'b'", 2, "=ردود"), Row("", "Hi", "", "Repairs", "en", "- one\n- two", 3)]
    file = write(rows)
    assert file.startswith(b"\xef\xbb\xbffolder,folder_ar,name,name_ar,team,language,text\r\n")
    assert "'=1\n" in decoded(file)
    assert "'- one\n" in decoded(file)
    assert read(decoded(file)) == rows
    assert read(decoded(file).replace("\r\n", "\n").removeprefix("\ufeff")) == rows


def test_tables_as_people_save_them() -> None:
    tabs, quoted = "Name\tTEXT\tlanguage\nHi\tHello, you\tEN\n\t\t\n", '"text","name","language"\n"Hello, you",Hi,en'
    for text in ("language;name;text\nen;Hi;Hello, you\n", tabs, quoted):
        assert read(text) == [Row("", "Hi", "", "", "en", "Hello, you", 2)], text


TABLES = {
    "": "Missing: name, language, text", "folder,name\nx,y": "Missing: language, text", "name,language,text\n": "no row",
    'name,language,text\na,en,b\nc,en,"open': "Row 3", "name,language,text\na,en,b,c\n": "Row 2",
    "name,language,text\n" + "a,en,b\n" * 2001: "2000",
}  # fmt: skip


def test_what_is_no_such_table(app: object) -> None:
    for text, words in TABLES.items():
        with force_locale("en"), pytest.raises(Invalid, match=words):
            read(text)
    for content, words in ((b"\xff\xfen\x00", "UTF-8"), (b"a" * 400_001, "400")):
        with force_locale("en"), pytest.raises(Invalid, match=words):
            decoded(content)
