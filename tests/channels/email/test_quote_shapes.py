"""What is new in a mail: never less than the customer wrote, and nothing that he quoted.

tests/mail/shapes holds how programs of the world introduce a quote (name, tab, words), what devices add, and what people write that
looks like it; a line break is written as \\n, and people are invented.
"""

import pytest

from channels.email.forward import forwarded_in
from channels.email.quote import reply_text
from tests.channels.email.samples import shapes

LINES, BLOCKS = (dict(row.split("\t", 1) for row in shapes(name)) for name in ("attributions", "blocks"))
DEVICES, OWN = shapes("devices"), shapes("own-words")
MARKED, BARE = "> What is the number?\n> Support", "What is the number?\nSupport"
# Without marks behind it these may be the beginning of a story that the customer tells, so they are shown.
ONLY_BEFORE_MARKS = {"tb fi", "tb et", "tb zh-tw", "posted", "squirrel", "ionos", "ionos en", "orange"}


@pytest.mark.parametrize("shape", [*LINES, *BLOCKS])
def test_an_answer_above(shape: str) -> None:
    words = {**LINES, **BLOCKS}[shape]
    for new in ("It is 5521.", "الرقم ٥٥٢١.\nوشكرًا"):
        assert reply_text(f"{new}\n\n{words}\n\n{MARKED}") == new
        assert reply_text(f"{new}\n{words}\n{MARKED}") == new
        if shape not in ONLY_BEFORE_MARKS:
            assert reply_text(f"{new}\n\n{words}\n\n{BARE}") == new


@pytest.mark.parametrize("shape", LINES)
def test_an_answer_below(shape: str) -> None:
    assert reply_text(f"{LINES[shape]}\n{MARKED}\n\nIt is 5521.") == "It is 5521."


@pytest.mark.parametrize("line", DEVICES)
def test_what_a_device_adds_goes(line: str) -> None:
    assert reply_text(f"It leaks.\n\n{line}") == reply_text(f"It leaks.\n{line}") == "It leaks."


@pytest.mark.parametrize("text", OWN)
def test_what_somebody_tells_stays(text: str) -> None:
    assert forwarded_in(text, "", False) is None
    assert reply_text(text) == text
