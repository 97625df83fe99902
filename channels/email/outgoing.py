"""The e-mail door, outwards: a message or letter becomes a mail."""

from collections.abc import Callable

from sqlalchemy import select

from channels.channel import Accepted, Refused, SurelyNotAccepted
from channels.email import oauth, smtp
from channels.email.compose import Outgoing, UnsafeHeader, compose
from channels.email.compose_headers import checked_address
from channels.email.credentials import sending_server, was_refused
from channels.email.history import history_of
from channels.email.smtp_login import LoginRefused
from helpdesk import egress, store, vault
from helpdesk.extensions import db
from helpdesk.folding import fold_email
from helpdesk.models import Address, Agent, Attachment, Delivery, Desk, Inbox, Letter, Message, Ticket
from helpdesk.queries.practice import desk_is_demo
from helpdesk.settings import current

NOBODY = 0
"""The contact of a token that was made for somebody whom we do not know yet."""


class EmailChannel:
    """Sends through the SMTP server of the inbox, or through the practice post office."""

    def send(self, delivery: Delivery, mark: Callable[[], bool]) -> Accepted:
        """See Channel."""
        inbox = db.session.get_one(Inbox, delivery.inbox_id)
        try:
            outgoing = mail_of_message(delivery.message, inbox) if delivery.message else mail_of_letter(delivery.letter, inbox)
            content = compose(outgoing)
            recipients = recipients_of(delivery, outgoing)
        except (UnsafeHeader, FileNotFoundError) as error:
            raise Refused(f"not sent: {type(error).__name__}") from error
        server = server_of(inbox)
        db.session.remove()  # nothing is held while the other side thinks
        sender = "" if outgoing.automatic else outgoing.from_address  # RFC 3834 §3.3: nobody answers a robot's mail
        try:
            return smtp.send(server, sender, recipients, content, mark)
        except LoginRefused:
            was_refused(inbox.id, server.bearer)
            raise


def recipients_of(delivery: Delivery, outgoing: Outgoing) -> list[str]:
    """Everybody, once, as SMTP writes addresses; after a send that some were refused at, only those."""
    left = [str(one["address"]) for one in delivery.refused]
    return list(dict.fromkeys(left or [checked_address(address) for _, address in [*outgoing.to, *outgoing.cc]]))


def server_of(inbox: Inbox) -> smtp.Server:
    """The inbox's own server, or the practice post office of this desk. SurelyNotAccepted while we have nothing to sign in with."""
    if inbox.smtp:
        try:
            return sending_server(inbox)
        except vault.LostKey as error:
            raise LoginRefused("the key that sealed the password is gone: type the password again") from error
        except (oauth.ConsentNeeded, egress.Forbidden, OSError) as error:
            raise LoginRefused(f"no token to sign in with: {smtp.decode(str(error))}".rstrip(": ")) from error
    if not desk_is_demo():
        raise SurelyNotAccepted("no mail server is set for this inbox")
    return smtp.Server("127.0.0.1", current().practice_smtp_port, practice=True)


def mail_of_message(message: Message, inbox: Inbox) -> Outgoing:
    """An answer as it leaves: the agent's name, the inbox's address, the thread it stands in."""
    ticket = db.session.get_one(Ticket, message.ticket_id)
    agent = db.session.get(Agent, message.agent_id) if message.agent_id else None
    language = "ar" if message.language == "ar" else "en"
    files = db.session.scalars(select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id)).all()
    return Outgoing(
        from_name=" · ".join(filter(None, [agent.shown_name(language) if agent else "", sender_name(inbox, language)])),
        from_address=inbox.address, to=pairs(message.to), cc=pairs(message.cc),
        reply_to=reply_address(inbox, ticket, message) if inbox.plus_addressing else None,
        subject=message.subject if message.automatic else reply_subject(message.subject),
        text=with_signature(message, agent, language), html=None,
        message_id=message.external_id or "", in_reply_to=message.in_reply_to or None, references=message.references,
        attachments=[content_of(file) for file in files if not is_picture(file)], date=message.created_at,
        pictures=[content_of(file) for file in files if is_picture(file)], history=history_of(message, language),
        automatic=message.automatic, loop_marker=vault.mint_loop_marker(ticket.id) if message.automatic else "",
    )


def is_picture(file: Attachment) -> bool:
    """Shown where it was pasted, rather than attached."""
    return file.inline and file.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")


def content_of(file: Attachment) -> tuple[str, str, bytes]:
    """As the composer of mails takes files."""
    return file.name, file.content_type, store.path_of(file.sha256).read_bytes()


def mail_of_letter(letter: Letter | None, inbox: Inbox) -> Outgoing:
    """A mail of the desk itself."""
    assert letter is not None
    return Outgoing(
        from_name=sender_name(inbox, letter.language), from_address=inbox.address, to=[(letter.to_name, letter.to_address)], cc=[],
        reply_to=None, subject=letter.subject, text=letter.text, html=None,
        message_id=vault.mint_message_id(0, inbox.address.rpartition("@")[2]), in_reply_to=None, references=[], attachments=[],
        date=letter.created_at, automatic=True,
    )


def sender_name(inbox: Inbox, language: str) -> str:
    """Who writes, in the language of the letter."""
    desk = db.session.get(Desk, 1)
    return desk.shown_name(language) if desk else inbox.shown_name(language)


def reply_address(inbox: Inbox, ticket: Ticket, message: Message) -> str:
    """Our address with a token for who is written to: the ticket's contact where he is among them, else the first whom we know; a token
    of nobody when we know none. It names the ticket in every hand, but the person in his own alone."""
    addresses = [fold_email(person["address"]) for person in [*message.to, *message.cc]]
    known = {row.value: row.contact_id for row in db.session.execute(
        select(Address.value, Address.contact_id).where(Address.kind == "email", Address.value.in_(addresses)))}
    written_to = [known[address] for address in addresses if address in known]
    contact_id = ticket.contact_id if ticket.contact_id in written_to else next(iter(written_to), NOBODY)
    local, _, domain = inbox.address.rpartition("@")
    return f"{local}+{vault.mint_reply_token(ticket.id, contact_id)}@{domain}"


def reply_subject(subject: str) -> str:
    """With one "Re:"; a subject that has one keeps it."""
    return subject if subject.lower().startswith(("re:", "رد:")) else f"Re: {subject}".strip()


def with_signature(message: Message, agent: Agent | None, language: str) -> str:
    """The text over the agent's signature in its language."""
    signature = agent.signature_in(language).strip() if agent else ""
    return f"{message.text.rstrip()}\n\n-- \n{signature}\n" if signature else message.text


def pairs(people: list[dict[str, str]]) -> list[tuple[str, str]]:
    """As the composer of mails takes them."""
    return [(person.get("name", ""), person["address"]) for person in people]
