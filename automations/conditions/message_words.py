"""What can be asked of the message that an event is about, else of the customer's newest one."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l

from automations.conditions import choices, columns
from automations.conditions.word import Word, chosen_of_message, flag, holds, of_message
from automations.facts import Facts, Text

MEGABYTE = 1024 * 1024


def recipients(facts: Facts) -> Text:
    """To and Cc, names and addresses."""
    message = facts.message
    return Text("\n".join(f"{one['name']} {one['address']}" for one in [*message.to, *message.cc]) if message else "")


def of_files(column: str) -> Callable[[Facts], Text]:
    """A text of everything that came with the message."""

    def read(facts: Facts) -> Text:
        return Text("\n".join(str(getattr(file, column)) for file in facts.message.attachments) if facts.message else "")

    return read


def file_count(facts: Facts) -> int:
    """Files that came with it; pictures within the text are none."""
    return sum(not file.inline for file in facts.message.attachments) if facts.message else 0


def file_size(facts: Facts) -> float:
    """All of them together, in megabytes."""
    return round(sum(file.size for file in facts.message.attachments) / MEGABYTE, 2) if facts.message else 0


def language(facts: Facts) -> str:
    """Of the message, else of the customer."""
    return (facts.message.language if facts.message else "") or (facts.contact.language if facts.contact else "")


def answers_another(facts: Facts) -> bool:
    """Whether it names a mail before it."""
    return bool(facts.message and (facts.message.in_reply_to or facts.message.references))


WORDS = (
    Word("text", _l("the text"), "message", "text", lambda facts: facts.text),
    Word("whole_text", _l("the text with everything quoted"), "message", "text", of_message("text")),
    Word("message_subject", _l("the subject of the message"), "message", "text", of_message("subject")),
    Word("message_kind", _l("the kind of message"), "message", "choice", chosen_of_message("kind"), choices.message_kinds,
         column=columns.MESSAGE_KIND),
    Word("channel", _l("the channel"), "message", "choice", chosen_of_message("channel"), choices.channels, column=columns.CHANNEL),
    Word("language", _l("the language"), "message", "choice", language, choices.languages, column=columns.LANGUAGE),
    Word("sender", _l("the sender's address"), "message", "text", of_message("from_address")),
    Word("sender_name", _l("the sender's name"), "message", "text", of_message("from_name")),
    Word("recipients", _l("the recipients"), "message", "text", recipients),
    Word("suggested", _l("people are named who take no part yet"), "message", "yes", holds("suggested_cc")),
    Word("files", _l("the names of the files"), "message", "text", of_files("name")),
    Word("file_types", _l("the kinds of the files"), "message", "text", of_files("content_type")),
    Word("file_count", _l("the number of files"), "message", "number", file_count),
    Word("file_size", _l("the size of the files in MB"), "message", "number", file_size),
    Word("invitation", _l("it holds an invitation"), "message", "yes", holds("calendar")),
    Word("answers", _l("it answers an earlier mail"), "message", "yes", answers_another),
    Word("automatic", _l("a program wrote it"), "message", "yes", holds("auto_reply"), column=columns.AUTOMATIC),
    Word("by_desk", _l("the desk wrote it by itself"), "message", "yes", holds("automatic"), column=columns.BY_DESK),
    Word("verified", _l("the sender is proved"), "message", "yes", holds("verified"), column=columns.VERIFIED),
    Word("authentication", _l("the proof of our mail server"), "message", "choice", chosen_of_message("authentication"), choices.proofs,
         column=columns.AUTHENTICATION),
    Word("signature", _l("the signature"), "message", "choice", chosen_of_message("signature"), choices.signatures,
         column=columns.SIGNATURE),
    Word("stranger", _l("a stranger wrote it"), "message", "yes", flag("stranger"), column=columns.STRANGER),
    Word("unverified", _l("nobody vouches for the sender"), "message", "yes", flag("unverified"), column=columns.UNVERIFIED),
    Word("forged", _l("the sender is forged"), "message", "yes", flag("forged"), column=columns.FORGED),
    Word("same_id", _l("it bears the mark of another mail"), "message", "yes", flag("same_id"), column=columns.SAME_ID),
    Word("forwarded", _l("a colleague forwarded it"), "message", "yes", flag("forwarded_by_agent"), column=columns.FORWARDED),
)
