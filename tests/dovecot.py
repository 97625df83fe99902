"""A real Dovecot 2.3 for tests: IMAP with and without TLS, LMTP, passwords and bearer tokens, in a temporary folder.

    with Dovecot({"support@example.com": "secret"}) as post:
        post.deliver("support@example.com", b"Subject: Hello\r\n\r\nText\r\n")
        with post.login("support@example.com") as client: ...   # an imapclient.IMAPClient
"""

import grp
import ipaddress
import os
import pwd
import shutil
import signal
import smtplib
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import IMAPClient

from tests.servers import Missing, Server, free_port, until

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
mail_max_userip_connections = 100
disable_plaintext_auth = no
auth_mechanisms = plain {bearers}
auth_failure_delay = 0
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
"""
OAUTH2 = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
INTROSPECTION = """
introspection_mode = {mode}
introspection_url = {url}
username_attribute = {username}
active_attribute = active
active_value = true
"""


class Dovecot(Server):
    """IMAP (STARTTLS offered) on `port`, IMAP over TLS on `tls_port`, LMTP on `lmtp_port`; the certificate is for localhost and 127.0.0.1.

    Programs trust it with SSL_CERT_FILE=`ca`. With `introspection_url` bearer tokens are taken too (XOAUTH2 and OAUTHBEARER): Dovecot asks
    there, `introspection_mode` "auth" (GET, the token as bearer), "get" (appended to the URL) or "post" (form field token), and wants
    {"active": "true", "username": user}. `more` are further lines of its configuration.
    """

    def __init__(
        self, users: dict[str, str], introspection_url: str = "", introspection_mode: str = "auth", username_attribute: str = "username",
        more: str = "",
    ) -> None:
        super().__init__()
        self.users = dict(users)
        self.tls_port, self.lmtp_port = free_port(), free_port()
        self.program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        if not Path(self.program).exists() or not Path("/usr/lib/dovecot/lmtp").exists():
            raise Missing("these tests need Dovecot: apt-get install dovecot-imapd dovecot-lmtpd")
        self.introspection, self.more = (introspection_url, introspection_mode, username_attribute), more
        self.owner = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.ca = self.folder / "cert.pem"

    def account(self) -> dict[str, Any]:
        """It never runs as root; all its processes are one group."""
        name = {"user": self.owner.pw_name, "group": self.owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        return name | {"start_new_session": True}

    def end(self, how: signal.Signals) -> None:
        """At once, whatever was asked: its own way of ending takes a second."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def start(self) -> None:
        if not self.ca.exists():
            make_certificate(self.folder)
        self.write_users()
        self.write_config()
        for path in [self.folder, *self.folder.iterdir()]:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        super().start()

    def write_users(self) -> None:
        """Dovecot reads the file again when it has changed."""
        beside = self.folder / "users.new"
        beside.write_text("".join(f"{name}:{{PLAIN}}{password}::::::\n" for name, password in self.users.items()))
        os.chown(beside, self.owner.pw_uid, self.owner.pw_gid)
        beside.replace(self.folder / "users")

    def write_config(self) -> None:
        """Its one file, and the one for bearer tokens."""
        url, mode, username = self.introspection
        text = CONFIG.format(
            folder=self.folder, user=self.owner.pw_name, group=grp.getgrgid(self.owner.pw_gid).gr_name, port=self.port,
            tls_port=self.tls_port, lmtp_port=self.lmtp_port, bearers="xoauth2 oauthbearer" if url else "")
        if url:
            text += OAUTH2.format(folder=self.folder)
            (self.folder / "oauth2.conf").write_text(INTROSPECTION.format(url=url, mode=mode, username=username))
        (self.folder / "dovecot.conf").write_text(text + self.more)

    def command(self) -> list[str]:
        return [self.program, "-F", "-c", str(self.folder / "dovecot.conf")]

    def answers(self) -> bool:
        return all(greets(port) for port in (self.port, self.lmtp_port))

    def deliver(self, address: str, *contents: bytes, sender: str = "somebody@example.net") -> None:
        """Hands mails in by LMTP, all over one connection."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as line:
            for content in contents:
                line.sendmail(sender, [address], content)

    def login(self, user: str) -> IMAPClient:
        """A person's mail program, logged in; a context manager."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        client.login(user, self.users[user])
        return client

    def forget_numbering(self, user: str, uidvalidity: int | None = None) -> None:
        """The INBOX is numbered anew from 1 on, because its index and its list of numbers are lost. The UIDVALIDITY is another one, or
        (as no server should) the one named."""
        folder = self.folder / "mail" / user
        _, numbering, _, name = (folder / "dovecot-uidlist").read_text("ascii", "replace").splitlines()[0].split()
        for path in folder.glob("dovecot*"):
            path.unlink()
        if uidvalidity is not None:
            (folder / "dovecot-uidlist").write_text(f"3 V{uidvalidity} N1 {name}\n")
            os.chown(folder / "dovecot-uidlist", self.owner.pw_uid, self.owner.pw_gid)
        until(lambda: int(time.time()) > int(numbering.removeprefix("V")), "the next second, because a UIDVALIDITY is a time", 5)

    def empty(self) -> None:
        """Nobody has mail, as at the beginning."""
        shutil.rmtree(self.folder / "mail", ignore_errors=True)
        self.write_users()

    def files(self, user: str) -> list[Path]:
        """The mails of an INBOX as they lie on its disk."""
        return [path for part in ("new", "cur") for path in (self.folder / "mail" / user / part).iterdir()]

    @property
    def allowed(self) -> tuple[str, ...]:
        """For HELPDESK_EGRESS_ALLOW, which joins them by commas."""
        return tuple(f"{host}:{port}" for host in ("127.0.0.1", "localhost") for port in (self.port, self.tls_port))


def greets(port: int) -> bool:
    """Whether something says hello there."""
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as line:
            return bool(line.recv(16))
    except OSError:
        return False


def make_certificate(folder: Path) -> None:
    """cert.pem, which is its own authority, and key.pem, for localhost."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=400))
        .add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
