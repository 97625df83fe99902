"""Mails of our own with what programs put into them: an invitation, a signature, a winmail.dat."""

import base64
import datetime as dt
import struct
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

HEAD = "From: Noura Saleh <noura@example.com>\r\nTo: support@example.com\r\nSubject: {}\r\nMIME-Version: 1.0\r\n"
INVITATION = """BEGIN:VCALENDAR
PRODID:-//Example//EN
VERSION:2.0
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Workshop time
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.com
ORGANIZER;CN="Saleh, Noura":mailto:noura@example.com
DTSTART;TZID=Workshop time:20270305T100000
DTEND;TZID=Workshop time:20270305T113000
SUMMARY:زيارة الفني\\, الطابق الثاني
LOCATION:Olaya Street 5\\nRiyadh
DESCRIPTION:A long line that is folded somewhere in its mid
 dle
BEGIN:VALARM
TRIGGER:-PT15M
SUMMARY:not the event's
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def calendar_mail(calendar: str = INVITATION, parameters: str = "; method=REQUEST; charset=utf-8") -> bytes:
    """Text, and an invitation beside it."""
    part = base64.encodebytes(calendar.replace("\n", "\r\n").encode()).decode()
    return (
        HEAD.format("Visit") + "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nPlease come.\r\n"
        f"--b\r\nContent-Type: text/calendar{parameters}\r\nContent-Transfer-Encoding: base64\r\n\r\n{part}\r\n--b--\r\n"
    ).encode()


@lru_cache(maxsize=1)
def signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Noura")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    return made.not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=9999)).sign(key, hashes.SHA256()), key


def signed_mail(text: str = "Order 7 is late.", *, apart: bool = True) -> bytes:
    """S/MIME: the signature apart from the text, or the text inside it."""
    body = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    certificate, key = signer()
    options = [pkcs7.PKCS7Options.Binary] + ([pkcs7.PKCS7Options.DetachedSignature] if apart else [])
    builder = pkcs7.PKCS7SignatureBuilder().set_data(body).add_signer(certificate, key, hashes.SHA256())
    blob = builder.sign(serialization.Encoding.DER, options)
    packed = base64.encodebytes(blob)
    if not apart:
        kind = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        return HEAD.format("Signed").encode() + kind.encode() + packed
    kind = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=s\r\n\r\n'
    last = b'--s\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return HEAD.format("Signed").encode() + kind.encode() + b"--s\r\n" + body + b"\r\n" + last + packed + b"\r\n--s--\r\n"


def tnef(files: list[tuple[str, bytes]], *, by_properties: bool = False) -> bytes:
    """A winmail.dat as Outlook writes it (MS-OXTNEF): the bytes as an attribute, or among the properties."""
    made = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x9007, struct.pack("<II", 1256, 0))
    for name, content in files:
        long_name = name.encode("utf-16-le") + b"\0\0"
        found = [(0x3705, 0x3, struct.pack("<I", 1)), (0x3707, 0x1F, counted(long_name))]
        made += attribute(2, 0x9002, b"\x01\x00" + b"\0" * 12) + attribute(2, 0x8010, name.encode("cp1256", "replace")[:8] + b"\0")
        if by_properties:
            found.append((0x3701, 0xD, counted(b"\x0b\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + content)))
        else:
            made += attribute(2, 0x800F, content)
        packed = b"".join(struct.pack("<HH", kind, number) + value for number, kind, value in found)
        made += attribute(2, 0x9005, struct.pack("<I", len(found)) + packed)
    return made


def attribute(level: int, key: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, key, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def counted(value: bytes) -> bytes:
    """One value of a length of its own, filled up to four."""
    return struct.pack("<II", 1, len(value)) + value + b"\0" * (-len(value) % 4)


def tnef_mail(blob: bytes | None = None) -> bytes:
    """Text, and a winmail.dat beside it."""
    packed = base64.encodebytes(blob or tnef([("خطة العمل.txt", b"a\r\nb\r\n"), ("scan.bin", b"\x89x\0\0\0")])).decode()
    return (
        HEAD.format("Files") + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n"
        '--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{packed}\r\n--b--\r\n"
    ).encode()
