"""Reading forms and passwords: cases."""

from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from helpdesk import passwords
from helpdesk.errors import Busy, Invalid
from helpdesk.fields import Fields, Problems, problems_of, zones
from helpdesk.web.browsers import shown_browser


@pytest.fixture(autouse=True)
def texts() -> Any:
    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Reem   Saleh ", "Reem Saleh"),
        ("a\0b", "ab"),
        ("a\x1b[31mb", "a[31mb"),
        ("\u202eevil", "evil"),
        ("e\u0301", "é"),
        ("ريم\u200cالصالح", "ريم\u200cالصالح"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("\ud800", ""),
    ],
)
def test_a_line(text: str, kept: str) -> None:
    assert Fields({"name": text}).line("name") == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Reem@Example.COM", "reem@example.com"),
        (" a@example.sa ", "a@example.sa"),
        ("a@exämple.com", "a@xn--exmple-cua.com"),
        ("reem@example", ""),
        ("", ""),
        ("a b@example.com", ""),
        ("a@example.com,b@example.com", ""),
        ("a@b@example.com", ""),
        ("ريم@example.com", ""),
        ("a@example.com\nBcc: b", ""),
        ("Reem <a@example.com>", ""),
        ("a" * 65 + "@example.com", ""),
        ("x" * 300 + "@example.com", ""),
        ("@example.com", ""),
        ("a@localhost", ""),
    ],
)
def test_an_address(text: str, kept: str) -> None:
    fields = Fields({"email": text})
    assert fields.email() == kept
    assert bool(fields.problems) == (kept == "")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("x" * 11, False),
        ("a quiet one", False),
        ("a quiet one!", True),
        ("كلمة مرور طويلة", True),
        ("x" * 12, False),
        ("ababababababab", False),
        ("x1y2" * 51, False),
        ("me@example.com", False),
        ("ME@EXAMPLE.COM", False),
        ("", False),
    ],
)
def test_a_new_password(text: str, good: bool) -> None:
    fields = Fields({"password": text})
    fields.new_password("password", "me@example.com")
    assert bool(fields.problems) != good


@pytest.mark.parametrize(
    ("text", "kept", "good"),
    [
        ("", 587, True),
        ("25", 25, True),
        ("٢٥", 25, True),
        ("0", 587, False),
        ("65536", 587, False),
        ("-1", 587, False),
        ("²", 587, False),
        ("1e3", 587, False),
    ],
)
def test_a_port(text: str, kept: int, good: bool) -> None:
    fields = Fields({"port": text})
    assert fields.port("port", 587) == kept
    assert bool(fields.problems) != good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("", True),
        ("smtp.example.com", True),
        ("127.0.0.1", True),
        ("localhost", True),
        ("SMTP.Example.com", True),
        ("http://x", False),
        ("a b", False),
        ("-a.com", False),
        ("a..b", False),
        ("x:25", False),
        ("a/../b", False),
        ("a@b", False),
        ("x" * 64 + ".com", False),
    ],
)
def test_a_host(text: str, good: bool) -> None:
    fields = Fields({"host": text})
    fields.host("host")
    assert bool(fields.problems) != good


def test_ids_are_numbers() -> None:
    from werkzeug.datastructures import MultiDict

    form = MultiDict([("ids", text) for text in ("3", "1", "3", "x", "-1", "", "٤", "99999999999", "1.5", " 2")])
    assert Fields(form).ids("ids") == (1, 3)


def test_zones_are_places() -> None:
    assert {"Asia/Riyadh", "Africa/Cairo", "Europe/Berlin"} <= set(zones())
    assert not {"UTC", "Etc/GMT+3", "localtime", "posixrules"} & set(zones())


def test_all_problems_come_at_once() -> None:
    fields = Fields({"email": "x", "language": "fr"})
    fields.email()
    fields.choice("language", ("ar", "en"))
    with pytest.raises(Problems) as raised:
        fields.check()
    assert set(problems_of(raised.value)) == {"email", "language"}
    assert raised.value.field == "email"
    assert problems_of(Invalid("words", "field")) == {"field": "words"}


def test_argon2id_as_the_rfc_has_it() -> None:
    stored = passwords.hash_password("كلمة المرور الطويلة")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.DECOY.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.verify_password(stored, "كلمة المرور الطويلة")
    assert not passwords.verify_password(stored, "كلمة المرور")
    assert not passwords.verify_password(None, "كلمة المرور")
    assert not passwords.needs_rehash(stored)
    assert passwords.needs_rehash(stored.replace("t=3", "t=2"))
    assert len(stored) <= 200


@pytest.mark.parametrize(("typed", "same"), [("cafe\u0301 au lait", "café au lait"), ("a\u00a0b", "a b"), ("x\u3000y", "x y")])
def test_one_password_on_every_keyboard(typed: str, same: str) -> None:
    assert passwords.prepared(typed) == passwords.prepared(same)


def test_nobody_costs_what_somebody_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    class Counting:
        def verify(self, stored: str, _password: str) -> bool:
            looked.append(stored)
            return True

    monkeypatch.setattr(passwords, "HASHER", Counting())
    assert not passwords.verify_password(None, "x")
    assert looked == [passwords.DECOY]


def test_two_at_a_time_and_then_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    with passwords.slot(), passwords.slot(), pytest.raises(Busy):
        passwords.verify_password(None, "x")
    with passwords.slot():
        pass


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "Unknown device"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_browsers_in_words(text: str, words: str) -> None:
    assert shown_browser(text) == words
