"""Signing in at a mail server that sends for us: PLAIN and LOGIN with a password, XOAUTH2 and OAUTHBEARER with a bearer token."""

import base64
import smtplib

from channels.channel import SurelyNotAccepted

MOST_COMMAND = 500
"""RFC 4954 §4: a first answer that does not fit into a command line (512 bytes with its end) waits for the server's go-ahead."""


class LoginRefused(SurelyNotAccepted):
    """The server does not let us in. It may later, when somebody has mended the password or the consent: never refused for good."""


class Unprotected(SurelyNotAccepted):
    """A password would have to go over the line as it is."""


def sign_in(connection: smtplib.SMTP, username: str, password: str, bearer: str, host: str, port: int) -> None:
    """Signs in by the best way that the server offers; LoginRefused with its words when it does not work."""
    offered = str(connection.esmtp_features.get("auth", "")).upper().split()
    tellings = by_token(username, bearer, host, port) if bearer else by_password(username, password)
    ways = [way for way in tellings if way in offered]
    if not ways:
        raise LoginRefused(f"the server offers no way to sign in that fits; it offers: {' '.join(offered) or 'none'}")
    code, words = answer_all(connection, ways[0], tellings[ways[0]])
    if code != 235:
        raise LoginRefused(f"{code} {' '.join(words.decode('utf-8', 'replace').split())}")


def by_password(username: str, password: str) -> dict[str, list[bytes]]:
    """Way -> what is told, in order (RFC 4616; LOGIN is described nowhere and spoken everywhere)."""
    return {"PLAIN": [f"\0{username}\0{password}".encode()], "LOGIN": [username.encode(), password.encode()]}


def by_token(username: str, bearer: str, host: str, port: int) -> dict[str, list[bytes]]:
    """The same with a token (RFC 7628 §3.1). The last part is what an explained refusal wants to hear before it ends (§3.2.3)."""
    name = username.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 §4
    plain = f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {bearer}\x01\x01"
    return {"OAUTHBEARER": [plain.encode(), b"\x01"], "XOAUTH2": [f"user={username}\x01auth=Bearer {bearer}\x01\x01".encode(), b""]}


def answer_all(connection: smtplib.SMTP, way: str, parts: list[bytes]) -> tuple[int, bytes]:
    """The conversation to its end: a part for each time that the server asks on."""
    told = [base64.b64encode(part).decode() for part in parts]
    first = f"{way} {told[0]}"
    if way == "LOGIN" or len(first) > MOST_COMMAND:
        code, words = connection.docmd("AUTH", way)
    else:
        code, words = connection.docmd("AUTH", first)
        told = told[1:]
    for part in told:
        if code != 334:
            break
        code, words = connection.docmd(part)
    return code, words
