"""What a step of screening says of a mail, and what it may know beside the mail itself."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """The result of one step: `step` of models.screening.STEPS, `verdict` of VERDICTS, and the details that a person wants to know."""

    step: str
    verdict: str
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What the desk knows. `size` in bytes; `unreadable` says why the mail could not be parsed, "" when it was; `ours` and `blocked` are
    folded addresses; `authserv_id` is the server whose words about the mail count; `released`: somebody wants it as a ticket, `partial`:
    though only its header is here."""

    size: int = 0
    unreadable: str = ""
    ours: frozenset[str] = frozenset()
    authserv_id: str = ""
    blocked: frozenset[str] = frozenset()
    released: bool = False
    partial: bool = False
