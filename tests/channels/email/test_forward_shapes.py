"""What is forwarded, in every form and language of forward_shapes: who wrote it, to whom, what, and that nothing of it is taken for new."""

import pytest

from channels.email.forward import forwarded_in
from channels.email.quote import reply_text
from tests.channels.email.forward_shapes import APPLE, OUTLOOK, THUNDERBIRD, YAHOO
from tests.channels.email.samples import shapes

VALUES = {"f": "Saad Omar <saad@example.com>", "s": "A complaint", "d": "2 June 2025 at 14:25", "t": "layla@example.com",
          "c": "C Deen <c@example.com>, d@example.com", "r": "other@example.com"}  # fmt: skip


def block(order: str, labels: str, between: str = "\n", colon: str = ": ") -> str:
    """The fields in the order of the letters, each behind its label."""
    named = zip(order, labels.split(" "), strict=True)
    return between.join(label.replace("_", " ") + colon + VALUES[letter] for letter, label in named)


def check(text: str, subject: str = "") -> None:
    for before in ("", "Please look at this."):
        whole = f"{before}\n\n{text}".lstrip()
        found = forwarded_in(whole, subject, False)
        assert found is not None
        assert found["from"] == {"name": "Saad Omar", "address": "saad@example.com"}
        assert [person["address"] for person in found["to"] + found["cc"]] == ["layla@example.com", "c@example.com", "d@example.com"]
        assert (found["subject"], found["date"], found["text"]) == ("A complaint", "2 June 2025 at 14:25", "It broke.")
        assert reply_text(whole, True) == before


@pytest.mark.parametrize("language", APPLE)
def test_announced_by_a_sentence(language: str) -> None:
    words, labels = APPLE[language]
    text = f"{words}\n\n{block('fsdtcr', labels)}\n\nIt broke."
    check(text)
    check("\n".join(f"> {line}" for line in text.split("\n")))
    check(text.replace(": ", ":\u00a0"))


@pytest.mark.parametrize("language", THUNDERBIRD)
def test_between_dashes(language: str) -> None:
    words, labels = THUNDERBIRD[language]
    check(f"-------- {words} --------\n{block('sdftc', labels, colon=': ' + chr(9))}\n\n\n\nIt broke.")
    subject, date, sender, *people = labels.split(" ")
    check(f"---------- {words} ---------\n{block('fdstc', ' '.join([sender, date, subject, *people]))}\n\n\nIt broke.")


@pytest.mark.parametrize("language", OUTLOOK)
def test_without_words(language: str) -> None:
    prefix, labels = OUTLOOK[language]
    text = f"{block('fdtcs', labels)}\n\nIt broke."
    check(text)
    check(text, f"{prefix}: A complaint")
    check(f"{'_' * 32}\n{text}", f"{prefix}: A complaint")
    check(text.replace("\n\n", "\n"), f"{prefix}: A complaint")
    check("\n".join(f"*{line.replace(': ', ':* ', 1)}" if ": " in line else line for line in text.split("\n")))


@pytest.mark.parametrize("language", YAHOO)
def test_on_one_line(language: str) -> None:
    words, labels = YAHOO[language]
    check(f"   ----- {words} ----- {block('ftcds', labels, '')}\n It broke.")
    check(f"   ----- {words} -----\n{block('ftcds', labels, '')}\n It broke.")
    check(f"----- {words} -----\n{block('ftcds', labels)}\n\nIt broke.")


@pytest.mark.parametrize("row", shapes("attributions-of-forwards"))
def test_one_line_of_words_under_a_subject_that_says_so(row: str) -> None:
    for body in ("\n\n    It broke.", "\n\n> It broke.", "\nIt broke."):
        found = forwarded_in(f"Look.\n\n{row.partition(chr(9))[2]}{body}", "Fwd: A complaint", False)
        assert found is not None
        assert (found["from"], found["text"]) == ({"name": "Saad Omar", "address": "saad@example.com"}, "It broke.")


@pytest.mark.parametrize("text", [
    "Please forward the parcel to:\nName: Adam Sample\nEmail: adam@example.com\nDate: 2 June 2025",
    "_________\nName: Adam Sample\nEmail: adam@example.com\nDelivery: 2 June 2025",
    "Name: Adam\nAddress: Olaya Street 5\nPhone: 050 000 0000\nDate: 2/6/2025", "From: Riyadh\nOn: 2 June 2025 14:00\nTo: Jeddah",
    "الاسم: آدم\nالبريد: adam@example.com\nالتاريخ: 2/6/2025\nالعنوان: شارع العليا", "From what I see:\nPump: broken\nDate: 2 June 2025",
])  # fmt: skip
def test_a_list_of_a_customers_own_is_no_block(text: str) -> None:
    assert forwarded_in(text, "", False) is None
    assert reply_text(text).replace("_", "").strip() == text.replace("_", "").strip()
