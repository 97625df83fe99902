"""Everything the product refuses, as one small tree; one handler turns it into pages and JSON."""


class HelpdeskError(Exception):
    """A refusal with a sentence for the person who looks. `status` is its HTTP code."""

    status = 500

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SettingError(HelpdeskError):
    """A setting that cannot be used: the command prints the sentence and exits with 2."""


class NotFound(HelpdeskError):
    """It does not exist, or the asker may not know that it does; the two look alike."""

    status = 404


class Invalid(HelpdeskError):
    """Input that cannot be taken; `field` names the form field the sentence belongs to."""

    status = 422

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class Stopped(HelpdeskError):
    """A send held back: something happened after `seen_event_id` that its author has not seen."""

    status = 409

    def __init__(self, seen_event_id: int) -> None:
        super().__init__("stopped")
        self.seen_event_id = seen_event_id


class KeyReused(HelpdeskError):
    """An idempotency key that came before with another text."""

    status = 409


class TooManyTries(HelpdeskError):
    """A counter that protects people is full; `retry_seconds` says for how long."""

    status = 429

    def __init__(self, sentence: str, retry_seconds: int) -> None:
        super().__init__(sentence)
        self.retry_seconds = retry_seconds


class Busy(HelpdeskError):
    """The database did not let us write in time; nothing was changed."""

    status = 503


class NoRoom(Busy):
    """The disk is full, or nearly; nothing was changed, and it works again as soon as there is room."""


class TooLarge(HelpdeskError):
    """More bytes than the desk takes."""

    status = 413
