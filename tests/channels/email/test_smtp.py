"""One mail over SMTP: what is known when the line breaks, and bytes that arrive as they were."""

import time
from collections.abc import Iterator

import pytest

from channels.channel import Refused, SurelyNotAccepted, Uncertain
from channels.email import smtp
from tests.smtp_sink import Sink

MAIL = b"Message-ID: <one@example.com>\r\nSubject: x\r\n\r\nHello\r\n"


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


def send(sink: Sink, *recipients: str, content: bytes = MAIL, mark: bool = True) -> object:
    marks: list[bool] = []
    server = smtp.Server("127.0.0.1", sink.port, practice=True)
    return smtp.send(server, "support@example.com", list(recipients), content, lambda: marks.append(mark) or mark)


@pytest.mark.parametrize(("recipient", "raised"), [
    ("no@example.com", Refused), ("grey@example.com", SurelyNotAccepted), ("early@example.com", SurelyNotAccepted),
    ("e451@example.com", SurelyNotAccepted), ("e554@example.com", Refused), ("drop@example.com", Uncertain),
])  # fmt: skip
def test_what_is_known_afterwards(sink: Sink, recipient: str, raised: type[Exception]) -> None:
    with pytest.raises(raised) as failure:
        send(sink, recipient)
    assert type(failure.value) is raised
    assert "example.com" not in str(failure.value)


def test_nothing_is_sent_when_the_mark_says_no(sink: Sink) -> None:
    before = len(sink.journal)
    with pytest.raises(SurelyNotAccepted):
        send(sink, "noura@example.com", mark=False)
    assert len(sink.journal) == before


def test_it_is_marked_before_a_byte_of_the_mail_leaves(sink: Sink) -> None:
    def fails() -> bool:
        raise ConnectionError("the database is away")

    before = len(sink.journal)
    with pytest.raises(SurelyNotAccepted):
        smtp.send(smtp.Server("127.0.0.1", sink.port, practice=True), "a@example.com", ["b@example.com"], MAIL, fails)
    assert len(sink.journal) == before


def test_silence_ends(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "DOT_SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(Uncertain):
        send(sink, "hang@example.com")
    assert time.monotonic() - begun < 10


def test_dots_and_line_ends_arrive_as_they_were(sink: Sink) -> None:
    body = b"S: 1\r\n\r\n.\r\n..\r\n.hidden\nbare\rbare\r\n\r\nend"
    send(sink, "noura@example.com", content=body)
    assert sink.journal[-1].content == b"S: 1\r\n\r\n.\r\n..\r\n.hidden\r\nbare\r\nbare\r\n\r\nend\r\n"


def test_nobody_there() -> None:
    with Sink() as gone:
        pass
    with pytest.raises(SurelyNotAccepted):
        send(gone, "noura@example.com")


def test_ten_minutes_are_waited_for_the_last_answer() -> None:
    """RFC 5321 section 4.5.3.2.6."""
    assert smtp.DOT_SECONDS >= 600
