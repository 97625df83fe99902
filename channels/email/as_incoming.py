"""A parsed mail as the house takes messages in; its files are in the store by then."""

from datetime import datetime
from typing import Any

from channels.email.authentication import authentication_of
from channels.email.identity import content_hash, forwarded_of, tokens_in_addresses, tokens_in_text
from helpdesk import store
from helpdesk.actions.raw import Held
from helpdesk.incoming import Incoming, Person, StoredFile
from helpdesk.models import Inbox


def incoming_of(raw: Held, inbox: Inbox, parsed: dict[str, Any], content: bytes, ours: frozenset[str]) -> Incoming:
    """What the house wants to know of it."""
    sender = parsed.get("from") or {"name": "", "address": raw.envelope_from}
    people = {kind: [Person(one["name"] or "", one["address"] or "") for one in parsed.get(kind) or []] for kind in ("to", "cc")}
    return Incoming(
        raw_message_id=raw.id,
        inbox_id=raw.inbox_id,
        channel="email",
        external_id=(parsed.get("message_id") or "")[:500],
        content_hash=content_hash(content),
        sender_kind="email",
        sender=Person(sender["name"] or "", sender["address"] or "unknown"),
        authentication=authentication_of(parsed, inbox.authserv_id),
        plain_sender=bool((parsed.get("sender") or {}).get("verified_form")),
        subject=parsed.get("subject") or "",
        text=parsed.get("text") or "",
        reply_text=parsed.get("reply_text") or "",
        html=parsed.get("html"),
        language=parsed.get("language") or "",
        sent_at=moment(parsed.get("date")),
        to=people["to"],
        cc=people["cc"],
        in_reply_to=(parsed.get("in_reply_to") or "")[:500],
        references=[name[:500] for name in parsed.get("references") or []],
        tokens=tokens_in_addresses(addressed(raw, people), ours),
        body_tokens=tokens_in_text(parsed.get("text") or ""),
        forwarded=forwarded_of(parsed.get("forwarded")),
        backfilled=raw.backfilled,
        auto_reply=parsed.get("auto_reply") or "",
        files=[stored(one) for one in parsed.get("attachments") or []],
        signature=parsed.get("signature") or "",
        calendar=parsed.get("calendar") or [],
        search_tokens=parsed.get("search_tokens") or "",
    )


def addressed(raw: Held, people: dict[str, list[Person]]) -> list[str]:
    """Every address it was sent to, by its envelope or by its head."""
    return [raw.envelope_to, *(person.address for kind in ("to", "cc") for person in people[kind])]


def stored(part: dict[str, Any]) -> StoredFile:
    """Its bytes go to the store before the row that names them is written."""
    digest, size = store.keep(part["content"])
    return StoredFile(
        name=(part.get("name") or "")[:255],
        content_type=part["kind"],
        size=size,
        sha256=digest,
        inline=bool(part.get("inline")),
        content_id=(part.get("content_id") or "")[:300],
    )


def moment(text: str | None) -> datetime | None:
    """The Date header, if it makes sense."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
