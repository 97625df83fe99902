"""By which hours a promise is counted, and by which its people work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from automations.sla import calendars
from automations.sla.hours import Hours
from automations.sla.kept_hours import row_of
from helpdesk.actions.kept_hours import keep_hours
from helpdesk.models import Calendar, Inbox, Ticket
from helpdesk.queries.calendars import Whose, every, first_for

Found = tuple[int | None, Hours]


@dataclass(frozen=True)
class Instead:
    """What is thought of: hours of calendars, whose hours they are (None: as it is), and words of policies."""

    hours: Mapping[int, Hours] = field(default_factory=dict)
    calendars: Sequence[Whose] | None = None
    definitions: Mapping[int, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Which:
    """Calendars and hours of one transaction, each looked up once; `instead`: what is thought of."""

    session: Session
    instead: Instead = Instead()
    known: dict[Any, Found] = field(default_factory=dict)
    kept: dict[tuple[int | None, int], int] = field(default_factory=dict)

    @cached_property
    def calendars(self) -> Sequence[Whose]:
        """In the order in which they were made."""
        return every(self.session) if self.instead.calendars is None else self.instead.calendars

    def of_policy(self, definition: dict[str, Any], ticket: Ticket) -> Found:
        """Calendar and hours that the policy names: those of the ticket's team, one of its own, or always (no calendar)."""
        said = str(definition.get("calendar", "team"))
        if said == "always":
            return self.once("always", lambda: (None, calendars.always(self.session)))
        if said.isdecimal():
            own = self.once(int(said), lambda: self.of_calendar(next((one for one in self.calendars if one.id == int(said)), None)))
            return own if own[0] is not None else self.of_team(ticket)
        return self.of_team(ticket)

    def of_team(self, ticket: Ticket) -> Found:
        """When those who are told are at work."""
        return self.once((ticket.team_id, ticket.inbox_id), lambda: self.look(ticket))

    def look(self, ticket: Ticket) -> Found:
        """By the team and the door by which the ticket came."""
        channel = self.session.get_one(Inbox, ticket.inbox_id).channel
        return self.of_calendar(first_for(self.calendars, ticket.team_id, channel))

    def of_calendar(self, calendar: Whose | None) -> Found:
        """Its hours, or those that it is thought to have."""
        if calendar is None:
            return None, calendars.always(self.session)
        thought = self.instead.hours.get(calendar.id)
        return calendar.id, thought or calendars.hours_of(self.session, self.session.get_one(Calendar, calendar.id))

    def keep(self, calendar_id: int | None, hours: Hours) -> int:
        """The number under which these hours are written down; the transaction is one that writes. Hours are kept as long as this is."""
        key = (calendar_id, id(hours))
        if key not in self.kept:
            calendar = self.session.get(Calendar, calendar_id) if calendar_id is not None else None
            self.kept[key] = keep_hours(self.session, row_of(hours, calendar))
        return self.kept[key]

    def once(self, key: Any, look: Any) -> Found:
        """What was found before, or now."""
        if key not in self.known:
            self.known[key] = look()
        return self.known[key]


def which(session: Session) -> Which:
    """That of this transaction."""
    told = session.info.get("tell")
    if told is None:
        return Which(session)
    if "hours" not in told:
        told["hours"] = Which(session)
    found: Which = told["hours"]
    return found
