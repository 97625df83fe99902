"""One spelling of an e-mail address or a telephone number, for matching people."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\\s]")
_DIGIT = re.compile(r"\d")


def fold_email(address: str) -> str:
    """Lower case, no invisible characters, domain in its ASCII form (IDNA). What is no address comes back lower-cased."""
    address = _INVISIBLE.sub("", unicodedata.normalize("NFC", address)).strip("<>").lower()
    address = address.removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{_ascii_domain(domain)}" if at else address


def _ascii_domain(domain: str) -> str:
    domain = domain.rstrip(".")
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain


def fold_phone(number: str, region: str = "SA") -> str:
    """E.164 (+966500000001) of a number as people write it, Arabic digits included; only its digits when it cannot be read."""
    import phonenumbers  # 48 MB of tables on disk: loaded when first needed

    plain = _ascii_digits(_INVISIBLE.sub(" ", number)).strip()
    if re.match(r"9660?5[\d\s-]{8,}$", plain):
        plain = "+" + plain
    try:
        parsed = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return "".join(_DIGIT.findall(plain))
    if not phonenumbers.is_possible_number(parsed):
        return "".join(_DIGIT.findall(plain))
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _ascii_digits(text: str) -> str:
    return _DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text)
