"""Where the desk may connect to: public mail servers on mail ports, and what the operator names in HELPDESK_EGRESS_ALLOW."""

import ipaddress
import socket

from helpdesk.settings import current

MAIL_PORTS = frozenset({25, 465, 587, 143, 993, 110, 995})
NOT_PUBLIC = [ipaddress.ip_network(text) for text in (
    # what ipaddress calls global and is not: carrier NAT, protocol assignments, 6to4 and Teredo and NAT64, multicast
    "100.64.0.0/10", "192.0.0.0/24", "224.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "ff00::/8",
)]


class Forbidden(Exception):
    """The operator did not allow this address; `args` is a sentence without secrets."""


def resolve(host: str, port: int) -> str:
    """The one address to connect to. Every answer of the name must be allowed, so that a name cannot be turned round in between.

    Raises Forbidden, or OSError when the name is unknown.
    """
    answers = {str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    named = f"{host.lower()}:{port}" in current().egress_allow
    if not named and not all(is_allowed(answer, port) for answer in answers):
        raise Forbidden(f"{host}:{port} is not a public mail server; HELPDESK_EGRESS_ALLOW can name it")
    return sorted(answers)[0]


def is_allowed(address: str, port: int) -> bool:
    """Whether an address may be connected to on that port."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if f"{found}:{port}" in current().egress_allow:
        return True
    public = found.is_global and not any(found in network for network in NOT_PUBLIC if network.version == found.version)
    return public and port in MAIL_PORTS
