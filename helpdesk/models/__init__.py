"""The nouns. Importing this package makes every table known."""

from helpdesk.models.agent import Agent, AgentSession, AttemptCounter, OneTimeLink
from helpdesk.models.contact import Address, Contact
from helpdesk.models.desk import Desk
from helpdesk.models.event import Event, PendingEvent
from helpdesk.models.inbox import Inbox
from helpdesk.models.mailbox import ConnectionCheck, Mailbox, MailboxMark, OAuthGrant
from helpdesk.models.message import Attachment, Awaited, Delivery, Draft, Letter, Message
from helpdesk.models.raw_message import PracticeMail, RawMessage
from helpdesk.models.screening import Alarm, Screening
from helpdesk.models.team import Team, team_agent, team_inbox
from helpdesk.models.ticket import Tag, Ticket, ticket_tag

__all__ = [
    "Address",
    "Agent",
    "AgentSession",
    "Alarm",
    "Attachment",
    "AttemptCounter",
    "Awaited",
    "ConnectionCheck",
    "Contact",
    "Delivery",
    "Desk",
    "Draft",
    "Event",
    "Inbox",
    "Letter",
    "Mailbox",
    "MailboxMark",
    "Message",
    "OAuthGrant",
    "OneTimeLink",
    "PendingEvent",
    "PracticeMail",
    "RawMessage",
    "Screening",
    "Tag",
    "Team",
    "Ticket",
    "team_agent",
    "team_inbox",
    "ticket_tag",
]
