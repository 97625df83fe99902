"""A sample address for every GET route. A route without one fails the tests; {names} are filled in by desk.py from what it made."""

PAGES = {
    "/": "/",
    "/agents": "/agents",
    "/agents/<int(max=2147483647):agent_id>": "/agents/{agent}",
    "/agents/<int:agent_id>/work": "/agents/{agent}/work",
    "/agents/new": "/agents/new",
    "/away": "/away",
    "/calendars": "/calendars",
    "/calendars/<int(max=2147483647):calendar_id>": "/calendars/{calendar}",
    "/calendars/new": "/calendars/new",
    "/calendars/ranges/<int(max=2147483647):range_id>": "/calendars/ranges/{range}",
    "/calendars/ranges/new": "/calendars/ranges/new",
    "/canned": "/canned",
    "/canned/<int:reply_id>": "/canned/{reply}",
    "/canned/import": "/canned/import",
    "/canned/new": "/canned/new",
    "/desk": "/desk",
    "/health": "/health",
    "/held": "/held",
    "/holidays": "/holidays?year=2027",
    "/holidays/<int(max=2147483647):holiday_id>": "/holidays/{holiday}",
    "/holidays/new": "/holidays/new",
    "/inboxes": "/inboxes",
    "/inboxes/<int(max=2147483647):inbox_id>": "/inboxes/{inbox}",
    "/inboxes/<int(max=2147483647):inbox_id>/consent": "/inboxes/{inbox}/consent",
    "/inboxes/consent": "/inboxes/consent",
    "/inboxes/new": "/inboxes/new",
    "/notices": "/notices",
    "/packs": "/packs",
    "/packs/<key>": "/packs/returns-services",
    "/practice/mail": "/practice/mail",
    "/practice/mail/<int:mail_id>": "/practice/mail/{mail}",
    "/profile": "/profile",
    "/rules": "/rules",
    "/rules/<int:rule_id>": "/rules/{rule}?ticket={ticket}",
    "/rules/<int:rule_id>/simulation/<int:simulation_id>": "/rules/{rule}/simulation/{simulation}",
    "/rules/<int:rule_id>/undo": "/rules/{rule}/undo?since=2026-01-01T10:00",
    "/rules/<int:rule_id>/versions": "/rules/{rule}/versions",
    "/rules/new": "/rules/new?kind=timed",
    "/search": "/search?q=RX-200",
    "/sla/board": "/sla/board?hours=72",
    "/sla/policies": "/sla/policies",
    "/sla/policies/<int(max=2147483647):policy_id>": "/sla/policies/{policy}",
    "/sla/policies/new": "/sla/policies/new",
    "/sla/targets/<int(max=2147483647):target_id>": "/sla/targets/{target}",
    "/tasks/<int:task_id>": "/tasks/{task}",
    "/teams": "/teams",
    "/teams/<int(max=2147483647):team_id>": "/teams/{team}",
    "/macros": "/macros",
    "/macros/<int:macro_id>": "/macros/{macro}",
    "/macros/new": "/macros/new",
    "/queue": "/queue?team={team}",
    "/queue/given": "/queue/given?team={team}&agent={agent}&days=7&by=hand",
    "/teams/<int:team_id>/routing": "/teams/{team}/routing",
    "/teams/new": "/teams/new",
    "/tickets/selection": "/tickets/selection?number={ticket}",
    "/tickets/<int:number>/macros": "/tickets/{ticket}/macros",
    "/tickets/<int:number>/macros/<int:macro_id>": "/tickets/{ticket}/macros/{macro}",
    "/ticket-types": "/ticket-types",
    "/ticket-types/<int:type_id>": "/ticket-types/1",
    "/tickets": "/tickets",
    "/tickets/<int:number>": "/tickets/{ticket}",
    "/tickets/<int:number>/sla": "/tickets/{promised}/sla",
    "/tickets/<int:number>/next": "/tickets/{ticket}/next",
    "/tickets/<int:number>/rules": "/tickets/{ticket}/rules",
    "/views": "/views",
    "/views/<int:view_id>": "/views/{view}",
    "/views/new": "/views/new",
    "/webhooks": "/webhooks",
    "/webhooks/<int:webhook_id>": "/webhooks/{webhook}",
    "/webhooks/<int:webhook_id>/tellings/<int:telling_id>": "/webhooks/{webhook}/tellings/{telling}",
    "/webhooks/new": "/webhooks/new",
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
    "/inboxes/<int(max=2147483647):inbox_id>/backfill": "/inboxes/{inbox}/backfill",
    "/tickets/<int:number>/canned": "/tickets/{ticket}/canned",
    "/notices/short": "/notices/short",
    "/tickets/<int:number>/thread": "/tickets/{ticket}/thread",
    "/tickets/rows": "/tickets/rows",
    "/webhooks/<int:webhook_id>/log": "/webhooks/{webhook}/log",
}
"""Fragments: looked at inside the pages that fetch them."""

ANSWERS = {
    "/attachments/<int:attachment_id>": "/attachments/{attachment}",
    "/attachments/<int:attachment_id>/picture": "/attachments/{attachment}/picture",
    "/attachments/<int:attachment_id>/thumbnail": "/attachments/{attachment}/thumbnail",
    "/canned/export": "/canned/export",
    "/healthz": "/healthz",
    "/held/<int:held_id>/raw": "/held/{raw}/raw",
    "/live": "/live",
    "/messages/<int:message_id>/raw": "/messages/{message}/raw",
    "/practice/mail/<int:mail_id>/raw": "/practice/mail/{mail}/raw",
    "/readyz": "/readyz",
    "/sla/targets/<int(max=2147483647):target_id>.json": "/sla/targets/{target}.json",
    "/tickets/counts": "/tickets/counts",
    "/static/<path:filename>": "/static/manifest.json",
}
"""Files, streams and words for machines: no page, so they only have to answer."""

MORE = (
    "/canned?q=qqqqq",
    "/held?kind=screened",
    "/holidays?year=2040",
    "/held?kind=held",
    "/held?kind=duplicate",
    "/rules?kind=timed",
    "/rules/new",
    "/tickets?view=mine",
    "/tickets?view=v{view}",
    "/tickets?view=v{nothing}",
    "/tickets?view=due",
    "/tickets/{promised}",
    "/tickets?view=undelivered",
    "/tickets?view=snoozed",
    "/tickets?view=spam&sort=oldest",
    "/tickets/{long}?all=1",
    "/search?q=qqqqq",
    "/practice/mail/{letter}",
    "/nothing/of/this/name",
)
"""Pages that look unlike the sample of their route: empty, long, refused."""
