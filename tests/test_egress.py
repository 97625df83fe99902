"""Where the desk may connect to: nothing that stands beside it (safety S22, F8)."""

from dataclasses import replace
from typing import Any

import pytest

from helpdesk import egress

INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "ff02::1",
    "64:ff9b:1::1",
]
SPELT = ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1"]


def test_only_public_addresses_and_mail_ports(app: Any) -> None:
    assert [address for address in INSIDE if egress.is_allowed(address, 25)] == []
    assert [address for address in ("8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8") if not egress.is_allowed(address, 587)] == []
    assert [port for port in (22, 80, 443, 5432, 6379, 0, 65535) if egress.is_allowed("8.8.8.8", port)] == []
    for host in SPELT:
        with pytest.raises((egress.Forbidden, OSError)):
            egress.resolve(host, 25)


def test_the_operator_may_name_one_door_and_no_other(app: Any) -> None:
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=("127.0.0.1:2525", "mail.internal:25"))
    assert egress.resolve("127.0.0.1", 2525) == "127.0.0.1"
    assert egress.resolve("2130706433", 2525) == "127.0.0.1"
    for host, port in (("127.0.0.1", 2526), ("127.0.0.1", 25), ("127.0.0.2", 2525), ("::1", 2525)):
        with pytest.raises(egress.Forbidden):
            egress.resolve(host, port)
