"""Bytes of a mail to text: the declared charset, then utf-8, windows-1256, then a guess; never an error."""

import codecs
import re

from channels.email.charset_names import known_charset

BYTE_CHARSETS = {"cp1252", "cp1254", "latin-1", ""}
GUESSES = ["cp1251", "koi8_r", "cp1250", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "gb18030", "big5", "cp932", "euc_jp", "cp949",
           "cp874"]
EAST_ASIAN = {"gb18030", "big5hkscs", "cp949", "cp932", "euc_jp"}
LONG_LETTER = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
HIGH = re.compile(rb"[\x80-\xff]")
ARABIC = re.compile("[\u0621-\u0652\u067e\u0686\u0698\u06a9\u06af\u06cc\u060c\u061b\u061f]")
# What a wrong reading of Arabic as windows-1256 shows: letters of other scripts and signs amid the Arabic ones.
NOT_IN_ARABIC = re.compile("[\u00a2-\u00ff\u0152\u0153\u2020\u2021\u02c6]")


def decode(content: bytes, declared: str | None = None) -> str:
    """Text of the bytes; `declared` is the charset the mail names, or None. Never raises; the text can be stored as utf-8."""
    text = _decoded(content, known_charset(declared))
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # utf-7 can spell half of a surrogate pair


def decode_header(content: bytes) -> str:
    """Text of raw bytes in a header field, where utf-8 alone is allowed (RFC 6532, section 3.2) and no charset can be named.

    Runs of letters carry enough to tell their charset; a lone one may be a German, a Russian or an Arabic letter, and a wrong letter in
    a name is worse than a sign that says one is missing.
    """
    lone = HIGH.search(content) and not HIGH_RUN.search(content)
    return content.decode("utf-8", "replace") if lone else decode(content)


def _decoded(content: bytes, charset: str) -> str:
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _with_bom(content)
    if charset.startswith(("utf-16", "utf16", "utf_16", "utf-32", "utf32", "utf_32")) or content.count(0) * 4 > len(content) > 7:
        charset = _wide(content, charset)
    if content.isascii() and not _is_stateful(charset):
        return _seven_bit(content)
    if charset and charset not in BYTE_CHARSETS:
        text = _strictly(content, charset)
        if text is not None and not _is_mislabelled(content, charset):
            return text
    return _without_label(content, charset)


def _seven_bit(content: bytes) -> str:
    """ASCII, or Japanese with escapes whose label was lost (ISO-2022-JP)."""
    japanese = _strictly(content, "iso2022_jp_ext") if b"\x1b$" in content else None
    return japanese if japanese is not None else content.decode("ascii")


def _is_stateful(charset: str) -> bool:
    """Charsets that write other letters in seven bits, or more than a byte a letter."""
    return charset.startswith(("iso2022", "iso-2022", "hz", "utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf_", "cp037", "cp500"))


def _with_bom(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return decode(content[3:], "utf-8")
    return content.decode("utf-32" if content.startswith(codecs.BOM_UTF32_LE) else "utf-16", "replace")


def _wide(content: bytes, charset: str) -> str:
    """Of text with two or four bytes a letter, or so called: which is it, by where its zeros stand? Without any it is no such text."""
    start = content[:4_000]
    zeros = start.count(0)
    if not zeros and _strictly(content, "utf-8") is not None:
        return "utf-8"
    if zeros * 2 > len(start) or "32" in charset:
        return "utf-32-be" if start[:1] == b"\0" else "utf-32-le"
    if charset.endswith(("le", "be")) or not zeros:
        return charset
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"


def _strictly(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return None


def _is_mislabelled(content: bytes, charset: str) -> bool:
    """A one-byte charset fits every byte; text that is strict utf-8 is utf-8 all the same; beside East Asian ones, more of it."""
    if re.fullmatch(r"(?:iso-?8859|cp12|windows|koi8).*", charset):
        return _strictly(content, "utf-8") is not None
    if charset in EAST_ASIAN and len(LONG_LETTER.findall(content)) >= 4:
        return _strictly(content, "utf-8") is not None
    return False


def _without_label(content: bytes, charset: str) -> str:
    """No usable label: strict utf-8, Arabic in windows-1256, utf-8 with a few broken bytes, the label loosely, a guess."""
    text = _strictly(content, "utf-8")
    if text is not None:
        return text
    if looks_arabic(content):
        return content.decode("cp1256")
    loosely = content.decode("utf-8", "replace")
    broken, high = loosely.count("\ufffd"), len(HIGH.findall(content))
    if broken * 10 < high:
        return loosely
    if charset in ("utf-8", "utf8") and broken == high:  # not one letter of it is utf-8
        charset = ""
    in_runs = sum(map(len, HIGH_RUN.findall(content)))
    # Single high letters are western; under a western label so are a few that meet, as in Turkish or Icelandic.
    if (charset and (charset not in BYTE_CHARSETS or in_runs * 2 < high)) or not in_runs:
        return content.decode(charset or "cp1252", "replace")
    return _guess(content, charset)


def looks_arabic(content: bytes) -> bool:
    """Do the high bytes read as Arabic in windows-1256? They stand in runs, and are nearly all letters in use."""
    high = HIGH.findall(content)
    in_runs = sum(map(len, HIGH_RUN.findall(content)))
    if len(high) < 4 or in_runs * 10 < len(high) * 6:
        return False
    text = b"".join(high).decode("cp1256")
    arabic, foreign = len(ARABIC.findall(text)), len(NOT_IN_ARABIC.findall(text))
    common = sum(text.count(letter) for letter in "اليمنوتربه")
    return arabic * 10 >= len(high) * 8 and foreign * 10 <= len(high) and common * 10 >= len(high) * 4


# Scripts that fill whole words with bytes above 0x7f: their codecs, their letters, and those they use most.
SCRIPTS = (
    (("cp1251", "koi8_r", "iso-8859-5", "cp866"), re.compile("[\u0400-\u045f]"), "оеаинтсрвлк"),
    (("cp1255",), re.compile("[\u05d0-\u05ea]"), "יהולמאשנתרב"), (("cp1253",), re.compile("[\u0386-\u03ce]"), "αοιετσνηυρπκς"),
)


def _by_letters(content: bytes) -> str | None:
    """The reading in which nearly all high bytes are letters of one script, small ones and the common ones mostly."""
    content = content[:20_000]
    best, best_share = "", 0.6
    for codecs_of_script, letters, common in SCRIPTS:
        for codec in codecs_of_script:
            text = content.decode(codec, "replace")
            high = [letter for letter in text if not letter.isascii()]
            known = letters.findall(text)
            share = sum(text.count(letter) for letter in common) / max(1, len(known))
            if len(known) >= 0.97 * len(high) and share > best_share:
                best, best_share = codec, share
    return best or None


def _guess(content: bytes, charset: str) -> str:
    if codec := _by_letters(content):
        return content.decode(codec, "replace")
    from charset_normalizer import from_bytes  # it takes long to load, and hardly any mail needs it

    best = from_bytes(content[:20_000], cp_isolation=GUESSES).best()
    text = _strictly(content, best.encoding) if best else None
    return text if text is not None else content.decode(charset or "cp1252", "replace")
