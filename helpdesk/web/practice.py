"""The practice post office: what customers got, and answering or writing as one of them."""

import smtplib
from email.message import EmailMessage
from email.utils import formataddr, make_msgid

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.errors import Invalid, NotFound
from helpdesk.folding import direction_of
from helpdesk.queries.practice import desk_is_demo, inbox_addresses, practice_mail, practice_mails
from helpdesk.settings import current
from helpdesk.visit.access import allow
from helpdesk.web.practice_letter import Letter, letter_of

blueprint = Blueprint("practice", __name__)


@blueprint.before_request
def only_in_the_demo() -> None:
    """A real desk has no practice post."""
    if not desk_is_demo():
        raise NotFound


@blueprint.get("/practice/mail")
@allow("agent")
def index() -> str:
    """What left, newest first; the newest is open."""
    mails = practice_mails(request.args.get("before", 0, int))
    return render_template("practice/index.html", mails=mails, letter=None, mail=None, addresses=addresses())


@blueprint.get("/practice/mail/<int:mail_id>")
@allow("agent")
def show(mail_id: int) -> str:
    """One mail as its customer sees it."""
    mail = practice_mail(mail_id)
    return render_template("practice/index.html", mails=practice_mails(), mail=mail, letter=letter_of(mail.content), addresses=addresses())


@blueprint.get("/practice/mail/<int:mail_id>/html")
@allow("agent")
def html(mail_id: int) -> Response:
    """The letter's HTML in a page that can run and load nothing."""
    letter = letter_of(practice_mail(mail_id).content)
    body = render_template("messages/letter.html", html=letter.html or "", language=letter.language)
    return Response(body, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"})


@blueprint.get("/practice/mail/<int:mail_id>/raw")
@allow("agent")
def raw(mail_id: int) -> Response:
    """The mail as it left."""
    return Response(practice_mail(mail_id).content, headers={
        "Content-Type": "application/octet-stream", "Content-Disposition": f'attachment; filename="mail-{mail_id}.eml"',
        "Content-Security-Policy": "default-src 'none'; sandbox"})


@blueprint.post("/practice/mail/<int:mail_id>/answer")
@allow("agent")
def answer(mail_id: int) -> AnyResponse:
    """As the customer who got it: in the same thread, to where the mail asks answers to go."""
    mail = practice_mail(mail_id)
    letter = letter_of(mail.content)
    written = EmailMessage()
    written["From"] = mail.envelope_to[0]
    written["To"] = letter.reply_to
    written["Subject"] = letter.subject if letter.subject.lower().startswith("re:") else f"Re: {letter.subject}"
    written["In-Reply-To"] = f"<{letter.message_id}>"
    written["References"] = " ".join(f"<{name}>" for name in [*letter.references, letter.message_id])
    hand_in(written, mail.envelope_to[0], letter.reply_to, body_of(request.form.get("body", ""), letter))
    flash(_("Sent as the customer. It arrives in the desk within a second."))
    return redirect(url_for("practice.show", mail_id=mail_id))


@blueprint.post("/practice/mail")
@allow("agent")
def write() -> AnyResponse:
    """A new mail of a customer: `name`, `from`, `to` (one of our inboxes), `subject`, `body`."""
    sender, recipient = address(request.form.get("from", "")), address(request.form.get("to", ""))
    written = EmailMessage()
    written["From"] = formataddr((" ".join(request.form.get("name", "").split())[:100], sender))
    written["To"] = recipient
    written["Subject"] = " ".join(request.form.get("subject", "").split())[:200]
    hand_in(written, sender, recipient, body_of(request.form.get("body", ""), None))
    flash(_("Sent as the customer. It arrives in the desk within a second."))
    return redirect(url_for("practice.index"))


def addresses() -> list[tuple[str, str]]:
    """Our inboxes as a form offers them."""
    return [(inbox.address, inbox.address) for inbox in inbox_addresses()]


def address(text: str) -> str:
    """A plain address; Invalid for anything else."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid("address_wrong", "from") from error


def body_of(text: str, quoted: Letter | None) -> str:
    """The text with the quoted mail under it, as mail programs send it."""
    if not text.strip():
        raise Invalid("body_missing", "body")
    text = text.replace("\r\n", "\n")
    if quoted is None:
        return text
    arabic, name = direction_of(text) == "rtl", " ".join(filter(None, quoted.sender))
    head = f"في {quoted.date}، كتب {name}:" if arabic else f"On {quoted.date}, {name} wrote:"
    return "\n".join([text, "", head, *(f"> {line}" for line in quoted.text.splitlines())])


def hand_in(mail: EmailMessage, sender: str, recipient: str, text: str) -> None:
    """Over SMTP to our own listener, the road every mail takes."""
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail.set_content(text, cte="base64")
    try:
        with smtplib.SMTP("127.0.0.1", current().practice_smtp_port, timeout=10) as post:
            post.send_message(mail, sender, [recipient])
    except (OSError, smtplib.SMTPException) as error:
        raise Invalid("practice_closed") from error


