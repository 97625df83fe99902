"""What a mail may cost, and the one error for a mail that cannot be read."""

MAX_HEADER_BYTES = 256 * 1024
MAX_PARTS = 1_000
MAX_DEPTH = 50
MAX_PARAMETERS = 100
MAX_HTML_BYTES = 2 * 1024 * 1024
MAX_HTML_DEPTH = 250
MAX_TEXT_CHARACTERS = 4 * 1024 * 1024


class Unreadable(Exception):
    """A mail that cannot be read. `reason` is a few stable words, such as "too many parts"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
