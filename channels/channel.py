"""What a door is: it sends one message and says what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from helpdesk.models import Delivery


class SurelyNotAccepted(Exception):
    """The other side did not take it, for certain; trying again is safe. `words` are its own."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Refused(SurelyNotAccepted):
    """It will not be taken later either."""


class Uncertain(Exception):
    """It may have been taken: the answer never came."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Accepted:
    """Taken. `refused` are recipients that were not: {"address", "words"}."""

    words: str
    refused: list[dict[str, object]] = field(default_factory=list)


class Channel(Protocol):
    """`mark` is called when the last moment to stop has come; False means: do not send."""

    def send(self, delivery: Delivery, mark: Callable[[], bool]) -> Accepted:
        """Raises SurelyNotAccepted, Refused or Uncertain."""
        ...
