"""Files of a mail: their names, and those that Outlook packed into winmail.dat."""

import hashlib
import re
from typing import Any

from channels.email.headers import header
from channels.email.parse_mime import Entity
from channels.email.tnef import files_of

Attachment = dict[str, Any]
MAX_NAME = 200
# Letters that turn, hide or join what stands in a name: controls, zero width, bidirectional overrides (safety S17).
HIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
EXTENSIONS = {"message/rfc822": ".eml", "text/html": ".html", "text/plain": ".txt", "text/calendar": ".ics", "image/jpeg": ".jpg",
              "image/png": ".png", "image/gif": ".gif", "application/pdf": ".pdf", "message/delivery-status": ".txt"}


def attachment(name: str, content_type: str, content: bytes, inline: bool = False, content_id: str | None = None) -> Attachment:
    """One file: {"name", "content_type", "size" (bytes), "sha256", "inline", "content_id", "content"}."""
    return {"name": name, "content_type": content_type, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
            "inline": inline, "content_id": content_id, "content": content}


def attachments_of(entity: Entity) -> list[Attachment]:
    """The file that a part holds, or the files inside a winmail.dat; the blob itself when it cannot be opened."""
    name = name_of(entity)
    if entity.content_type in TNEF_TYPES or name.lower() == "winmail.dat":
        inside = _from_tnef(entity.content)
        if inside:
            return inside
    content_id = header(entity.fields, "Content-ID").strip("<> ") or None
    inline = entity.disposition != "attachment" and (content_id is not None or entity.disposition == "inline")
    return [attachment(name, entity.content_type, entity.content, inline, content_id)]


def declared_name(entity: Entity) -> str:
    """The file name that a part states, made safe to show, or ""."""
    return safe_name(entity.disposition_params.get("filename") or entity.params.get("name") or "")


def name_of(entity: Entity) -> str:
    """The stated name, else one made of the part's own words."""
    stated = declared_name(entity)
    if stated:
        return stated
    extension = EXTENSIONS.get(entity.content_type, "")
    if entity.content_type == "message/rfc822" and entity.children:
        subject = safe_name(header(entity.children[0].fields, "Subject"))
        return (subject or "message")[:MAX_NAME - 4] + extension
    stem = entity.content_type.partition("/")[2] if entity.content_type.startswith("message/") else "attachment"
    return stem + extension


def safe_name(name: str) -> str:
    """A name for people's eyes: no folders, nothing that hides or turns letters, at most MAX_NAME characters."""
    name = HIDDEN.sub("", name).replace("\\", "/").rpartition("/")[2].strip()
    name = "" if name.strip(". ") == "" else name
    if len(name) <= MAX_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    return stem[:MAX_NAME - 20] + dot + extension[:19] if dot else name[:MAX_NAME]


def _from_tnef(content: bytes) -> list[Attachment]:
    """The files inside; their kind is told from their bytes when they are kept."""
    return [attachment(safe_name(file.name) or "attachment", "application/octet-stream", file.content, file.inline, file.content_id or None)
            for file in files_of(content)]
