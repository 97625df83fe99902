"""The nouns. Importing this package makes every table known."""

from helpdesk.models.agent import Agent, AgentSession, AttemptCounter, OneTimeLink
from helpdesk.models.calendar import Calendar, CalendarRange, Holiday
from helpdesk.models.canned import CannedReply, CannedText
from helpdesk.models.contact import Address, Contact
from helpdesk.models.desk import Desk
from helpdesk.models.event import Event, PendingEvent
from helpdesk.models.inbox import Inbox
from helpdesk.models.mailbox import ConnectionCheck, Mailbox, MailboxMark, OAuthGrant
from helpdesk.models.message import Attachment, Awaited, Delivery, Draft, Letter, Message
from helpdesk.models.raw_message import PracticeMail, RawMessage
from helpdesk.models.rule import DueMoment, LongTask, Notice, Pack, Rule, RuleRun, RuleVersion, Stamp
from helpdesk.models.screening import Alarm, Screening
from helpdesk.models.sla import KeptHours, SlaMove, SlaPolicy, SlaPolicyVersion, SlaStep, SlaTarget
from helpdesk.models.team import Team, routing_turn, team_agent, team_inbox
from helpdesk.models.ticket import Tag, Ticket, TicketType, ticket_tag
from helpdesk.models.view import SavedView
from helpdesk.models.webhook import Webhook, WebhookTelling

__all__ = [
    "Address",
    "Agent",
    "AgentSession",
    "Alarm",
    "Attachment",
    "AttemptCounter",
    "Awaited",
    "Calendar",
    "CalendarRange",
    "CannedReply",
    "CannedText",
    "ConnectionCheck",
    "Contact",
    "Delivery",
    "Desk",
    "Draft",
    "DueMoment",
    "Event",
    "Holiday",
    "Inbox",
    "KeptHours",
    "Letter",
    "LongTask",
    "Mailbox",
    "MailboxMark",
    "Message",
    "Notice",
    "OAuthGrant",
    "OneTimeLink",
    "Pack",
    "PendingEvent",
    "PracticeMail",
    "RawMessage",
    "Rule",
    "RuleRun",
    "RuleVersion",
    "SavedView",
    "Screening",
    "SlaMove",
    "SlaPolicy",
    "SlaPolicyVersion",
    "SlaStep",
    "SlaTarget",
    "Stamp",
    "Tag",
    "Team",
    "Ticket",
    "TicketType",
    "Webhook",
    "WebhookTelling",
    "routing_turn",
    "team_agent",
    "team_inbox",
    "ticket_tag",
]
