"""A sample address for every GET route. A route without one fails the tests; {names} are filled in by desk.py from what it made."""

PAGES = {
    "/": "/",
    "/agents": "/agents",
    "/agents/<int(max=2147483647):agent_id>": "/agents/{agent}",
    "/agents/new": "/agents/new",
    "/desk": "/desk",
    "/health": "/health",
    "/held": "/held",
    "/inboxes": "/inboxes",
    "/inboxes/<int(max=2147483647):inbox_id>": "/inboxes/{inbox}",
    "/inboxes/<int(max=2147483647):inbox_id>/consent": "/inboxes/{inbox}/consent",
    "/inboxes/consent": "/inboxes/consent",
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

ELSEWHERE = {"/pictures/<token>": "/pictures/none"}
"""What lies on other people's hosts: there is none of it here."""

FIRST = {"/first-run": "/first-run"}
"""The page of a desk that is nobody's yet."""

LETTERS = {
    "/messages/<int:message_id>/html": "/messages/{message}/html",
    "/practice/mail/<int:mail_id>/html": "/practice/mail/{mail}/html",
}
"""What somebody else wrote, shown inside a frame of ours."""

PARTS = {
    "/inboxes/<int(max=2147483647):inbox_id>/check": "/inboxes/{inbox}/check",
    "/tickets/<int:number>/thread": "/tickets/{ticket}/thread",
    "/tickets/rows": "/tickets/rows",
}
"""Fragments: looked at inside the pages that fetch them."""

ANSWERS = {
    "/attachments/<int:attachment_id>": "/attachments/{attachment}",
    "/attachments/<int:attachment_id>/picture": "/attachments/{attachment}/picture",
    "/attachments/<int:attachment_id>/thumbnail": "/attachments/{attachment}/thumbnail",
    "/healthz": "/healthz",
    "/held/<int:held_id>/raw": "/held/{raw}/raw",
    "/live": "/live",
    "/messages/<int:message_id>/raw": "/messages/{message}/raw",
    "/practice/mail/<int:mail_id>/raw": "/practice/mail/{mail}/raw",
    "/readyz": "/readyz",
    "/static/<path:filename>": "/static/manifest.json",
}
"""Files, streams and words for machines: no page, so they only have to answer."""

MORE = (
    "/held?kind=screened",
    "/held?kind=held",
    "/tickets?view=mine",
    "/tickets?view=snoozed",
    "/tickets?view=spam&sort=oldest",
    "/tickets/{long}?all=1",
    "/search?q=qqqqq",
    "/practice/mail/{letter}",
    "/nothing/of/this/name",
)
"""Pages that look unlike the sample of their route: empty, long, refused."""
