"""Intake and `mail inspect` read by one function: forty mails come in by LMTP and by IMAP, and what is stored is what inspect says."""

import smtplib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.email import intake
from channels.email.inspect import inspect_file
from channels.email.parser_child import Parser
from helpdesk.extensions import db
from helpdesk.models import Message, RawMessage
from tests.channels.email.mailbox_desk import Boxes
from tests.channels.email.rich_mails import calendar_mail, signed_mail, tnef_mail
from tests.channels.email.samples import FOLDER, mail
from tests.serving.doors import Door

WORDS = ["طابعتي لا تعمل منذ أمس.", "The drum of the washer is loud.", "Die Waschmaschine läuft über.", "洗濯機が動きません。"]
CHARSETS = ["utf-8", "windows-1256", "iso-8859-6", "cp1252", "iso-2022-jp"]


def more() -> list[bytes]:
    """What programs pack in, and words in their charsets."""
    made = [calendar_mail(), signed_mail(), signed_mail(apart=False), tnef_mail()]
    for number, words in enumerate(WORDS):
        for charset in CHARSETS:
            try:
                body = words.encode(charset)
            except UnicodeEncodeError:
                continue
            head = mail("", subject=f"Case {number} {charset}", message_id=f"<{number}.{charset}@example.sa>",
                        date="Mon, 1 Mar 2027 10:00:00 +0300", references="<a@example.sa> <b@example.sa>",
                        content_type=f"text/plain; charset={charset}")
            made.append(head + body + b"\r\n")
    return made


MAILS = [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in sorted(FOLDER.glob("*.eml"))] + more()


def by_lmtp(ground: dict[str, str], boxes: Boxes) -> None:
    door = Door(ground)
    try:
        for content in MAILS:
            with smtplib.LMTP("127.0.0.1", door.lmtp, timeout=30) as line:
                line.sendmail("noura@example.com", ["support@example.com"], content)
    finally:
        door.stop()


def by_imap(ground: dict[str, str], boxes: Boxes) -> None:
    for content in MAILS:
        boxes.post.deliver("support@example.com", content)
    boxes.add()
    boxes.look()
    boxes.come(len(MAILS), 30)


@pytest.mark.parametrize("road", [by_lmtp, by_imap])
def test_what_is_stored_is_what_inspect_says(
    app: Any, boxes: Boxes, parser: Parser, ground: dict[str, str], tmp_path: Path, road: Callable[..., None]
) -> None:
    app.extensions["mail_parser"] = parser
    road(ground, boxes)
    intake.drain()
    raws = db.session.scalars(select(RawMessage).order_by(RawMessage.id)).all()
    assert len(raws) == len(MAILS)
    differing = {}
    for raw, content in zip(raws, MAILS, strict=True):
        if raw.state == "done":
            path = tmp_path / f"{raw.id}.eml"
            path.write_bytes(content)
            said, kept = told(inspect_file(str(path))), stored(db.session.get_one(Message, raw.message_id))
            differing |= {(said["subject"], key): (said[key], kept[key]) for key in said if said[key] != kept[key]}
    assert differing == {}
    assert len([raw for raw in raws if raw.state == "done"]) >= 40


def told(said: dict[str, Any]) -> dict[str, Any]:
    """What inspect says, as far as a message has a column for it."""
    return {
        "subject": said["subject"], "from": (said["from"] or {}).get("address", "noura@example.com"), "to": said["to"], "cc": said["cc"],
        "message_id": said["message_id"], "in_reply_to": said["in_reply_to"], "references": said["references"],
        "date": said["date"][:19] if said["date"] else None, "text": said["text"], "html": said["html"], "reply_text": said["reply_text"],
        "files": [(one["name"], one["size"], one["sha256"], one["inline"]) for one in said["attachments"]],
        "auto_reply": said["auto_reply"] or "",
    }  # fmt: skip


def stored(message: Message) -> dict[str, Any]:
    """The same of a row."""
    return {
        "subject": message.subject, "from": message.from_address, "to": message.to, "cc": message.cc, "message_id": message.external_id,
        "in_reply_to": message.in_reply_to, "references": message.references, "date": message.sent_at and message.sent_at.isoformat()[:19],
        "text": message.text, "html": message.html, "reply_text": message.reply_text,
        "files": [(one.name, one.size, one.sha256, one.inline) for one in message.attachments], "auto_reply": message.auto_reply,
    }  # fmt: skip
