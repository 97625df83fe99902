"""The text normalisation that search, matching and de-duplication share (Arabic and Latin). Pure: no I/O, no settings."""

from helpdesk.folding.fold import fold
from helpdesk.folding.identity import fold_email, fold_phone
from helpdesk.folding.language import direction_of, language_of
from helpdesk.folding.tokens import index_tokens, query_tokens, tokens

__all__ = ["direction_of", "fold", "fold_email", "fold_phone", "index_tokens", "language_of", "query_tokens", "tokens"]
