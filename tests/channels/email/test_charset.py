"""Bytes to text, whatever the label says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.charset import decode
from channels.email.charset_names import known_charset
from channels.email.headers import decoded, from_base64, parameters
from channels.email.limits import MAX_PARAMETERS, Unreadable
from tests.channels.email.samples import shapes

ARABIC = "مرحبا، أريد معرفة موعد وصول الطلب رقم 4471 إلى الرياض"


@pytest.mark.parametrize(("encoding", "label"), [
    ("utf-8", "utf-8"), ("utf-8", None), ("utf-8", "us-ascii"), ("utf-8", "windows-1256"), ("cp1256", "windows-1256"), ("cp1256", None),
    ("cp1256", "iso-8859-1"), ("cp1256", "utf-8"), ("cp1256", "x-unknown"), ("iso-8859-6", "iso-8859-6"), ("utf-16", "utf-16"),
    ("utf-8-sig", "iso-8859-1"), ("cp1256", "CP-1256"), ("utf-8", "no-such-charset"),
])
def test_arabic(encoding: str, label: str | None) -> None:
    text = ARABIC.replace("أ", "ا") if encoding == "iso-8859-6" else ARABIC
    assert decode(text.encode(encoding), label) == text


@pytest.mark.parametrize(("text", "encoding", "label"), [
    ("Привет, как дела", "koi8-r", "koi8-r"), ("こんにちは世界", "shift_jis", "Shift_JIS"), ("你好，世界", "gb2312", "gb2312"),
    ("안녕하세요", "euc-kr", "ks_c_5601-1987"), ("naïve café", "latin-1", "iso-8859-1"), ("naïve café", "latin-1", None),
    ("“quoted”", "cp1252", "iso-8859-1"), ("こんにちは", "iso2022_jp", None),
])
def test_others(text: str, encoding: str, label: str | None) -> None:
    assert decode(text.encode(encoding), label) == text


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode_escape", "rot13", "base64", "hex", "zlib", "mbcs", "../etc", "\0", "", " "])
def test_labels_that_are_no_text_encodings(label: str) -> None:
    assert known_charset(label) == ""
    assert decode(b"\\x41", label) == "\\x41"


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "windows-1256", "iso-8859-1", "gb2312", "utf-7", "iso-2022-jp", "utf-16"]))
def test_never_raises(content: bytes, label: str | None) -> None:
    assert isinstance(decode(content, label).encode(), bytes)


def test_half_of_a_surrogate_pair_can_be_stored() -> None:
    assert decode(b"+2AA-", "utf-7").encode() == b"?"


@pytest.mark.parametrize(("value", "expected"), [
    (b"=?utf-8?q?caf=C3=A9?=", "café"), (b"=?utf-8?b?2YU=?= =?utf-8?b?2YY=?=", "من"), (b"a =?utf-8?q?b?= c", "a b c"),
    (b"=?utf-8?q?a_b?=", "a b"), (b"=?utf-8?b?2YTYpw?=", "لا"), (b"=?x?q?=41?=", "A"), (b"=?utf-8*ar?q?=D9=85?=", "م"),
    (b"=?broken", "=?broken"), (b"two\r\n lines", "two lines"), (b"=?utf-8?q?a=0D=0ABcc=3A_x?=", "a Bcc: x"),
])
def test_encoded_words(value: bytes, expected: str) -> None:
    assert decoded(value) == expected


@pytest.mark.parametrize(("content", "expected"), [
    (ARABIC.encode(), ARABIC), (ARABIC.encode("cp1256"), ARABIC),
    ("Jörg".encode(), "Jörg"), ("J\xf6rg M\xfcller".encode("latin-1"), "J\ufffdrg M\ufffdller"),
    (b"=?iso-8859-1?q?J=F6rg?= \xf6", "Jörg \ufffd"),
])
def test_raw_bytes_of_a_header_are_read_where_they_say_enough(content: bytes, expected: str) -> None:
    """0xf6 is ö, ц, ö of the Turks or a vowel sign of the Arabs: a lone one says nothing about its charset, and a field can name none."""
    assert decoded(content) == expected


@given(st.binary(max_size=200))
def test_headers_never_raise_and_stay_on_one_line(value: bytes) -> None:
    assert "\n" not in decoded(value)
    assert "\r" not in decoded(value)


@pytest.mark.parametrize(("value", "expected"), [
    (b"text/plain; charset=utf-8", ("text/plain", {"charset": "utf-8"})),
    (b'a/b; name="x; \\"y\\".pdf"', ("a/b", {"name": 'x; "y".pdf'})), (b"a/b; name*=utf-8''%D9%85", ("a/b", {"name": "م"})),
    (b"a/b; name*1=b; name*0=a", ("a/b", {"name": "ab"})), (b"a/b; name==?utf-8?b?2YU=?=", ("a/b", {"name": "م"})),
    (b"a/b; boundary=\"x", ("a/b", {"boundary": "x"})), (b";;;", ("", {})),
])
def test_parameters(value: bytes, expected: tuple[str, dict[str, str]]) -> None:
    assert parameters(value, MAX_PARAMETERS) == expected


def test_too_many_parameters() -> None:
    with pytest.raises(Unreadable, match="too many parameters"):
        parameters(b"a/b" + b"; x=y" * 200, MAX_PARAMETERS)


@pytest.mark.parametrize(("value", "expected"), [
    (b"YWJj", b"abc"), (b"YW Jj\r\n", b"abc"), (b"YWI=YWI=", b"abab"), (b"YWJjZ", b"abc"), (b"!!", b""),
])
def test_broken_base64(value: bytes, expected: bytes) -> None:
    assert from_base64(value) == expected


@pytest.mark.parametrize("row", shapes("charsets"))
def test_labels_of_the_world(row: str) -> None:
    """tests/mail/shapes/charsets.txt: what the bytes are, how the mail calls it (nothing: it does not say), the text."""
    encoding, label, text = row.split("\t")
    assert decode(text.encode(encoding), label or None) == text


@pytest.mark.parametrize(("value", "expected"), [
    (b'=?utf-8?B?2YXYsdit2KjYpyDZiNij?= =?utf-8?B?2YfZhNin?=', 'مرحبا وأهلا'), (b'=?UTF-8?Q?caf=C3?= =?UTF-8?Q?=A9?=', 'café'),
    (b'=?utf-8?Q?a?==?utf-8?Q?b?=', 'ab'), (b'x=?utf-8?Q?b?=y', 'xby'), (b'=?utf-8?Q?a b c?=', 'a b c'),
    (b'=?utf-8?q?a?=\r\n =?utf-8?q?b?=', 'ab'), (b'=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=', 'こんにちは'),
    (b'=?iso-2022-jp?B?GyRCJDMkcxsoQg==?= =?iso-2022-jp?B?GyRCJEskQSRPGyhC?=', 'こんにちは'), (b'=?gb2312?B?xOO6ww==?=', '你好'),
    (b'=?GB18030?B?xOO6ww==?=', '你好'), (b'=?utf-8?b?2YU?=', 'م'), (b'"=?utf-8?b?2YU=?="', '"م"'),
    (b'=?utf-8?Q?=D9=85=20=D9=86?=', 'م ن'), (b'=?utf8?Q?=D9=85?=', 'م'), (b'=?utf-8mb4?Q?=D9=85?=', 'م'),
    (b'=?unknown-8bit?Q?=D9=85?=', 'م'), (b'=?utf-8?X?abc?=', '=?utf-8?X?abc?='), (b'=?utf-8?Q?a?b?=', 'a?b'), (b'=?utf-8?Q??=', ''),
    (b'=?utf-8?B??= x', 'x'), (b'=?UTF-8?Q?100=25_sure=3F?=', '100% sure?'), (b'=?utf-8?Q?bad=G1hex?=', 'bad=G1hex'),
    (b'=?windows-1256?Q?=E3=D1=CD=C8=C7?=', 'مرحبا'), (b'=?utf-8?q?one?= two =?utf-8?q?three?=', 'one two three'),
    (b'=?us-ascii?Q?Keith_Moore?=', 'Keith Moore'), (b'=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'),
    (b'=?utf-8?B?w6k=?==?utf-8?B?w6g=?=', 'éè'), (b'=?utf-8?Q?a_=E2=82?==?utf-8?Q?=AC_b?=', 'a € b'), (b'=?UTF-8?B?8J+YgA==?=', '😀'),
    (b'=?utf-8?B?8J+Y?= =?utf-8?B?gA==?=', '😀'), (b'=?UTF-7?Q?Fr+APY-sche?=', 'Frösche'), (b'=?utf-8?Q?tab=09x?=', 'tab x'),
    (b'\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7', 'مرحبا'), (b'=?utf-8?q?a?=,=?utf-8?q?b?=', 'a,b'), (b'(=?utf-8?q?a?=)', '(a)'),
    (b'=?utf-8?q?a?=    text', 'a text'),
])  # fmt: skip
def test_encoded_words_as_they_come(value: bytes, expected: str) -> None:
    assert decoded(value) == expected


@pytest.mark.parametrize(("value", "name"), [
    (b"a/b; name*0*=utf-8''%D9%85; name*1*=%D8%B1; name*2=.pdf", 'مر.pdf'), (b"a/b; name*1*=%D8%B1; name*0*=utf-8'ar'%D9%85", 'مر'),
    (b'a/b; name*0="a b"; name*1=" c.pdf"', 'a b c.pdf'), (b"a/b; name*=windows-1256''%E3.txt", 'م.txt'),
    (b"a/b; name*=''x.txt", 'x.txt'), (b"a/b; name*=utf-8''a%20b%28c%29.txt", 'a b(c).txt'),
    (b'a/b; name="=?utf-8?Q?=D9=85.pdf?="', 'م.pdf'), (b'a/b; name="=?utf-8?B?2YU=?= =?utf-8?B?2YYucGRm?="', 'من.pdf'),
    (b'a/b; name=x y.pdf', 'x y.pdf'), (b"a/b; name='x.pdf'", "'x.pdf'"),
    (b'a/b; name="plain.txt"; name*=utf-8\'\'better%D9%85.txt', 'betterم.txt'), (b'a/b;name="a;b.pdf"', 'a;b.pdf'),
    (b'a/b; name = "sp.pdf"', 'sp.pdf'), (b'a/b; NAME=UP.pdf', 'UP.pdf'), (b'a/b; name="q\\"q.pdf"', 'q"q.pdf'),
    (b"a/b; name*0*=UTF-8''%D9; name*1*=%85.pdf", 'م.pdf'), (b'a/b; name="\xd9\x85.pdf"', 'م.pdf'), (b"a/b; name*=utf-8''%", '%'),
    (b'a/b; name*0=a; name*2=c', 'ac'), (b'a/b; name==?iso-8859-1?Q?caf=E9.pdf?=', 'café.pdf'),
    (b"a/b; name*=UTF-8''%22quoted%22.pdf", '"quoted".pdf'), (b"a/b; name*=iso-8859-1'en'%A3%20rates", '£ rates'),
    (b'a/b\r\n\tname=x.pdf', 'x.pdf'), (b'a/b; foo; name=x.pdf', 'x.pdf'), (b'a/b; name=x.pdf;;', 'x.pdf'),
    (b"a/b; name*01*=b; name*00*=utf-8''a", 'ab'), (b'a/b; name=C:\\dir\\x.pdf', 'C:\\dir\\x.pdf'),
])  # fmt: skip
def test_names_of_files_as_they_come(value: bytes, name: str) -> None:
    assert parameters(value, MAX_PARAMETERS)[1]["name"] == name
