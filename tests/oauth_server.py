"""A provider of consent for tests: its token endpoint (RFC 6749 with PKCE, RFC 7636) and the introspection that Dovecot asks.

    with Provider("support@example.com") as provider:
        back = provider.agree(address)      # what the person's browser comes back to, for the address it was led to
        provider.revoke()                   # from now on nothing that was given is good
"""

import base64
import json
import secrets
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "the-desk", "client-canary-7Rw"


class Provider:
    """One account. `life`: seconds that a token is good for; `rotates`: a refresh token is good once; `slow`: seconds before each answer;
    `ill`: what it answers instead, (status, body). `asked` are the forms that came to the token endpoint."""

    def __init__(self, account: str) -> None:
        self.account, self.life, self.rotates, self.slow = account, 3600, False, 0.0
        self.ill: tuple[int, bytes] | None = None
        self.more: dict[str, Any] = {}
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh: set[str] = set()
        self.access: set[str] = set()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (Door,), {"provider": self}))
        self.port = int(self.server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def fields(self) -> dict[str, str]:
        """For the form of an inbox."""
        return {"sign_in": "other", "client_id": CLIENT, "client_secret": SECRET, "authorize_url": self.url("/authorize?tenant=x"),
                "token_url": self.url("/token"), "scope": "mail offline"}  # fmt: skip

    def agree(self, address: str) -> str:
        """The person agrees; the path and query of the desk's address to which he is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        wanted = {"response_type": "code", "client_id": CLIENT, "scope": "mail offline", "code_challenge_method": "S256", "tenant": "x"}
        assert {name: asked[name] for name in wanted} == wanted
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        parts = urlsplit(asked["redirect_uri"])
        return f"{parts.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def revoke(self) -> None:
        self.refresh.clear()
        self.access.clear()

    def tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The token endpoint's answer."""
        with self.lock:
            self.asked.append(form)
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
                return 401, {"error": "invalid_client"}
            good = self.takes_code(form) if form["grant_type"] == "authorization_code" else form.get("refresh_token") in self.refresh
            if not good:
                echoed = form.get("refresh_token") or form.get("code")
                return 400, {"error": "invalid_grant", "error_description": f"no good: {echoed}"}
            return 200, self.given(form)

    def takes_code(self, form: dict[str, str]) -> bool:
        """A code is good once, for who knows what its challenge was made of."""
        known = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        return known is not None and (known["code_challenge"], known["redirect_uri"]) == (challenge, form.get("redirect_uri"))

    def given(self, form: dict[str, str]) -> dict[str, Any]:
        """A new access token, and a refresh token where one is due."""
        access = f"at-{secrets.token_urlsafe(600)}"
        self.access.add(access)
        said = {"access_token": access, "token_type": "Bearer", "expires_in": self.life, **self.more}
        if form["grant_type"] == "authorization_code" or self.rotates:
            self.refresh.discard(form.get("refresh_token", ""))
            said["refresh_token"] = f"rt-{secrets.token_urlsafe(32)}"
            self.refresh.add(said["refresh_token"])
        return said


class Door(BaseHTTPRequestHandler):
    """Its HTTP."""

    provider: Provider

    def do_GET(self) -> None:
        """Introspection: whose token it is."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        good = token in self.provider.access
        self.say(200 if good else 401, json.dumps({"active": "true", "username": self.provider.account} if good else {"active": "false"}))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        time.sleep(self.provider.slow)
        if self.provider.ill:
            self.say(self.provider.ill[0], self.provider.ill[1].decode("latin-1"))
            return
        status, said = self.provider.tokens({name: values[0] for name, values in form.items()})
        self.say(status, json.dumps(said))

    def say(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass
