"""Addresses that people judge: blocked (what comes from them is held), and no longer taken for dead."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.screening import kept_out, live_rows
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.folding import fold_email
from helpdesk.models import Address, Contact, Ticket
from helpdesk.policy import Viewer, visible


def block(viewer: Viewer, address_id: int) -> None:
    """From now on what this address sends is held."""
    with transaction() as session:
        address = seen_address(session, viewer, address_id)
        address.blocked_at = address.blocked_at or clock.now()


def unblock(viewer: Viewer, address_id: int) -> None:
    """What it sends makes tickets again; what was held stays where it is."""
    with transaction() as session:
        seen_address(session, viewer, address_id).blocked_at = None


def take_for_alive(viewer: Viewer, address_id: int) -> None:
    """Somebody knows that mail reaches it again."""
    with transaction() as session:
        address = seen_address(session, viewer, address_id)
        address.undeliverable_at, address.undeliverable_words = None, ""


def seen_address(session: Session, viewer: Viewer, address_id: int) -> Address:
    """The address, locked; NotFound unless the viewer sees a ticket of its contact."""
    address = session.get(Address, address_id, with_for_update=True, populate_existing=True)
    if address is None:
        raise NotFound
    seen = select(Ticket.id).where(Ticket.contact_id == address.contact_id, visible(viewer)).limit(1)
    if session.scalar(seen) is None:
        raise NotFound
    return address


def block_sender(viewer: Viewer, raw_id: int, *, blocked: bool) -> None:
    """The same for the sender of a mail that was kept out; who has never been in a ticket becomes known by it."""
    with transaction() as session:
        raw = kept_out(session, viewer, raw_id)
        rows = live_rows(session, raw_id)
        value = fold_email(rows[-1].detail.get("from", "") if rows else raw.envelope_from)[:254]
        if "@" not in value:
            raise Invalid("sender_missing")
        address = session.scalar(select(Address).where(Address.kind == "email", Address.value == value).with_for_update())
        if address is None:
            address = new_address(session, value)
        address.blocked_at = clock.now() if blocked else None


def new_address(session: Session, value: str) -> Address:
    """A contact that is nothing but this address."""
    contact = Contact(created_at=clock.now())
    session.add(contact)
    session.flush()
    address = Address(contact_id=contact.id, kind="email", value=value, shown=value)
    session.add(address)
    return address
