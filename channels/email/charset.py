"""Bytes of a mail to text: the declared charset, then utf-8, windows-1256, then a guess; never an error."""

import codecs
import re

# Names that mails use and Python does not know, and names that promise less than the senders mean (WHATWG Encoding Standard).
ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "ansi_x3.4-1968": "cp1252",
    "iso8859-1": "cp1252", "iso-8859-6-i": "iso-8859-6", "iso-8859-6-e": "iso-8859-6", "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "windows-874": "cp874", "tis-620": "cp874",
    "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-mac-arabic": "mac_arabic", "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "ksc5601": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030", "big5": "big5hkscs",
    "cn-big5": "big5hkscs", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "iso-2022-jp": "iso2022_jp_ext", "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8", "utf-8-mac": "utf-8",
    "cp-850": "cp850", "x-unknown": "", "unknown-8bit": "", "unknown": "", "default": "", "x-user-defined": "", "binary": "", "8bit": "",
}
BYTE_CHARSETS = {"cp1252", "cp1254", "latin-1", ""}
UNSAFE_CODECS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
GUESSES = ["cp1251", "koi8_r", "cp1250", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "gb18030", "big5", "cp932", "euc_jp", "cp949",
           "cp874"]
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


def known_charset(declared: str | None) -> str:
    """The Python codec for a charset name in a mail, "" when it is unknown or names no text encoding."""
    if not declared:
        return ""
    name = declared.strip(" \t\r\n\"'").lower().split("*")[0].replace(" ", "")
    name = ALIASES.get(name, name)
    name = re.sub(r"^(?:cp-|x-cp|x-windows-|ms-|win-)(?=\d)", "cp", name)
    try:
        codec = codecs.lookup(ALIASES.get(name, name))
    except (LookupError, ValueError):
        return ""
    usable = codec._is_text_encoding and codec.name.replace("-", "_") not in UNSAFE_CODECS  # noqa: SLF001  the only way to know
    return name if usable else ""


def _is_stateful(charset: str) -> bool:
    """Charsets that write other letters in seven bits, or more than a byte a letter."""
    return charset.startswith(("iso2022", "iso-2022", "hz", "utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf_", "cp037", "cp500"))


def _with_bom(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return decode(content[3:], "utf-8")
    return content.decode("utf-16", "replace")


def _strictly(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return None


def _is_mislabelled(content: bytes, charset: str) -> bool:
    """A one-byte charset fits every byte; text that is strict utf-8 with several long letters is utf-8 all the same."""
    if charset in ("utf-8", "utf8") or not re.fullmatch(r"(?:iso-?8859|cp12|windows|koi8).*", charset):
        return False
    return _strictly(content, "utf-8") is not None


def _without_label(content: bytes, charset: str) -> str:
    """No usable label: strict utf-8, Arabic in windows-1256, utf-8 with a few broken bytes, the label loosely, a guess."""
    text = _strictly(content, "utf-8")
    if text is not None:
        return text
    if looks_arabic(content):
        return content.decode("cp1256")
    loosely = content.decode("utf-8", "replace")
    if loosely.count("\ufffd") * 10 < len(HIGH.findall(content)):
        return loosely
    if (charset and charset not in BYTE_CHARSETS) or not HIGH_RUN.search(content):  # single high letters are western
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


def _guess(content: bytes, charset: str) -> str:
    from charset_normalizer import from_bytes  # it takes long to load, and hardly any mail needs it

    best = from_bytes(content[:20_000], cp_isolation=GUESSES).best()
    text = _strictly(content, best.encoding) if best else None
    return text if text is not None else content.decode(charset or "cp1252", "replace")
