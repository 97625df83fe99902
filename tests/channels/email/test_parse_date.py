"""The Date field in the forms that programs really write; the right moment stands behind a tab, "-" for none."""

import pytest

from channels.email.parse_date import moment_of
from tests.channels.email.samples import shapes


@pytest.mark.parametrize("row", shapes("dates"))
def test_when_a_mail_was_written(row: str) -> None:
    value, _, moment = row.partition("\t")
    assert moment_of(value) == (None if moment == "-" else moment)
