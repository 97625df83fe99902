"""A mail server of another house that wants people to sign in: STARTTLS or TLS, passwords and bearer tokens, and bad manners when asked.

    with MailServer(good={"PLAIN": "secret"}, context=context_of(folder)) as server: ...
"""

import base64
import socketserver
import ssl
import threading
from pathlib import Path
from typing import Any, Self

MOST_COMMAND, MOST_ANSWER = 512, 12288  # RFC 4954 §4
WHY = b'{"status":"401"}'


class MailServer(socketserver.ThreadingTCPServer):
    """`good`: way to sign in -> the secret that is right; {} wants nobody to. With `context` TLS by STARTTLS, or from the start with
    `at_once`. `says`: {command: answer instead}. `echoes`: a refusal, and every later answer, repeats what it was told, plain and coded."""

    daemon_threads = allow_reuse_address = True

    def __init__(
        self, good: dict[str, str], context: ssl.SSLContext | None = None, at_once: bool = False, says: dict[str, str] | None = None,
        echoes: bool = False,
    ) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.good, self.context, self.at_once, self.says, self.echoes = good, context, at_once, says or {}, echoes
        self.port = int(self.server_address[1])
        self.mails: list[bytes] = []
        self.heard: list[str] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """Whoever hangs up is no fault."""


class Talk(socketserver.BaseRequestHandler):
    """One conversation."""

    server: MailServer

    def handle(self) -> None:
        self.secure, self.inside, self.told = False, not self.server.good, ""
        if self.server.at_once:
            self.protect()
        self.reader = self.request.makefile("rb")
        self.say("220 mail.example.net")
        while line := self.reader.readline(MOST_ANSWER):
            verb, _blank, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            self.server.heard.append(verb)
            if verb == "QUIT":
                break
            self.answer(verb, rest, len(line))

    def protect(self) -> None:
        assert self.server.context is not None
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.reader, self.secure = self.request.makefile("rb"), True

    def say(self, words: str) -> None:
        if self.server.echoes and self.told and not words.startswith(("334", "354")):
            words += f" you said {self.told} which is {base64.b64encode(self.told.encode()).decode()}"
        self.request.sendall(f"{words}\r\n".encode())

    def answer(self, verb: str, rest: str, length: int) -> None:
        if verb in self.server.says:
            self.say(self.server.says[verb])
        elif verb == "EHLO":
            upgrade = self.server.context is not None and not self.secure
            more = "STARTTLS" if upgrade else f"AUTH {' '.join(self.server.good)}"
            self.say(f"250-mail.example.net\r\n250-{more}\r\n250 OK")
        elif verb == "STARTTLS":
            self.say("220 Go")
            self.protect()
        elif verb == "AUTH":
            self.sign_in(*rest.partition(" ")[::2]) if length <= MOST_COMMAND else self.say("500 Line too long")
        elif verb == "MAIL" and not self.inside:
            self.say("530 5.7.0 Authentication required")
        elif verb == "DATA":
            self.say("354 Go")
            self.server.mails.append(b"".join(iter(self.reader.readline, b".\r\n")))
            self.say("250 Kept")
        else:
            self.say("250 OK")

    def sign_in(self, way: str, first: str) -> None:
        """Whichever way: the last part of what is told holds the secret."""
        self.server.heard.append(way)
        parts = [first] if first else []
        while len(parts) < (2 if way == "LOGIN" else 1):
            self.say("334 ")
            parts.append(self.reader.readline(MOST_ANSWER).decode().strip())
        self.told = base64.b64decode(parts[-1]).decode()
        secret = {"PLAIN": self.told.split("\0")[-1], "LOGIN": self.told}.get(way, self.told.partition("Bearer ")[2].rstrip("\x01"))
        self.inside = secret == self.server.good.get(way)
        if not self.inside and way.endswith(("BEARER", "2")):
            self.say(f"334 {base64.b64encode(WHY).decode()}")
            assert base64.b64decode(self.reader.readline()) == {"OAUTHBEARER": b"\x01", "XOAUTH2": b""}[way]
        self.told = secret if self.server.echoes else ""
        self.say("235 Welcome" if self.inside else "535 5.7.8 No")


def context_of(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with the certificate in that folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
