"""One mail over SMTP: what is known when the line breaks, and bytes that arrive as they were."""

import time
from collections.abc import Iterator

import pytest

from channels.channel import Refused, SurelyNotAccepted, Uncertain
from channels.email import smtp
from tests.servers import until
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


@pytest.mark.parametrize("size", [100, 16_000_000], ids=["small", "large"])
@pytest.mark.parametrize(("recipient", "raised", "words"), [
    ("cut@example.com", SurelyNotAccepted, ""), ("big@example.com", Refused, "552 5.3.4 Too big"),
    ("busy@example.com", SurelyNotAccepted, "421 4.3.2 Closing down"),
])  # fmt: skip
def test_what_ends_before_the_final_dot_was_not_taken(
    sink: Sink, size: int, recipient: str, raised: type[Exception], words: str
) -> None:
    """RFC 5321 4.2.5: a server answers for the mail once it has the end of it."""
    before, server = len(sink.journal), smtp.Server("127.0.0.1", sink.port, practice=True)
    with pytest.raises(raised) as failure:
        smtp.send(server, "support@example.com", [recipient], MAIL + b"x\r\n" * (size // 3), takes_a_moment)
    assert type(failure.value) is raised
    assert words in str(failure.value)
    assert len(sink.journal) == before


def takes_a_moment() -> bool:
    """A mark that is committed on a slow disk."""
    time.sleep(0.3)
    return True


def test_it_is_marked_between_the_mail_and_its_final_dot(sink: Sink) -> None:
    before, server = len(sink.journal), smtp.Server("127.0.0.1", sink.port, practice=True)

    def mark() -> bool:
        until(lambda: b"".join(sink.hearing) == MAIL, "the server has all but the dot")
        assert len(sink.journal) == before
        return True

    smtp.send(server, "support@example.com", ["noura@example.com"], MAIL, mark)
    assert [kept.content for kept in sink.journal[before:]] == [MAIL]


def test_nothing_is_sent_when_the_mark_says_no(sink: Sink) -> None:
    before = len(sink.journal)
    with pytest.raises(SurelyNotAccepted):
        send(sink, "noura@example.com", mark=False)
    assert len(sink.journal) == before


def test_nothing_is_sent_when_the_mark_cannot_be_made(sink: Sink) -> None:
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
