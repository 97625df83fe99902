"""A sample address for every GET route. A route without one fails the tests; {names} are filled in by desk.py from what it made."""

PAGES = {
    "/": "/",
    "/agents": "/agents",
    "/agents/<int(max=2147483647):agent_id>": "/agents/{agent}",
    "/agents/new": "/agents/new",
    "/desk": "/desk",
    "/health": "/health",
    "/inboxes": "/inboxes",
    "/inboxes/<int(max=2147483647):inbox_id>": "/inboxes/{inbox}",
    "/inboxes/new": "/inboxes/new",
    "/practice/mail": "/practice/mail",
    "/practice/mail/<int:mail_id>": "/practice/mail/{mail}",
    "/profile": "/profile",
    "/search": "/search?q=RX-200",
    "/teams": "/teams",
    "/teams/<int(max=2147483647):team_id>": "/teams/{team}",
    "/teams/new": "/teams/new",
    "/tickets": "/tickets",
    "/tickets/<int:number>": "/tickets/{ticket}",
    "/tickets/<int:number>/next": "/tickets/{ticket}/next",
}
"""Whole pages for whoever is signed in."""

DOORS = {
    "/invitation/<token>": "/invitation/{invitation}",
    "/login": "/login",
    "/reset": "/reset",
    "/reset/<token>": "/reset/{reset}",
}
"""Whole pages for whoever is not."""

FIRST = {"/first-run": "/first-run"}
"""The page of a desk that is nobody's yet."""

LETTERS = {
    "/messages/<int:message_id>/html": "/messages/{message}/html",
    "/practice/mail/<int:mail_id>/html": "/practice/mail/{mail}/html",
}
"""What somebody else wrote, shown inside a frame of ours."""

PARTS = {
    "/tickets/<int:number>/thread": "/tickets/{ticket}/thread",
    "/tickets/rows": "/tickets/rows",
}
"""Fragments: looked at inside the pages that fetch them."""

ANSWERS = {
    "/attachments/<int:attachment_id>": "/attachments/{attachment}",
    "/healthz": "/healthz",
    "/live": "/live",
    "/messages/<int:message_id>/raw": "/messages/{message}/raw",
    "/practice/mail/<int:mail_id>/raw": "/practice/mail/{mail}/raw",
    "/raw/<int:raw_id>": "/raw/{raw}",
    "/readyz": "/readyz",
    "/static/<path:filename>": "/static/manifest.json",
}
"""Files, streams and words for machines: no page, so they only have to answer."""

MORE = (
    "/tickets?view=mine",
    "/tickets?view=snoozed",
    "/tickets?view=spam&sort=oldest",
    "/tickets/{long}?all=1",
    "/search?q=qqqqq",
    "/practice/mail/{letter}",
    "/nothing/of/this/name",
)
"""Pages that look unlike the sample of their route: empty, long, refused."""
