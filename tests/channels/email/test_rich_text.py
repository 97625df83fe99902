"""The words of a mail that Outlook packed into winmail.dat and wrote nowhere else."""

import struct

import pytest

from channels.email.parse import parse
from channels.email.rtf import unpacked, words_of
from tests.channels.email.rich_mails import attribute, counted, tnef, tnef_mail

# The example of MS-OXRTFCP section 4.1.
EXAMPLE = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")
WRAPPED = (r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
           r"5 \'3c 6 \u1605?\u1585?{\*\htmltag84 <br>}\htmlrtf \line\htmlrtf0 end{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 "
           r"{\*\htmltag27 </html>}}")  # fmt: skip


def packed(rtf: str) -> bytes:
    """The same with nothing shortened."""
    content = rtf.encode("latin-1")
    return struct.pack("<II", len(content) + 12, len(content)) + b"MELA" + b"\0" * 4 + content


def mail(*properties: tuple[int, int, bytes]) -> bytes:
    """One whose text is in its winmail.dat alone, beside a file."""
    values = b"".join(struct.pack("<HH", kind, number) + value for number, kind, value in properties)
    head = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x9007, struct.pack("<II", 1256, 0))
    blob = head + attribute(1, 0x9003, struct.pack("<I", len(properties)) + values) + tnef([("a.bin", b"\0")])[len(head):]
    return tnef_mail(blob).replace(b"See the files.", b"")


def test_unpacking() -> None:
    assert unpacked(EXAMPLE) == "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpacked(packed("{\\rtf1 x}")) == "{\\rtf1 x}"
    for end in range(len(EXAMPLE)):
        assert unpacked(EXAMPLE[:end]) in unpacked(EXAMPLE)


@pytest.mark.parametrize(("rtf", "expected"), [
    (r"{\rtf1\ansi\ansicpg1256{\fonttbl{\f0 Arial;}}\pard \'e3\'d1\'cd\'c8\'c7\par two\tab x}", ("مرحبا\ntwo\tx", False)),
    (r"{\rtf1\uc1 \u1605?\u1585? {\b bold} \{x\} a\~b{\*\generator Riched20;}}", ("مر bold {x} a\u00a0b", False)),
    (WRAPPED, ("<html><p>5 &lt; 6 مر<br>end</p></html>", True)), ("", ("", False)),
    ("{" * 1000, ("", False)), ("}" * 1000 + "x", ("x", False)),
])  # fmt: skip
def test_words(rtf: str, expected: tuple[str, bool]) -> None:
    assert words_of(rtf) == expected


def test_the_words_of_a_packed_mail() -> None:
    text = "تعطل الجهاز"
    cases = [
        (0x1000, 0x1F, counted(text.encode("utf-16-le") + b"\0\0")), (0x1000, 0x1E, counted(text.encode("cp1256") + b"\0")),
        (0x1013, 0x102, counted(f"<p>{text}</p>".encode("cp1256"))),
        (0x1009, 0x102, counted(packed("{\\rtf1\\ansicpg1256 " + "".join(f"\\'{byte:02x}" for byte in text.encode("cp1256")) + "}"))),
    ]
    for case in cases:
        found = parse(mail(case))
        assert (found["text"], found["reply_text"], [file["name"] for file in found["attachments"]]) == (text, text, ["a.bin"])
    both = mail((0x1000, 0x1F, counted(text.encode("utf-16-le") + b"\0\0"))).replace(b"text/plain\r\n\r\n", b"text/plain\r\n\r\nHello")
    assert parse(both)["text"] == "Hello", "what the mail says itself goes first"


def test_hostile_ones_end() -> None:
    for rtf in ("{\\*" * 50_000, "\\u-1?" * 50_000, "{\\htmltag" * 50_000, "\\'" * 100_000, "\\" * 200_000, "a\\par " * 100_000):
        assert isinstance(words_of(rtf)[0], str)
    assert len(unpacked(struct.pack("<II", 99, 0xFFFFFFFF) + b"LZFu" + b"\0" * 4 + b"\xff\0\0" * 3_000_000)) <= 1024 * 1024 + 200
