"""The charset names of mails as Python's codecs know them."""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

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
# The same for names without their prefix, hyphens and other signs.
SQUEEZED = {
    "utf": "utf-8", "utf8mb4": "utf-8", "utf8mb3": "utf-8", "unicode11utf8": "utf-8", "unicode20utf8": "utf-8", "cp65001": "utf-8",
    "unicode11utf7": "utf-7", "unicode20utf7": "utf-7", "unicode": "utf-16", "ucs2": "utf-16", "iso10646ucs2": "utf-16",
    "unicodefffe": "utf-16-be", "ucs2be": "utf-16-be", "arabic": "cp1256", "arabiciso": "iso-8859-6", "asmo708": "iso-8859-6",
    "macarabic": "mac_arabic", "mac": "mac_roman", "macgreek": "mac_greek", "macturkish": "mac_turkish", "maccyrillic": "mac_cyrillic",
    "maccentraleurroman": "mac_latin2", "macce": "mac_latin2", "koi": "koi8-r", "koi8": "koi8-r", "koi8r": "koi8-r", "koi8ru": "koi8-u",
    "koi8u": "koi8-u", "eucjp": "euc_jp", "euc": "euc_jp", "eucpkdfmtjapanese": "euc_jp", "eucjpms": "euc_jp",
    "iso2022jpms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext", "cp50222": "iso2022_jp_ext", "windows31j": "cp932", "ms932": "cp932",
    "euccn": "gb18030", "chinese": "gb18030", "gb": "gb18030", "gb2312": "gb18030", "gb231280": "gb18030", "cp936": "gb18030",
    "gbk": "gb18030", "hzgb2312": "hz", "big5": "big5hkscs", "cnbig5": "big5hkscs", "cp950": "big5hkscs", "logical": "iso-8859-8",
    "visual": "iso-8859-8", "korean": "cp949", "ksc56011987": "cp949", "ksc56011989": "cp949", "uhc": "cp949", "latin9": "iso-8859-15",
    "latin0": "iso-8859-15", "iso885911987": "cp1252", "iso88591windows31latin1": "cp1252", "ansi": "", "l1": "cp1252", "88591": "cp1252",
}  # fmt: skip
MAX_NAME = 100
UNSAFE_CODECS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}


@lru_cache(maxsize=512)
def known_charset(declared: str | None) -> str:
    """The Python codec for a charset name in a mail, "" when it is unknown or names no text encoding."""
    if not declared or len(declared) > MAX_NAME:
        return ""
    name = re.split(r"[*;,]", declared.strip(" \t\r\n\"'=").lower().removeprefix("charset="))[0].replace(" ", "").strip("\"'")
    return next(filter(None, map(_usable, _names_like(ALIASES.get(name, name)))), "")


def _names_like(name: str) -> Iterator[str]:
    """The name, then what mail programs also call the same: with a prefix, without hyphens, by the number of a code page."""
    yield name
    bare = re.sub(r"^(?:x-)+|^(?:x-)?cs(?=[a-z])", "", name)
    squeezed = re.sub(r"[^a-z0-9]", "", bare)
    for other in (bare, squeezed):
        yield SQUEEZED.get(other, ALIASES.get(other, other))
    if page := re.match(r"(?:windows|win|ms|cp|dos|ibm|ansi|oem)(\d{3,5})", squeezed):
        yield ALIASES.get(f"cp{page.group(1)}", f"cp{page.group(1)}")
    if part := re.match(r"iso_?8859(\d{1,2})", squeezed):
        yield ALIASES.get(f"iso-8859-{part.group(1)}", f"iso-8859-{part.group(1)}")


def _usable(name: str) -> str:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    usable = codec._is_text_encoding and codec.name.replace("-", "_") not in UNSAFE_CODECS  # noqa: SLF001  the only way to know
    return name if usable else ""
