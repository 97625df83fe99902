"""Pictures that a mail shows from elsewhere. Nothing of them is loaded until an agent says so; then we fetch them and draw them anew:
their host sees our address, no cookie and no page, and its bytes never reach a browser."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from threading import BoundedSemaphore
from urllib.parse import urljoin

from flask import Blueprint, Response

from helpdesk import egress, vault
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.pictures import DRAWN, drawn_anew
from helpdesk.visit.access import allow
from helpdesk.web.attachments import LOCKED_UP

blueprint = Blueprint("remote_pictures", __name__)
VALID_SECONDS, BOX, MOST_BYTES, MOST_HOPS = 3600, (2000, 4000), 5 * 1024 * 1024, 2
MOVED = frozenset({301, 302, 303, 307, 308})
LINE = BoundedSemaphore(5)
"""Waiting for strangers takes no more of the web process's sixteen threads than this."""


def address(message_id: int, url: str) -> str:
    """Where a picture of that message may be had for an hour. Only we can write one, so nobody makes us fetch what no mail names."""
    said = f"{int(time.time()) + VALID_SECONDS}.{message_id}.{urlsafe_b64encode(url.encode()).decode()}"
    return f"/pictures/{said}.{vault.digest(vault.keys()[-1], 'picture', said)}"


@blueprint.get("/pictures/<token>")
@allow("anyone")
def show(token: str) -> Response:
    """The picture, for whoever has its address: a frame without an origin of its own sends no cookie."""
    url = url_of(token)
    db.session.remove()  # nobody waits for a stranger with a connection in hand
    if not LINE.acquire(blocking=False):
        return Response(status=503, headers={"Retry-After": "5"})
    try:
        content = drawn_anew(fetched(url), BOX)
    finally:
        LINE.release()
    if content is None:
        raise NotFound
    return Response(content, headers={
        "Content-Type": DRAWN, **LOCKED_UP, "Cross-Origin-Resource-Policy": "cross-origin", "Referrer-Policy": "no-referrer",
    })


def url_of(token: str) -> str:
    """The address in a token of ours that is still good; else NotFound."""
    said, _, mac = token.rpartition(".")
    expires, _, rest = said.partition(".")
    if not vault.holds("picture", said, mac) or int(expires) < time.time():
        raise NotFound
    return urlsafe_b64decode(rest.rpartition(".")[2]).decode()


def fetched(url: str) -> bytes:
    """Its bytes; a picture that has moved is followed, each step through the same gate. NotFound when it cannot be had."""
    headers = {"Accept": "image/webp,image/png,image/jpeg,image/gif"}
    try:
        for _ in range(MOST_HOPS + 1):
            status, answered, content = egress.fetch(encrypted(url), headers=headers, most_bytes=MOST_BYTES)
            if status not in MOVED:
                break
            url = urljoin(url, answered.get("location", ""))
    except (egress.Forbidden, OSError, ValueError) as error:
        raise NotFound from error
    if status != 200:
        raise NotFound
    return content


def encrypted(url: str) -> str:
    """The same by https, which most hosts speak; plain http only where the operator names the host."""
    try:
        egress.read_url(url)
    except egress.Forbidden:
        return "https:" + url[5:] if url[:5].lower() == "http:" else url
    return url
