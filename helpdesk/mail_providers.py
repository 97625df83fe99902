"""What the large providers of mailboxes publish about their servers, and where those with OAuth2 ask for consent."""

from dataclasses import dataclass

CALLBACK = "/inboxes/consent"
"""Where a provider sends people back to, below the desk's public address."""


@dataclass(frozen=True)
class Provider:
    """IMAP always by TLS on 993. `consent`: the key of OAUTH that its mailboxes need or take. `authserv_id`: the name in its
    Authentication-Results, where it is one and the same for everybody."""

    name: str
    imap: str
    smtp: str
    smtp_port: int
    smtp_security: str
    consent: str = ""
    authserv_id: str = ""


PROVIDERS = {
    "google": Provider("Google", "imap.gmail.com", "smtp.gmail.com", 465, "tls", "google", "mx.google.com"),
    "microsoft": Provider("Microsoft 365", "outlook.office365.com", "smtp.office365.com", 587, "starttls", "microsoft"),
    "outlook": Provider("Outlook.com", "outlook.office365.com", "smtp-mail.outlook.com", 587, "starttls", "microsoft"),
    "yahoo": Provider("Yahoo", "imap.mail.yahoo.com", "smtp.mail.yahoo.com", 465, "tls"),
    "icloud": Provider("iCloud", "imap.mail.me.com", "smtp.mail.me.com", 587, "starttls"),
    "zoho": Provider("Zoho Mail", "imap.zoho.com", "smtp.zoho.com", 465, "tls"),
    "fastmail": Provider("Fastmail", "imap.fastmail.com", "smtp.fastmail.com", 465, "tls"),
}


@dataclass(frozen=True)
class Endpoints:
    """Where consent is asked for and tokens are given, for which rights; `more` is said when asking."""

    authorize_url: str
    token_url: str
    scope: str
    more: tuple[tuple[str, str], ...] = ()


OAUTH = {
    "google": Endpoints(
        "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token", "https://mail.google.com/",
        (("access_type", "offline"), ("prompt", "consent")),
    ),
    "microsoft": Endpoints(
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize", "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    ),
    "other": Endpoints("", "", ""),
}
