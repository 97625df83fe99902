"""Files on their way to a reader: authorised each time, never rendered as anything but a picture we know."""

from urllib.parse import quote

from flask import Blueprint, Response, request

from helpdesk import store
from helpdesk.errors import NotFound
from helpdesk.pictures import SHOWN_INLINE
from helpdesk.queries.ticket import find_attachment
from helpdesk.web.access import allow, viewer
from helpdesk.web.file_names import shown_name

blueprint = Blueprint("attachments", __name__)


@blueprint.get("/attachments/<int:attachment_id>")
@allow("agent")
def show(attachment_id: int) -> Response:
    """The bytes, as a download; a picture of a known kind may be looked at."""
    attachment = find_attachment(viewer(), attachment_id)
    path = store.path_of(attachment.sha256)
    if not path.exists():
        raise NotFound
    picture = attachment.content_type in SHOWN_INLINE
    name = quote(shown_name(attachment.name), safe="")
    by_asgi = "asgi.scope" in request.environ
    content = b"" if by_asgi else path.read_bytes()  # a plain WSGI server sends it itself
    return Response(content, headers={
        "Content-Type": attachment.content_type if picture else "application/octet-stream",
        "Content-Disposition": f"{'inline' if picture else 'attachment'}; filename*=UTF-8''{name}",
        "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin", **({"X-Send-File": quote(str(path))} if by_asgi else {}),
    })
