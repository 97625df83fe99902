"""Both databases keep the tokens as they were made: neither cuts, joins nor changes one."""

import sqlite3

import psycopg
import pytest

from helpdesk.folding import index_tokens
from tests.servers import PostgreSQL

TEXTS = [
    "السلام عليكم، أين شحنتي؟ رقم الطلب ٥٥١٢٠٣ وطابعة الـRX-200، والمبلغ ١٬٢٩٩٫٥٠ ريال ضَمَانُ طـــلب",
    "Order INV-2026-00123: write to noura.saleh@example.com or +966 50 000 0123; 1e5 3.14e10 0x1F e-mail don't naïve https://example.com/a/b?c=1",
    "میرا آرڈر ٹکٹ ڑ ژ گاڑی ہے سفارش نرسیده است چک ڤيديو ﻻ ﷺ Привет 注文 데스크 ½ ² ① ﬁ ß İ",
    "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهويى ٱ ٹ ڈ ں ھ ہ ے ۓ ە ۆ ۇ ێ ݐ ݿ ۀ ۂ",
]


@pytest.mark.parametrize("text", TEXTS)
def test_sqlite_keeps_the_tokens(text: str) -> None:
    tokens = index_tokens(text)
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE row USING fts5(tokens, tokenize='unicode61 remove_diacritics 0')")
        database.execute("CREATE VIRTUAL TABLE word USING fts5vocab(row, 'row')")
        database.execute("INSERT INTO row VALUES (?)", (" ".join(tokens),))
        kept = {term for (term,) in database.execute("SELECT term FROM word")}
    assert kept == set(tokens)


def test_postgresql_keeps_the_tokens(postgresql_server: PostgreSQL) -> None:
    with psycopg.connect(postgresql_server.url()) as connection:
        for text in TEXTS:
            tokens = index_tokens(text)
            row = connection.execute("SELECT tsvector_to_array(to_tsvector('simple', %s))", (" ".join(tokens),)).fetchone()
            assert row is not None
            assert set(row[0]) == set(tokens)
            for token in tokens:
                asked = connection.execute("SELECT to_tsquery('simple', %s)::text", (token,)).fetchone()
                assert asked == (f"'{token}'",)
