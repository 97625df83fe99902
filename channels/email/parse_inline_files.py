"""Files that old programs wrote into the text itself: uuencode, its form in base64, and yEnc."""

import re

from channels.email.attachments import Attachment, attachment, safe_name
from channels.email.charset import decode
from channels.email.headers import from_base64
from channels.email.parse_mime import from_uuencoded

UUENCODED = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?:(?!end[ \t]*$)[ -`][^\n]{0,100}\n)*+\n?end[ \t]*$", re.MULTILINE)
IN_BASE64 = re.compile(r"^begin-base64 [0-7]{3,4} ([^\n]{1,200})\n((?:[A-Za-z0-9+/=]{1,100}\n)*?)====[ \t]*$", re.MULTILINE)
YENCODED = re.compile(
    rb"^=ybegin [^\r\n]*name=([^\r\n]{1,300})\r?\n(?:=ypart [^\r\n]*\r?\n)?((?:(?!=yend)[^\n]*\n)*+)=yend [^\r\n]*(?:\r?\n|$)",
    re.MULTILINE)
LINE_ENDS = re.compile(rb"[\r\n]+")
ESCAPED = re.compile(rb"=(.)", re.DOTALL)
MINUS_42, MINUS_64 = bytes((byte - 42) % 256 for byte in range(256)), bytes((byte - 64) % 256 for byte in range(256))
KIND = "application/octet-stream"


def without_uuencoded(text: str) -> tuple[str, list[Attachment]]:
    """The text without the files between `begin 644 name` and `end`, or `begin-base64` and `====`, and those files."""
    files: list[Attachment] = []

    def kept(found: re.Match[str]) -> str:
        is_base64 = found.re is IN_BASE64
        content = from_base64(found.group(2).encode()) if is_base64 else from_uuencoded(found.group().encode("utf-8", "replace"))
        files.append(attachment(safe_name(found.group(1)) or "attachment", KIND, content))
        return ""

    if "\nend" in text:
        text = UUENCODED.sub(kept, text)
    if "\n====" in text and "begin-base64 " in text:
        text = IN_BASE64.sub(kept, text)
    return text, files


def without_yencoded(content: bytes) -> tuple[bytes, list[Attachment]]:
    """The same for yEnc, which writes bytes that are no text: it is taken out before anybody asks for a charset."""
    if b"=ybegin " not in content or b"\n=yend " not in content:
        return content, []
    files: list[Attachment] = []

    def kept(found: re.Match[bytes]) -> bytes:
        name = safe_name(decode(found.group(1), "utf-8").strip(' "')) or "attachment"
        files.append(attachment(name, KIND, from_yencoded(found.group(2))))
        return b""

    last = content.find(b"\n", content.rfind(b"\n=yend ") + 1)  # nothing behind it ends: it is not looked for there again and again
    last = last if last >= 0 else len(content)
    return YENCODED.sub(kept, content[:last + 1]) + content[last + 1:], files


def from_yencoded(body: bytes) -> bytes:
    """Each byte is 42 more than it was; one behind an equals sign another 64."""
    plain = ESCAPED.sub(lambda found: found.group(1).translate(MINUS_64), LINE_ENDS.sub(b"", body))
    return plain.translate(MINUS_42)
