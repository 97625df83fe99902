"""Files on their way to a reader: authorised each time, downloaded; of a picture we know a drawing of our own may be looked at."""

from functools import lru_cache
from html import escape
from urllib.parse import quote

from flask import Blueprint, Response, request

from helpdesk import store
from helpdesk.errors import NotFound
from helpdesk.models import Attachment, Message
from helpdesk.pictures import DRAWN, SHOWN_INLINE, drawn_anew
from helpdesk.queries.ticket import find_attachment
from helpdesk.visit.access import allow, viewer
from helpdesk.web.file_names import shown_name

blueprint = Blueprint("attachments", __name__)
SMALL_BYTES = 20 * 1024
"""What a picture inside a text weighs at most to be taken for a part of its letterhead."""
THUMBNAIL, PICTURE, MOST_BYTES = (176, 128), (1600, 1600), 25 * 1024 * 1024
LOCKED_UP = {
    "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""For whatever is not a page of ours."""


@blueprint.get("/attachments/<int:attachment_id>")
@allow("agent")
def show(attachment_id: int) -> Response:
    """The bytes as they came, as a download."""
    attachment = find_attachment(viewer(), attachment_id)
    path = store.path_of(attachment.sha256)
    if not path.exists():
        raise NotFound
    by_asgi = "asgi.scope" in request.environ
    content = b"" if by_asgi else path.read_bytes()  # a plain WSGI server sends it itself
    return Response(content, headers={
        "Content-Type": "application/octet-stream", "Content-Disposition": f"attachment; filename*=UTF-8''{encoded_name(attachment)}",
        **LOCKED_UP, **({"X-Send-File": quote(str(path))} if by_asgi else {}),
    })


@blueprint.get("/attachments/<int:attachment_id>/picture")
@allow("agent")
def picture(attachment_id: int) -> Response:
    """A picture drawn anew, large enough to be read."""
    return drawing(attachment_id, PICTURE)


@blueprint.get("/attachments/<int:attachment_id>/thumbnail")
@allow("agent")
def thumbnail(attachment_id: int) -> Response:
    """The same for the thread."""
    return drawing(attachment_id, THUMBNAIL)


def drawing(attachment_id: int, box: tuple[int, int]) -> Response:
    """NotFound for all but pictures of known kinds, as their bytes tell."""
    attachment = find_attachment(viewer(), attachment_id)
    fits = attachment.content_type in SHOWN_INLINE and attachment.size <= MOST_BYTES
    content = (small if box == THUMBNAIL else large)(attachment.sha256) if fits else None
    if content is None:
        raise NotFound
    placed = f"inline; filename*=UTF-8''{encoded_name(attachment)}.webp"
    return Response(content, headers={"Content-Type": DRAWN, "Content-Disposition": placed, **LOCKED_UP})


@lru_cache(maxsize=500)
def small(digest: str) -> bytes | None:
    """A thumbnail; the bytes of a hash never change, so it is kept (a few kB each)."""
    return drawn(digest, THUMBNAIL)


def large(digest: str) -> bytes | None:
    """A drawing that fills a window."""
    return drawn(digest, PICTURE)


def drawn(digest: str, box: tuple[int, int]) -> bytes | None:
    """See `pictures.drawn_anew`; None also for a file that is gone."""
    path = store.path_of(digest)
    return drawn_anew(path.read_bytes(), box) if path.exists() else None


def encoded_name(attachment: Attachment) -> str:
    """The name that people may see, as RFC 5987 writes it."""
    return quote(shown_name(attachment.name), safe="")


def shown_files(message: Message) -> list[Attachment]:
    """The files that stand below a message: not the small pictures that its formatting shows in their place."""
    if message.kind == "outgoing":
        return list(message.attachments)
    return [file for file in message.attachments if not (file.inline and file.size <= SMALL_BYTES and is_named(message, file))]


def is_named(message: Message, file: Attachment) -> bool:
    """Whether the formatting names it."""
    return bool(file.content_id) and f'data-cid="{escape(file.content_id.strip("<>"))}"' in (message.html or "")
