"""A notice came back about a mail of ours: it belongs to that message, and nowhere else."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import deliver
from helpdesk.actions.raw import keep_out
from helpdesk.actions.transaction import transaction
from helpdesk.folding import fold_email
from helpdesk.models import Address, Message, RawMessage

ABOUT_THE_MAIL = re.compile(r"[245]\.(?:3\.4|6\.\d+|7\.\d+)")
"""Too large, its content, or somebody's policy (RFC 3463): another mail to the same address may arrive."""


@dataclass(frozen=True)
class Notice:
    """What a notice says: Message-IDs of ours that it names, the likeliest first; recipients as {"address", "status", "permanent"};
    whether it is for good; the other side's words."""

    ids: list[str]
    recipients: list[dict[str, Any]]
    permanent: bool
    words: str


def take_bounce(raw_id: int, notice: Notice, detail: dict[str, Any]) -> None:
    """On record at its message, with the delivery's state and the addresses that nothing reaches; held when no message has such an id."""
    with transaction() as session:
        raw = session.get_one(RawMessage, raw_id, with_for_update=True, populate_existing=True)
        if raw.state != "received":
            return
        message = message_of(session, notice.ids)
        if message is None:
            keep_out(session, raw, "held", "bounce", "bounce", detail)
            return
        bounces = bounces_of(message, notice, raw_id)
        deliver.prove(session, message, "bounce")
        deliver.bounce(session, message, bounces)
        mark_addresses(session, message, bounces)
        told = {"ticket": str(message.ticket_id), "message": str(message.id), "permanent": "yes" if notice.permanent else ""}
        keep_out(session, raw, "screened", "bounce", "bounce", {**detail, **told})


def message_of(session: Session, ids: list[str]) -> Message | None:
    """The answer of ours that the first known id belongs to. Its delivery is locked later, by whoever changes it."""
    found = {
        message.external_id: message
        for message in session.scalars(select(Message).where(Message.external_id.in_(ids), Message.kind == "outgoing").order_by(Message.id))
    }
    return next((found[name] for name in ids if name in found), None)


def bounces_of(message: Message, notice: Notice, raw_id: int) -> list[dict[str, Any]]:
    """As the delivery keeps them. A server that names another address than we wrote to speaks of the only one there is."""
    written_to = {fold_email(one["address"]): one["address"] for one in [*message.to, *message.cc]}
    only = next(iter(written_to.values())) if len(written_to) == 1 else ""
    told = notice.recipients or [{"address": only, "status": "", "permanent": notice.permanent}]
    return [
        {
            "address": (written_to.get(fold_email(one["address"])) or only or one["address"])[:254], "status": one["status"],
            "permanent": one["permanent"], "words": said(one["status"], notice.words), "raw_message_id": raw_id,
        }
        for one in told[:50]
    ]  # fmt: skip


def said(status: str, words: str) -> str:
    """The other side's words, after the status where they do not state it themselves."""
    return (words if status in words else f"{status} {words}")[:300].strip()


def mark_addresses(session: Session, message: Message, bounces: list[dict[str, Any]]) -> None:
    """Nothing will reach these for good. Only whom the message was sent to can be told of: nobody marks an address of somebody else."""
    written_to = {fold_email(one["address"]) for one in [*message.to, *message.cc]}
    dead = {fold_email(one["address"]): one for one in bounces if one["permanent"] and not ABOUT_THE_MAIL.fullmatch(one["status"])}
    wanted = sorted(written_to & dead.keys())
    for address in session.scalars(select(Address).where(Address.kind == "email", Address.value.in_(wanted)).order_by(Address.id)):
        address.undeliverable_at, address.undeliverable_words = clock.now(), dead[address.value]["words"]
