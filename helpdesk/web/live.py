"""The stream of hints, and who is where."""

from flask import Blueprint, Response, request

from helpdesk import presence
from helpdesk.errors import Invalid, NotFound
from helpdesk.policy import topics_of_ticket, topics_of_viewer
from helpdesk.queries.ticket import find_ticket
from helpdesk.visit.access import allow, viewer

blueprint = Blueprint("live", __name__)


@blueprint.get("/live")
@allow("agent")
def stream() -> Response:
    """Only says which topics; the serving part drops this answer and holds the stream."""
    asking = viewer()
    topics = [*topics_of_viewer(asking), f"end:agent:{asking.agent_id}"]
    return Response("", content_type="text/event-stream", headers={"X-Live-Topics": ",".join(topics), "X-Live-Agent": str(asking.agent_id)})


@blueprint.post("/live/here")
@allow("agent")
def here() -> tuple[str, int]:
    """Which tickets a browser has open, and in which of them somebody writes."""
    given = request.get_json(silent=True) or {}
    stream_id, tickets = given.get("stream"), given.get("tickets")
    if not isinstance(stream_id, str) or not isinstance(tickets, list):
        raise Invalid("")
    presence.announce(stream_id[:80], viewer().agent_id, [seen for one in tickets[:30] if (seen := place(one))])
    return "", 204


def place(given: object) -> dict[str, object] | None:
    """One ticket of the list, if it may be seen."""
    number = given.get("number") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(number, int) or not 0 < number < 2**31:
        return None
    try:
        ticket = find_ticket(viewer(), number)
    except NotFound:
        return None
    return {"number": number, "state": "writing" if given.get("state") == "writing" else "viewing", "topics": topics_of_ticket(ticket)}
