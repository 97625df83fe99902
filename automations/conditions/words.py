"""The menu: every word that a condition may ask with. A new noun joins by a table of its rows here, or from elsewhere by `add`."""

from automations.conditions import contact_words, message_words, moment_words, ticket_words
from automations.conditions.word import GROUPS, WORDS, Word, add

TABLES = (ticket_words.WORDS, message_words.WORDS, contact_words.WORDS, moment_words.WORDS)

for table in TABLES:
    for each in table:
        add(each)

__all__ = ["GROUPS", "WORDS", "Word", "add"]
