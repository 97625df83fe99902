"""Who wrote: what people see and what programs take must be the same (safety F3, S3)."""

import pytest

from channels.email.addresses import people_in, sender_of
from tests.channels.email.samples import read


@pytest.mark.parametrize(("value", "expected"), [
    ("layla@example.com", [("", "layla@example.com")]),
    ("Layla <layla@example.com>, omar@example.com", [("Layla", "layla@example.com"), ("", "omar@example.com")]),
    ('"Sample, Adam" <adam@example.com>', [("Sample, Adam", "adam@example.com")]),
    ("adam@example.com (Adam (the first) Sample)", [("Adam (the first) Sample", "adam@example.com")]),
    ("Team: a@example.com, b@example.com; c@example.com", [("", "a@example.com"), ("", "b@example.com"), ("", "c@example.com")]),
    ("undisclosed-recipients:;", []),
    ("=?utf-8?b?2YTZitmE2Yk=?= <layla@example.com>; omar@example.com", [("ليلى", "layla@example.com"), ("", "omar@example.com")]),
    ("'Adam' <adam@example.com>", [("Adam", "adam@example.com")]), ("root", [("", "root")]), ("", []),
])
def test_people(value: str, expected: list[tuple[str, str]]) -> None:
    assert [(person["name"], person["address"]) for person in people_in(value.encode())] == expected


@pytest.mark.parametrize("value", [
    "adam@example.com", "<adam@example.com>", "Adam Sample <adam@example.com>", '"Sample, Adam" <adam@example.com>', " adam@example.com ",
    "=?utf-8?b?2YTZitmE2Yk=?= <adam@example.com>", "آدم <adam@example.com>", "adam+tag@example.com", "a.d-am@sub.example.com",
])
def test_a_plain_sender_is_of_verified_form(value: str) -> None:
    assert sender_of([("from", value.encode())])["verified_form"]


@pytest.mark.parametrize("value", [
    "adam@example.com]<eve@example.org>", "<support@example.com>eve@example.org", "adam@example.com <eve@example.org>",
    "adam@example.com, eve@example.org", "Adam (adam@example.com) <eve@example.org>", '"adam@example.com <eve@example.org>',
    "adam@example.com\0<eve@example.org>", "Adam <adam@example.com> <eve@example.org>", "adam@example.com@example.org", "adam@",
    "@example.com", "Adam", "", "Team: adam@example.com;", "<@relay.example.org:adam@example.com>", '"adam@example.com"@example.org',
    "adam@example", "adam @example.com", "adam@exa mple.com", "adam@example.com.", ".adam@example.com", "ad..am@example.com",
    "=?utf-8?q?adam=40example.com?=", "=?utf-8?q?adam=40example.com=2C?= eve@example.org", "adam@example.com;", "Adam <adam@[192.0.2.1]>",
    "adam@-example.com", "adam\\@example.com",
])
def test_a_doubtful_sender_is_not(value: str) -> None:
    assert not sender_of([("from", value.encode())])["verified_form"]


def test_two_from_fields_are_not() -> None:
    assert not read("two-from-fields")["sender"]["verified_form"]
    assert not sender_of([])["verified_form"]


@pytest.mark.parametrize("name", ["two-addresses-in-one-from", "address-broken-by-a-bracket"])
def test_the_samples_of_the_trick(name: str) -> None:
    assert not read(name)["sender"]["verified_form"]


@pytest.mark.parametrize("bomb", [
    b"(" * 60_000, b'"' * 60_000, b'"\\' * 30_000, b"<" * 60_000, b"a@b.co," * 9_000, b"=?utf-8?q?" * 6_000, b"a" * 60_000,
])
def test_time_is_linear(bomb: bytes) -> None:
    assert len(people_in(bomb)) <= 500
