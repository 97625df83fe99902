"""No field and no text costs more than its length: what a pattern might try again and again, 60,000 letters of it, in every place."""

import time

from channels.email.limits import Unreadable
from channels.email.parse import parse

PIECES = [
    b" ", b"\r\n ", b"=?utf-8?q?", b"=?utf-8?q?a?= ", b"=?a?b?c", b"?", b"<a@", b"a@b.", b"(", b'\\"', b"a=b;", b"a*0*=",
    b"1.", b"550 ", b"a b ",
]
PLACES = [
    b"Subject: =?utf-8?q?a?=%sx\r\n\r\nx", b"From: x%sx\r\n\r\nx", b"References: x%sx\r\n\r\nx",
    b"Content-Type: text/plain; %sx\r\n\r\nx", b"Subject: Undelivered mail\r\n\r\nnot delivered %sx",
]
LETTERS, SECONDS = 60_000, 2.0


def test_nothing_costs_more_than_its_length() -> None:
    slow = {}
    for place in PLACES:
        for piece in PIECES:
            started = time.process_time()
            try:
                parse(place.replace(b"%s", piece * (LETTERS // len(piece))))
            except Unreadable:
                pass
            if (took := time.process_time() - started) > SECONDS:
                slow[place[:30], piece] = round(took, 1)
    assert slow == {}
